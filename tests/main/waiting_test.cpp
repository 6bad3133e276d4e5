// A start before NATS is there: the process lives, and says so.
#include <csignal>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "tests/gateway/http_stage.hpp"
#include "tests/main/running_gateway.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

const std::string waits = "EXTEND_TIMEOUT_USEC=60000000\nSTATUS=waiting for NATS";

/// A gateway without NATS, whose port is known.
struct early_world {
  static nats_server stopped() {
    nats_server nats;
    nats.stop();
    return nats;
  }
  bool is_there() const {
    return becomes([&] {
      try {
        return http_client{metrics}.get("/healthz").status == 200;
      } catch (const std::runtime_error&) {
        return false;
      }
    });
  }

  nats_server nats = stopped();
  scratch place;
  std::uint16_t metrics = free_port();
  notify_socket systemd{place / "notify"};
  process runs{{"--wait-for-nats", "--nats", nats.url(), "-i", "127.0.0.1", "-p", std::to_string(free_port()),
                "--metricsport", std::to_string(metrics)},
               {{"NOTIFY_SOCKET", place / "notify"}}};
};

}  // namespace

TEST_CASE("who waits for NATS is alive, but not ready, until NATS is there") {
  early_world w;
  REQUIRE(w.is_there());
  for (int tries = 0; tries < 2; ++tries) CHECK(w.systemd.next() == waits);
  http_client c{w.metrics};
  CHECK(c.get("/readyz").status == 503);
  CHECK(c.get("/metrics").body.find("actorgate_nats_connected 0\n") != std::string::npos);
  w.nats.start();
  auto said = w.systemd.next();
  while (said == waits) said = w.systemd.next();
  CHECK(said.starts_with("READY=1\n"));
  CHECK(c.ends());
  CHECK(http_client{w.metrics}.get("/readyz").status == 200);
  w.runs.signal(SIGTERM);
  CHECK(w.runs.wait() == 0);
}

TEST_CASE("who waits for NATS ends when told to") {
  early_world w;
  REQUIRE(w.is_there());
  w.runs.signal(SIGTERM);
  CHECK(w.runs.wait() == 0);
  CHECK(w.systemd.next() == waits);
}
