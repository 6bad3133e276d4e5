#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

namespace {
const auto denied = R"({"reason":{"code":"system.accessDenied","message":"Access denied"}})";
}

TEST_CASE("access is asked for once for each connection and resource") {
  stage s;
  auto c = s.client();
  s.model("lamp", "{}");
  s.method("lamp", "light", "1");
  c.result("subscribe.test.lamp");
  c.result("subscribe.test.lamp");
  c.result("get.test.lamp");
  c.result("call.test.lamp.light");
  CHECK(s.test.seen("access.test.lamp") == 1);
  auto other = s.client();
  other.result("subscribe.test.lamp");
  CHECK(s.test.seen("access.test.lamp") == 2);
}

TEST_CASE("calls of what is not subscribed ask for access each time") {
  stage s;
  auto c = s.client();
  s.access("lamp");
  s.method("lamp", "light", "1");
  for (std::size_t i = 1; i <= 3; ++i) {
    c.result("call.test.lamp.light");
    CHECK(s.test.seen("access.test.lamp") == i);
  }
  CHECK(s.test.seen("get.test.lamp") == 0);
}

TEST_CASE("calls that wait for the same access share its answer") {
  stage s;
  auto c = s.client();
  s.model("quay", R"({"crane":{"rid":"test.crane"}})");
  s.model("crane", "{}");
  s.test.off("access.test.crane");
  s.method("crane", "lift", "1");
  s.method("crane", "drop", "1");
  c.result("subscribe.test.quay");
  const auto lift = c.send_request("call.test.crane.lift");
  const auto drop = c.send_request("call.test.crane.drop");
  const auto subscribe = c.send_request("subscribe.test.crane");
  s.test.take("access.test.crane").result(R"({"get":false,"call":"lift"})");
  CHECK(result_of(c, lift) == R"({"payload":1})"_json);
  CHECK(error_of(c, drop) == "system.accessDenied");
  CHECK(error_of(c, subscribe) == "system.accessDenied");
  CHECK(s.test.seen("access.test.crane") == 1);
}

TEST_CASE("a denial by error is kept like a denial, another error is not") {
  stage s;
  auto c = s.client();
  s.model("top", R"({"a":{"rid":"test.a"}})");
  s.model("a", "{}");
  c.result("subscribe.test.top");
  s.test.on("access.test.a", R"({"error":{"code":"test.busy","message":"Busy"}})");
  CHECK(c.error_code("subscribe.test.a") == "test.busy");
  CHECK(c.error_code("call.test.a.go") == "test.busy");
  CHECK(s.test.seen("access.test.a") == 2);
  s.test.on("access.test.a", R"({"error":{"code":"system.accessDenied","message":"Access denied"}})");
  CHECK(c.error_code("subscribe.test.a") == "system.accessDenied");
  CHECK(c.error_code("subscribe.test.a") == "system.accessDenied");
  CHECK(c.error_code("call.test.a.go") == "system.accessDenied");
  CHECK(s.test.seen("access.test.a") == 3);
}

TEST_CASE("an access request that times out is asked again by the next request") {
  stage s{impatient()};
  auto c = s.client();
  s.model("top", R"({"a":{"rid":"test.a"}})");
  s.model("a", "{}");
  s.test.off("access.test.a");
  c.result("subscribe.test.top");
  CHECK(c.error_code("subscribe.test.a") == "system.timeout");
  s.access("a");
  CHECK(c.result("subscribe.test.a") == "{}");
}

TEST_CASE("access is forgotten when the resource is let go of") {
  stage s;
  auto c = s.client();
  s.model("lamp", "{}");
  c.result("subscribe.test.lamp");
  c.result("unsubscribe.test.lamp");
  s.access("lamp", "{}");
  CHECK(c.error_code("subscribe.test.lamp") == "system.accessDenied");
}

TEST_CASE("a reaccess event asks again for who has subscribed directly") {
  stage s;
  auto keeps = s.client(), loses = s.client(), refers = s.client();
  s.model("lamp", R"({"n":1})");
  s.model("top", R"({"lamp":{"rid":"test.lamp"}})");
  keeps.result("subscribe.test.lamp");
  loses.result("subscribe.test.lamp");
  loses.result("subscribe.test.lamp");
  refers.result("subscribe.test.top");
  const auto loser = s.cid(loses);
  s.test.on("access.test.lamp", [loser](const request& r) {
    r.result(text_at(r.payload, "/cid") == loser ? "{}" : R"({"get":true})");
  });
  s.test.event("lamp", "reaccess");
  CHECK(next(loses) == event("test.lamp.unsubscribe", denied));
  CHECK(loses.error_code("unsubscribe.test.lamp") == "system.noSubscription");
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  CHECK(next(keeps) == event("test.lamp.change", R"({"values":{"n":2}})"));
  CHECK(next(refers) == event("test.lamp.change", R"({"values":{"n":2}})"));
  CHECK(s.no_events(refers, "lamp"));
  CHECK(s.test.seen("access.test.lamp") == 4);
  keeps.result("unsubscribe.test.lamp");
  loses.result("version");
}

