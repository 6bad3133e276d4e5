// The end of the program under way: SIGTERM loses no request.
#include <atomic>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tests/gateway/http_stage.hpp"
#include "tests/main/running_gateway.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

/// A gateway between clients and a service with a method that may take its time.
struct busy_world {
  explicit busy_world(int drain_ms)
      : metrics(free_port()),
        gateway(R"({"drainTimeout": )" + std::to_string(drain_ms) + "}", {}, nats.url(),
                {"--metricsport", std::to_string(metrics)}),
        test(nats.url(), "test") {
    test.on("access.test.lamp", R"({"result":{"get":true,"call":"*"}})");
    test.on("get.test.lamp", R"({"result":{"model":{"n":1}}})");
  }

  /// From now on calls are answered, those that wait included.
  void answer() { test.on(call, R"({"result":"lit"})"); }
  bool takes_nobody() const {
    return becomes([&] {
      try {
        http_client{gateway.port};
        return false;
      } catch (const std::runtime_error&) {
        return true;
      }
    });
  }
  bool is_ready() const { return http_client{metrics}.get("/readyz").status == 200; }

  static constexpr auto call = "call.test.lamp.light";
  nats_server nats;
  std::uint16_t metrics;
  running_gateway gateway;
  service test;
};

std::string call_request() { return http_request("POST", "/api/test/lamp/light"); }

/// Says goodbye, as a client does that is told that the server is going away.
void expect_goodbye(res_client& c) {
  const auto frame = c.recv_frame();
  CHECK(frame.opcode == 8);
  CHECK(frame.payload.substr(0, 2) == "\x03\xe9");  // 1001
  c.send_close(1001);
}

}  // namespace

TEST_CASE("at SIGTERM all HTTP requests under way are answered, and idle connections end") {
  constexpr std::size_t count = 50;
  busy_world w{10'000};
  http_client idle{w.gateway.port};
  CHECK(idle.get("/api/test/lamp").header("connection").empty());
  std::vector<http_client> waiting;
  for (std::size_t i = 0; i < count; ++i) waiting.emplace_back(w.gateway.port).send(call_request());
  w.test.wait_seen(w.call, count);
  CHECK(w.is_ready());
  http_client late{w.gateway.port};
  late.send("GET / HTTP/1.1\r\n");  // the rest comes when it is too late
  w.gateway.ask_to_end();
  CHECK(idle.ends());
  CHECK(w.takes_nobody());
  CHECK_FALSE(w.is_ready());
  late.send(
      "Host: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  const auto refused = late.answer();
  CHECK(refused.status == 503);
  CHECK(refused.header("retry-after") == "1");
  CHECK(late.ends());
  w.answer();
  for (auto& c : waiting) {
    const auto answer = c.answer();
    CHECK(answer.status == 200);
    CHECK(answer.body == R"("lit")");
    CHECK(answer.header("connection") == "close");
    CHECK(c.ends());
    c.disconnect();
  }
  idle.disconnect();
  CHECK(w.gateway.runs.wait() == 0);
}

TEST_CASE("at SIGTERM WebSocket clients get the answers that they wait for, and are sent away behind them") {
  constexpr std::size_t count = 50;
  busy_world w{300};
  std::vector<res_client> waiting, idle;
  for (std::size_t i = 0; i < count; ++i) {
    idle.emplace_back(w.gateway.port).result("subscribe.test.lamp");
    waiting.emplace_back(w.gateway.port).handshake();
    waiting.back().send_request(w.call);
    waiting.back().send_request("subscribe.test.slow");
  }
  w.test.wait_seen(w.call, count);
  w.test.wait_seen("access.test.slow", count);
  w.gateway.ask_to_end();
  for (auto& c : idle) expect_goodbye(c);  // within the time for it; the others have been told to go, too
  w.test.on("get.test.slow", R"({"result":{"model":{"n":2}}})");
  w.answer();
  for (auto& c : waiting) CHECK(json_at(c.response(2), "/result/payload") == R"("lit")");
  w.test.on("access.test.slow", R"({"result":{"get":true}})");
  for (auto& c : waiting) {
    CHECK(json_at(c.response(3), "/result/models/test.slow") == R"({"n":2})");
    expect_goodbye(c);
  }
  CHECK(w.gateway.runs.wait() == 0);
}

TEST_CASE("under load, SIGTERM loses no request that a service has seen") {
  busy_world w{500};
  w.answer();
  constexpr std::size_t clients_of_a_kind = 6;
  std::atomic<std::size_t> answered = 0, wrong = 0;
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < clients_of_a_kind; ++i) {
    clients.emplace_back([&] {
      try {
        for (http_client c{w.gateway.port};;) {
          wrong += c.request("POST", "/api/test/lamp/light").status != 200;
          ++answered;
        }
      } catch (const std::runtime_error&) {  // the connection has ended
      }
    });
    clients.emplace_back([&] {
      try {
        res_client c{w.gateway.port};
        for (c.handshake();;) {
          wrong += json_at(c.request(w.call), "/result/payload") != R"("lit")";
          ++answered;
        }
      } catch (const std::runtime_error&) {
      }
    });
  }
  w.test.wait_seen(w.call, 2'000, 4 * patience);
  w.gateway.ask_to_end();
  for (auto& c : clients) c.join();
  CHECK(w.gateway.runs.wait() == 0);
  CHECK(wrong == 0);
  CHECK(answered == w.test.seen(w.call));
}

TEST_CASE("a second signal ends it at once, whoever waits for an answer") {
  busy_world w{10'000};
  http_client waits{w.gateway.port};
  waits.send(call_request());
  w.test.wait_seen(w.call, 1);
  w.gateway.ask_to_end();
  w.gateway.runs.signal(SIGINT);
  CHECK(w.gateway.runs.wait() == 128 + SIGINT);
}
