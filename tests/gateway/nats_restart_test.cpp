#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

namespace {

/// Returns when requests of the gateway reach the service again.
void wait_back(stage& s, res_client& c) {
  s.test.flush();
  const auto deadline = std::chrono::steady_clock::now() + 2 * patience;
  s.method("stage", "back", "1");
  while (c.request("auth.test.stage.back").find("payload") == std::string::npos) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("the gateway is not back");
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

}  // namespace

TEST_CASE("after NATS has been away everything cached is fetched anew, and clients get the differences") {
  nats_server nats;
  stage s{{}, nats};
  auto c = s.client(), other = s.client();
  s.model("lamp", R"({"n":1})");
  s.collection("list", R"(["a","b"])");
  s.model("top", R"({"leaf":{"rid":"test.leaf"}})");
  s.model("leaf", R"({"n":1})");
  s.model("same", R"({"n":1})");
  for (std::string name : {"lamp", "list", "top", "same"}) c.result("subscribe.test." + name);
  other.result("subscribe.test.lamp");
  nats.stop();
  s.model("lamp", R"({"n":2})");
  s.collection("list", R"(["b","c"])");
  s.model("leaf", R"({"n":2})");
  s.access("same", "{}");
  nats.start();
  CHECK(next(other) == event("test.lamp.change", R"({"values":{"n":2}})"));
  std::vector<std::string> events;
  for (int i = 0; i < 5; ++i) events.push_back(next(c));
  const auto came = [&](const std::string& e) {
    return std::find(events.begin(), events.end(), e) != events.end();
  };
  CHECK(came(event("test.lamp.change", R"({"values":{"n":2}})")));
  CHECK(came(event("test.leaf.change", R"({"values":{"n":2}})")));
  CHECK(came(event("test.list.remove", R"({"idx":0})")));
  CHECK(came(event("test.list.add", R"({"idx":1,"value":"c"})")));
  CHECK(came(event("test.same.unsubscribe",
                   R"({"reason":{"code":"system.accessDenied","message":"Access denied"}})")));
  // And events come again.
  wait_back(s, c);
  s.test.event("lamp", "change", R"({"values":{"n":3}})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"n":3}})"));
  CHECK(next(other) == event("test.lamp.change", R"({"values":{"n":3}})"));
}

TEST_CASE("while NATS is away clients stay, and their requests are answered") {
  nats_server nats;
  auto settings = impatient();
  stage s{settings, nats};
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  c.result("subscribe.test.lamp");
  nats.stop();
  CHECK(c.result("subscribe.test.lamp") == "{}");
  const auto code = c.error_code("call.test.crane.lift");
  CHECK((code == "system.timeout" || code == "system.internalError"));
  CHECK(c.result("unsubscribe.test.lamp").empty());
  auto newcomer = s.client();
  CHECK(newcomer.result("version") == R"({"protocol":"1.2.3"})"_json);
  nats.start();
  wait_back(s, newcomer);
  s.model("tide", R"({"n":1})");
  CHECK(newcomer.result("subscribe.test.tide") == R"({"models":{"test.tide":{"n":1}}})"_json);
}

TEST_CASE("a token that is sent while NATS is back concerns connections from before") {
  nats_server nats;
  stage s{{}, nats};
  auto c = s.client();
  const auto cid = s.cid(c);
  nats.stop();
  nats.start();
  wait_back(s, c);
  s.token(c, R"({"token":7,"tid":"a"})");
  CHECK(s.cid(c) == cid);
  s.test.publish("system.tokenReset", R"({"tids":["a"],"subject":"auth.test.renew.now"})");
  CHECK(json_at(s.test.take("auth.test.renew.now").payload, "/token") == "7");
}

TEST_CASE("a service that comes back later than NATS loses nothing") {
  nats_server nats;
  auto settings = impatient();
  SUBCASE("with all resources asked for at once") {}
  SUBCASE("with one at a time") { settings.reset_throttle = 1; }
  stage s{settings, nats};
  auto c = s.client();
  constexpr int count = 3;
  const auto serve = [](service& late, int n) {
    for (int i = 0; i < count; ++i) {
      const auto name = "late.lamp" + std::to_string(i);
      late.on("get." + name, R"({"result":{"model":{"n":)" + std::to_string(n) + "}}}");
      late.on("access." + name, R"({"result":{"get":true}})");
    }
  };
  auto late = std::make_unique<service>(nats.url(), "late");
  serve(*late, 1);
  for (int i = 0; i < count; ++i) c.result("subscribe.late.lamp" + std::to_string(i));
  s.model("tide", R"({"n":1})");
  c.result("subscribe.test.tide");
  late = nullptr;
  nats.stop();
  s.model("tide", R"({"n":2})");
  nats.start();
  CHECK(next(c) == event("test.tide.change", R"({"values":{"n":2}})"));
  wait_back(s, c);
  // Longer than a request that is not answered may take.
  for (int i = 0; i < 3; ++i) CHECK(c.error_code("auth.test.stage.silence") == "system.timeout");
  CHECK(s.no_events(c, "tide"));
  late = std::make_unique<service>(nats.url(), "late");
  serve(*late, 2);
  for (int i = 0; i < count; ++i) CHECK(json_at(next(c), "/data") == R"({"values":{"n":2}})"_json);
  late->event("lamp1", "change", R"({"values":{"n":3}})");
  CHECK(next(c) == event("late.lamp1.change", R"({"values":{"n":3}})"));
}
