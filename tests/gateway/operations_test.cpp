// What an operator sees: metrics, health, draining, and NATS that stays away.
#include <atomic>
#include <future>
#include <thread>

#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"
#include "tests/support/ws_client.hpp"

using namespace actorgate;
using namespace actorgate::test;
using namespace std::chrono_literals;

namespace {

/// A gateway with a door for operators.
struct operated {
  explicit operated(nats_server& nats = shared_nats(), std::chrono::milliseconds window = 30s,
                    std::chrono::milliseconds request_timeout = 3s)
      : test(nats.url(), "test"),
        gateway(options(nats, window, request_timeout),
                [this](const std::string& why) { lost = why.size(); }) {
    test.on("access.test.lamp", R"({"result":{"get":true,"call":"*"}})");
    test.on("get.test.lamp", R"({"result":{"model":{"n":1}}})");
  }

  static actors::gateway_options options(nats_server& nats, std::chrono::milliseconds window,
                                         std::chrono::milliseconds request_timeout) {
    auto result = gateway_options({}, nats);
    result.actors.request_timeout = request_timeout;
    result.operator_door.emplace();
    result.operator_door->address = "127.0.0.1";
    result.operator_door->port = 0;
    result.nats_window = window;
    return result;
  }

  http_response get(const std::string& path) const {
    return ws_client{}.connect(gateway.operator_port(), path, {{"Upgrade", ""}, {"Connection", ""}});
  }
  std::string metrics() const { return get("/metrics").body; }
  /// Waits until the exposition has this line.
  bool becomes(const std::string& line) const {
    return waits([&] { return metrics().find('\n' + line + '\n') != std::string::npos; });
  }
  bool becomes_ready(bool ready) const {
    return waits([&] { return get("/readyz").status == (ready ? 200 : 503); });
  }
  template <class F>
  static bool waits(F holds) {
    const auto end = std::chrono::steady_clock::now() + 2 * patience;
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(5ms);
    }
    return true;
  }

  service test;
  std::atomic<std::size_t> lost = 0;
  actors::gateway gateway;
};

}  // namespace

TEST_CASE("clients, requests, events and the cache are counted") {
  operated o;
  CHECK(o.becomes("resgate_ws_current_connections 0"));
  {
    res_client a{o.gateway.port()}, b{o.gateway.port()};
    for (auto* c : {&a, &b}) c->result("subscribe.test.lamp");
    CHECK(a.error_code("call.nowhere.x") == "system.notFound");
    o.test.event("lamp", "change", R"({"values":{"n":2}})");
    for (auto* c : {&a, &b}) c->next_event();
    const auto text = o.metrics();
    for (const auto* line :
         {"resgate_ws_current_connections 2", "resgate_ws_connections_total 2",
          R"(resgate_ws_requests_total{method="subscribe"} 2)",
          R"(resgate_ws_requests_total{method="call"} 1)", "resgate_cache_resources 1",
          "resgate_cache_subscriptions 2", R"(actorgate_requests_total{type="subscribe",outcome="ok"} 2)",
          R"(actorgate_requests_total{type="call",outcome="error"} 1)", "actorgate_events_in_total 1",
          "actorgate_events_out_total 2", "actorgate_cache_misses_total 1",
          R"(actorgate_service_request_seconds_count{type="get"} 1)",
          R"(actorgate_service_request_seconds_count{type="access"} 2)", "actorgate_nats_connected 1"}) {
      CAPTURE(line);
      CHECK(text.find('\n' + std::string(line) + '\n') != std::string::npos);
    }
    CHECK(text.ends_with("\n# EOF\n"));
  }
  CHECK(o.becomes("resgate_ws_current_connections 0"));
  CHECK(o.becomes("resgate_cache_subscriptions 0"));
  CHECK(o.becomes(R"(actorgate_clients_closed_total{reason="peer_gone"} 2)"));
}

