// How many connections are let in: in all, and from one address.
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tests/gateway/http_stage.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

/// A gateway with so many places, and a service.
struct guarded {
  explicit guarded(net::admission_limits limits)
      : test(shared_nats().url(), "test"), gateway(options(limits), [](const std::string&) {}) {
    test.on("access.test.lamp", R"({"result":{"get":true}})");
    test.on("get.test.lamp", R"({"result":{"model":{"n":1}}})");
  }
  static actors::gateway_options options(net::admission_limits limits) {
    auto result = gateway_options();
    result.admission = limits;
    return result;
  }

  http_client http(const char* from = "127.0.0.1") const { return http_client{gateway.port(), from}; }
  http_client served(const char* from = "127.0.0.1") const {
    auto c = http(from);
    CHECK(c.get("/api/test/lamp").status == 200);
    return c;
  }
  static void expect_refused(const http_response& answer) {
    CHECK(answer.status == 503);
    CHECK(answer.header("retry-after") == "5");
    CHECK(answer.header("connection") == "close");
    CHECK(text_at(answer.body, "/code") == "system.serviceUnavailable");
  }
  void expect_full(const char* from = "127.0.0.1") const {
    auto c = http(from);
    expect_refused(c.get("/api/test/lamp"));
    CHECK(c.ends());
    if (std::string_view{from} == "127.0.0.1") expect_refused(ws_client{}.connect(gateway.port()));
  }
  /// Whether somebody is let in from there, after a while.
  bool has_place(const char* from = "127.0.0.1") const {
    const auto end = std::chrono::steady_clock::now() + 2 * patience;
    while (http(from).get("/api/test/lamp").status != 200) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return true;
  }

  service test;
  actors::gateway gateway;
};

}  // namespace

TEST_CASE("so many connections are let in, of all kinds, and the others are told to come again") {
  guarded g{{.total = 3}};
  auto http = g.served();
  res_client ws{g.gateway.port()};
  http_client stream = g.http();
  stream.send(http_request("GET", "/api/test/lamp", {{"Accept", "text/event-stream"}}));
  CHECK(stream.head().status == 200);
  g.expect_full();
  g.expect_full("127.0.0.2");
  // Those who are in do not notice.
  CHECK(http.get("/api/test/lamp").status == 200);
  CHECK(ws.result("subscribe.test.lamp") == R"({"models":{"test.lamp":{"n":1}}})");
  SUBCASE("the place of an HTTP connection is given back") { http.disconnect(); }
  SUBCASE("that of a WebSocket") {
    ws.send_close();
    CHECK(ws.recv_close() == 1000);
  }
  SUBCASE("that of a WebSocket that vanishes") { ws.disconnect(); }
  SUBCASE("that of a stream") { stream.vanish(); }
  CHECK(g.has_place());
}

TEST_CASE("from one address so many connections are let in, and from others as well") {
  guarded g{{.per_address = 2}};
  auto first = g.served();
  res_client second{g.gateway.port()};
  g.expect_full();
  auto other = g.served("127.0.0.2"), another = g.served("127.0.0.2");
  g.expect_full("127.0.0.2");
  SUBCASE("an HTTP connection makes room") { first.disconnect(); }
  SUBCASE("a WebSocket makes room") { second.disconnect(); }
  CHECK(g.has_place());
  g.expect_full("127.0.0.2");
  other.disconnect();
  CHECK(g.has_place("127.0.0.2"));
}

TEST_CASE("many who come and go leave their places") {
  guarded g{{.total = 4, .per_address = 2}};
  for (int i = 0; i < 50; ++i) {
    CHECK(g.has_place());
    ws_client{}.connect(g.gateway.port());
    http_client{g.gateway.port()}.send("GET /");
  }
  CHECK(g.has_place());
  CHECK(g.has_place("127.0.0.2"));
}