TEST_CASE("who loses a direct subscription keeps the resource while something refers to it") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  s.model("top", R"({"lamp":{"rid":"test.lamp"}})");
  c.result("subscribe.test.top");
  c.result("subscribe.test.lamp");
  s.access("lamp", "{}");
  s.test.event("lamp", "reaccess");
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  CHECK(next(c) == event("test.lamp.unsubscribe", denied));
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"n":2}})"));
  CHECK(c.error_code("unsubscribe.test.lamp") == "system.noSubscription");
}

TEST_CASE("who loses a parent loses its children, but for those subscribed directly") {
  stage s;
  auto c = s.client();
  s.model("quay", R"({"crane":{"rid":"test.crane"},"hut":{"rid":"test.hut"}})");
  s.model("crane", R"({"n":1})");
  s.model("hut", R"({"n":1})");
  c.result("subscribe.test.quay");
  c.result("subscribe.test.hut");
  s.access("quay", "{}");
  s.test.event("quay", "reaccess");
  CHECK(next(c) == event("test.quay.unsubscribe", denied));
  s.test.event("crane", "change", R"({"values":{"n":2}})");
  s.pass(c, "crane");
  CHECK(s.no_events(c, "hut"));
}

TEST_CASE("an access request that fails when it is repeated ends the subscription with its error") {
  stage s;
  auto c = s.client();
  s.model("lamp", "{}");
  c.result("subscribe.test.lamp");
  s.test.on("access.test.lamp", R"({"error":{"code":"test.busy","message":"Busy","data":1}})");
  s.test.event("lamp", "reaccess");
  CHECK(next(c) ==
        event("test.lamp.unsubscribe", R"({"reason":{"code":"test.busy","message":"Busy","data":1}})"));
  s.access("lamp");
  CHECK(c.result("subscribe.test.lamp") == R"({"models":{"test.lamp":{}}})"_json);
}

TEST_CASE("a reaccess event makes the gateway forget what it knows of a resource that is only referred to") {
  stage s;
  auto c = s.client();
  s.model("top", R"({"a":{"rid":"test.a"}})");
  s.model("a", "{}");
  s.method("a", "go", "1");
  c.result("subscribe.test.top");
  c.result("call.test.a.go");
  c.result("call.test.a.go");
  CHECK(s.test.seen("access.test.a") == 1);
  s.test.event("a", "reaccess");
  CHECK(s.no_events(c, "a"));
  CHECK(s.test.seen("access.test.a") == 1);
  s.access("a", "{}");
  CHECK(c.error_code("call.test.a.go") == "system.accessDenied");
  CHECK(s.test.seen("access.test.a") == 2);
}

TEST_CASE("a call under way asks again when access is forgotten meanwhile") {
  stage s;
  auto c = s.client();
  s.model("lamp", "{}");
  s.method("lamp", "light", "1");
  c.result("subscribe.test.lamp");
  s.test.off("access.test.lamp");
  s.test.event("lamp", "reaccess");
  const auto old = s.test.take("access.test.lamp");
  const auto id = c.send_request("call.test.lamp.light");
  s.pass(c);
  s.test.event("lamp", "reaccess");
  const auto fresh = s.test.take("access.test.lamp");
  old.result(R"({"get":true,"call":"*"})");
  s.pass(c, "lamp");
  CHECK(s.test.seen("call.test.lamp.light") == 0);
  fresh.result(R"({"get":true,"call":"drop"})");
  CHECK(error_of(c, id) == "system.accessDenied");
  CHECK(s.no_events(c, "lamp"));
}

TEST_CASE("a subscribe request under way counts the answer to the access that was asked for last") {
  stage s;
  auto c = s.client();
  const auto id = c.send_request("subscribe.test.lamp");
  const auto old = s.test.take("access.test.lamp");
  // Now events are listened to.
  const auto get = s.test.take("get.test.lamp");
  s.test.event("lamp", "reaccess");
  s.pass(c, "lamp");
  get.result(R"({"model":{}})");
  old.result(R"({"get":true})");
  result_of(c, id);
  s.test.take("access.test.lamp").result("{}");
  CHECK(next(c) == event("test.lamp.unsubscribe", denied));
}