TEST_CASE("requests are counted by type and outcome") {
  operated o{shared_nats(), 30s, 200ms};
  o.test.on("access.test.hidden", R"({"result":{"get":false}})");
  o.test.on("access.test.slow", R"({"result":{"get":true}})");  // whose get is not answered
  for (const auto* subject : {"call.test.lamp.light", "auth.test.lamp.login"}) {
    o.test.on(subject, R"({"result":null})");
  }
  o.test.on("call.test.lamp.new", R"({"result":{"rid":"test.lamp"}})");
  o.test.on("call.test.lamp.bad", R"({"error":{"code":"test.bad","message":"Bad"}})");
  res_client c{o.gateway.port()};
  c.handshake();
  for (const auto* method :
       {"subscribe.test.lamp", "get.test.lamp", "subscribe.test.hidden", "get.test.slow",
        "call.test.lamp.light", "call.test.lamp.bad", "auth.test.lamp.login", "new.test.lamp",
        "unsubscribe.test.lamp", "unsubscribe.test.other", "nonsense"}) {
    c.request(method);
  }
  const headers plain{{"Upgrade", ""}, {"Connection", ""}};
  for (const auto* path : {"/api/test/lamp", "/api/test/hidden", "/api/test/slow", "/nowhere"}) {
    ws_client{}.connect(o.gateway.port(), path, plain);
  }
  const auto text = o.metrics();
  for (const auto* sample :
       {R"(type="version",outcome="ok"} 1)", R"(type="subscribe",outcome="ok"} 1)",
        R"(type="subscribe",outcome="denied"} 1)", R"(type="get",outcome="ok"} 1)",
        R"(type="get",outcome="timeout"} 1)", R"(type="call",outcome="ok"} 1)",
        R"(type="call",outcome="error"} 1)", R"(type="auth",outcome="ok"} 1)",
        R"(type="new",outcome="ok"} 1)", R"(type="unsubscribe",outcome="ok"} 1)",
        R"(type="unsubscribe",outcome="error"} 1)", R"(type="invalid",outcome="error"} 1)",
        R"(type="http_get",outcome="ok"} 1)", R"(type="http_get",outcome="denied"} 1)",
        R"(type="http_get",outcome="timeout"} 1)", R"(type="http_get",outcome="error"} 1)",
        R"(type="http_post",outcome="ok"} 0)"}) {
    CAPTURE(std::string(sample));
    CHECK(text.find("\nactorgate_requests_total{" + std::string(sample) + '\n') != std::string::npos);
  }
}

TEST_CASE("the exposition is OpenMetrics, and other paths are not found") {
  operated o;
  const auto answer = o.get("/metrics");
  CHECK(answer.status == 200);
  CHECK(answer.header("content-type") == "application/openmetrics-text; version=1.0.0; charset=utf-8");
  for (const auto* path : {"/", "/metric", "/metrics/", "/api/test/lamp"}) CHECK(o.get(path).status == 404);
  CHECK(o.get("/healthz").status == 200);
  CHECK(o.get("/readyz").status == 200);
}

TEST_CASE("a gateway that drains is not ready, takes nobody in, and sends its clients away") {
  operated o;
  constexpr std::size_t count = 20;
  std::vector<res_client> clients;
  for (std::size_t i = 0; i < count; ++i) clients.emplace_back(o.gateway.port()).handshake("1.2.3");
  auto drained = std::async(std::launch::async, [&] { o.gateway.drain(300ms); });
  CHECK(o.becomes_ready(false));
  for (auto& c : clients) {
    const auto frame = c.recv_frame();
    CHECK(frame.opcode == 8);
    CHECK(frame.payload.substr(0, 2) == "\x03\xe9");  // 1001
    c.send_close(1001);
  }
  drained.get();
  CHECK(o.gateway.connections() == 0);
  CHECK(o.get("/healthz").status == 200);
  CHECK_THROWS(res_client{o.gateway.port()});
}

TEST_CASE("while NATS is away the gateway is not ready, and keeps its clients") {
  nats_server nats;
  operated o{nats};
  res_client c{o.gateway.port()};
  c.result("subscribe.test.lamp");
  nats.stop();
  CHECK(o.becomes_ready(false));
  CHECK(o.becomes("actorgate_nats_connected 0"));
  nats.start();
  CHECK(o.becomes_ready(true));
  CHECK(o.becomes("actorgate_nats_reconnects_total 1"));
  CHECK(o.gateway.connections() == 1);
  CHECK(o.lost == 0);
}

TEST_CASE("NATS that stays away for longer than the window is lost") {
  for (const auto window : {0ms, 200ms}) {
    CAPTURE(window.count());
    nats_server nats;
    operated o{nats, window};
    nats.stop();
    CHECK(operated::waits([&] { return o.lost > 0; }));
  }
}
