// How connections end when nobody broke a rule.
#include <future>
#include <memory>

#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

// The gateway ends on the thread that made it: CAF keeps something of its system there.

TEST_CASE("clients are told when the gateway ends") {
  auto s = std::make_unique<stage>();
  auto c = s->client(), silent = s->client("");
  s->model("lamp", "{}");
  c.result("subscribe.test.lamp");
  auto told = std::async(std::launch::async, [&] {
    std::string payloads;
    for (auto* each : {&c, &silent}) {
      const auto frame = each->recv_frame();
      payloads += std::to_string(frame.opcode) + ':' + frame.payload.substr(0, 2) + ' ';
      each->send_close(1001);
      each->recv_close();
    }
    return payloads;
  });
  s = nullptr;
  CHECK(told.get() == "8:\x03\xe9 8:\x03\xe9 ");  // 1001
}

TEST_CASE("the gateway ends while requests are under way, and clients do not answer") {
  auto s = std::make_unique<stage>();
  auto c = s->client();
  c.send_request("subscribe.test.lamp");
  c.send_request("call.test.crane.lift");
  s->test.take("get.test.lamp");
  s = nullptr;
  CHECK(c.recv_close() == 1001);
}

TEST_CASE("a client that says goodbye is answered with its code") {
  stage s;
  auto c = s.client();
  c.send_close(4321, "bye");
  CHECK(c.recv_close() == 4321);
}

TEST_CASE("a silent client is asked for a sign of life, and closed if it gives none") {
  actorgate::actors::settings settings;
  settings.heartbeat = std::chrono::seconds{1};
  stage s{settings};
  auto silent = s.client(), alive = s.client();
  CHECK(silent.recv_frame().opcode == 9);
  const auto ping = alive.recv_frame();
  CHECK(ping.opcode == 9);
  alive.send_frame(10, ping.payload);
  const auto close = silent.recv_frame();
  CHECK(close.opcode == 8);
  CHECK(close.payload.substr(0, 2) == "\x0f\xa2");  // 4002
  CHECK(alive.result("version") == R"({"protocol":"1.2.3"})"_json);
}
