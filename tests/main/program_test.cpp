#include <csignal>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>

#include "tests/main/notify_socket.hpp"
#include "tests/main/process.hpp"
#include "tests/main/told.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

/// A port that nobody has right now.
std::string free_port() {
  const int s = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  const bool good = ::bind(s, reinterpret_cast<const sockaddr*>(&at), size) == 0 &&
                    ::getsockname(s, reinterpret_cast<sockaddr*>(&at), &size) == 0;
  ::close(s);
  REQUIRE(good);
  return std::to_string(ntohs(at.sin_port));
}

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

/// A gateway that serves, as systemd would have started it.
struct service {
  explicit service(const std::string& config, const environment& more = {})
      : systemd(place / "notify"), runs((write(place / "a.json", config), told()), with(more)) {
    const auto said = systemd.next();
    CAPTURE(runs.errors());
    REQUIRE(said.starts_with("READY=1\nSTATUS=listening on 127.0.0.1:"));
  }

  arguments told() const {
    return {"--nats", "embedded", "-i", "127.0.0.1", "-p", free_port(), "-c", place / "a.json"};
  }
  environment with(environment more) const {
    more["NOTIFY_SOCKET"] = place / "notify";
    return more;
  }
  void reload() {
    runs.signal(SIGHUP);
    CHECK(systemd.next().starts_with("RELOADING=1\nMONOTONIC_USEC="));
    CHECK(systemd.next().starts_with("READY=1\n"));
  }

  scratch place;
  notify_socket systemd;
  process runs;
};

}  // namespace

TEST_CASE("a check prints the configuration without its secrets, and writes no file") {
  const scratch place;
  process p({"--check-config", "-c", place / "new.json"},
            {{"ACTORGATE_NATS_URL", "nats://ann:secret@a"}, {"ACTORGATE_PROT", "1"}});
  CHECK(p.wait() == 0);
  CHECK(contains(p.output(), R"("natsUrl": "nats://ann:***@a")"));
  CHECK(contains(p.errors(), "actorgate: warning: unknown environment variables: ACTORGATE_PROT\n"));
  CHECK(!std::filesystem::exists(place / "new.json"));
}

TEST_CASE("a variable that cannot be read is one line, and exit code 1") {
  for (const arguments& told : {arguments{}, arguments{"--check-config"}}) {
    process p(told, {{"ACTORGATE_PORT", "eighty"}});
    CHECK(p.wait() == 1);
    CHECK(p.output().empty());
    CHECK(p.errors() ==
          "actorgate: environment variable ACTORGATE_PORT: \"eighty\" must be a number from 0 to 65535\n");
  }
}

TEST_CASE("a service begins, reloads and ends in agreement with systemd") {
  service s("{}");
  write(s.place / "a.json", R"({"logFormat": "json", "wsPath": "/a"})");
  s.reload();
  const std::string changed = "configuration is reloaded; changed: logFormat; in need of a restart: wsPath";
  CHECK(contains(s.runs.errors(), R"("level":"info","msg":")" + changed + "\"}\n"));
  write(s.place / "a.json", "{");
  s.reload();
  CHECK(contains(s.runs.errors(), R"("level":"error","msg":"configuration is not reloaded: config file )"));
  s.runs.signal(SIGTERM);
  CHECK(s.systemd.next().starts_with("STOPPING=1"));
  CHECK(s.runs.wait() == 0);
}

TEST_CASE("a watchdog is told that the service is alive") {
  const service s("{}", {{"WATCHDOG_USEC", "20000"}});
  for (int i = 0; i < 3; ++i) CHECK(s.systemd.next() == "WATCHDOG=1");
}
