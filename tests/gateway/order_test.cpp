// What is held back, and in which order it goes on.
#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

namespace {

std::string change(const std::string& name, int n) {
  return event("test." + name + ".change", R"({"values":{"n":)" + std::to_string(n) + "}}");
}

}  // namespace

TEST_CASE("events that come before the answer to get are part of it") {
  stage s;
  auto c = s.client();
  s.access("lamp");
  const auto id = c.send_request("subscribe.test.lamp");
  const auto get = s.test.take("get.test.lamp");
  s.test.event("lamp", "change", R"({"values":{"n":1}})");
  s.test.event("lamp", "ring");
  get.result(R"({"model":{"n":1}})");
  CHECK(result_of(c, id) == R"({"models":{"test.lamp":{"n":1}}})"_json);
  CHECK(s.no_events(c, "lamp"));
}

TEST_CASE("events behind the answer to get follow the answer to the client, whenever access is granted") {
  stage s;
  auto c = s.client();
  const auto id = c.send_request("subscribe.test.lamp");
  const auto access = s.test.take("access.test.lamp");
  s.test.take("get.test.lamp").result(R"({"model":{"n":1}})");
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  s.test.event("lamp", "ring", "1");
  s.test.event("lamp", "change", R"({"values":{"n":3}})");
  s.pass(c, "lamp");
  access.result(R"({"get":true})");
  CHECK(canonical(c.recv()) ==
        canonical(R"({"result":{"models":{"test.lamp":{"n":1}}},"id":)" + std::to_string(id) + '}'));
  CHECK(next(c) == change("lamp", 2));
  CHECK(next(c) == event("test.lamp.ring", "1"));
  CHECK(next(c) == change("lamp", 3));
}

TEST_CASE("events on a resource of a tree are held until the answer that carries it") {
  stage s;
  auto c = s.client();
  s.model("top", R"({"n":1,"a":{"rid":"test.a"},"b":{"rid":"test.b"}})");
  s.model("a", R"({"n":1})");
  const auto id = c.send_request("subscribe.test.top");
  const auto get = s.test.take("get.test.b");
  // The others are there, or their events would be part of what is fetched.
  s.pass(c, "a");
  s.pass(c, "top");
  s.test.event("a", "change", R"({"values":{"n":2}})");
  s.test.event("top", "change", R"({"values":{"n":2}})");
  s.pass(c, "a");
  s.pass(c, "top");
  get.result(R"({"model":{}})");
  CHECK(result_of(c, id) == R"({"models":{"test.top":{"n":1,"a":{"rid":"test.a"},"b":{"rid":"test.b"}},
                                          "test.a":{"n":1},"test.b":{}}})"_json);
  const auto one = next(c), other = next(c);
  CHECK(((one == change("a", 2) && other == change("top", 2)) ||
         (one == change("top", 2) && other == change("a", 2))));
}

TEST_CASE("an event that brings a reference holds later events of its resource, and of no other") {
  stage s;
  auto c = s.client();
  s.model("top", R"({"n":1})");
  s.model("other", R"({"n":1})");
  c.result("subscribe.test.top");
  c.result("subscribe.test.other");
  s.test.event("top", "change", R"({"values":{"a":{"rid":"test.a"}}})");
  s.test.event("top", "change", R"({"values":{"n":2}})");
  s.test.event("top", "ring");
  const auto a = s.test.take("get.test.a");
  s.test.event("other", "change", R"({"values":{"n":2}})");
  CHECK(next(c) == change("other", 2));
  a.result(R"({"model":{"b":{"rid":"test.b"}}})");
  const auto b = s.test.take("get.test.b");
  CHECK(s.no_events(c, "other"));
  b.result(R"({"model":{}})");
  CHECK(next(c) == event("test.top.change", R"({"values":{"a":{"rid":"test.a"}},
                         "models":{"test.a":{"b":{"rid":"test.b"}},"test.b":{}}})"));
  CHECK(next(c) == change("top", 2));
  CHECK(next(c) == event("test.top.ring"));
}

TEST_CASE("a reference that is taken away again while it loads comes and goes") {
  stage s;
  auto c = s.client();
  s.collection("list", "[]");
  c.result("subscribe.test.list");
  s.test.event("list", "add", R"({"idx":0,"value":{"rid":"test.a"}})");
  s.test.event("list", "remove", R"({"idx":0})");
  s.test.event("list", "add", R"({"idx":0,"value":{"rid":"test.a"}})");
  s.test.take("get.test.a").result(R"({"model":{"n":1}})");
  CHECK(next(c) ==
        event("test.list.add", R"({"idx":0,"value":{"rid":"test.a"},"models":{"test.a":{"n":1}}})"));
  CHECK(next(c) == event("test.list.remove", R"({"idx":0})"));
  CHECK(next(c) ==
        event("test.list.add", R"({"idx":0,"value":{"rid":"test.a"},"models":{"test.a":{"n":1}}})"));
}

TEST_CASE("a client that lets go of a resource whose event waits gets nothing of it") {
  stage s;
  auto c = s.client();
  s.collection("list", "[]");
  s.model("other", "{}");
  c.result("subscribe.test.other");
  c.result("subscribe.test.list");
  s.test.event("list", "add", R"({"idx":0,"value":{"rid":"test.a"}})");
  const auto a = s.test.take("get.test.a");
  CHECK(c.result("unsubscribe.test.list").empty());
  a.result(R"({"model":{}})");
  s.pass(c, "a");
  CHECK(s.no_events(c, "other"));
  s.model("a", "{}");
  CHECK(c.result("subscribe.test.list") ==
        R"({"collections":{"test.list":[{"rid":"test.a"}]},"models":{"test.a":{}}})"_json);
}

TEST_CASE("the answer to a call waits behind the events that the service sent before it") {
  stage s;
  auto c = s.client();
  s.model("top", "{}");
  s.method("top", "go", "1");
  c.result("subscribe.test.top");
  c.send_request("call.test.top.go");
  c.recv();
  s.test.off("call.test.top.go");
  const auto id = c.send_request("call.test.top.go");
  const auto call = s.test.take("call.test.top.go");
  s.test.event("top", "change", R"({"values":{"a":{"rid":"test.a"}}})");
  s.test.event("top", "ring");
  const auto a = s.test.take("get.test.a");
  call.result("2");
  s.test.event("top", "rang");
  s.pass(c);
  a.result(R"({"model":{}})");
  CHECK(canonical(c.recv()) ==
        event("test.top.change", R"({"values":{"a":{"rid":"test.a"}},"models":{"test.a":{}}})"));
  CHECK(canonical(c.recv()) == event("test.top.ring"));
  CHECK(canonical(c.recv()) == canonical(R"({"result":{"payload":2},"id":)" + std::to_string(id) + '}'));
  CHECK(canonical(c.recv()) == event("test.top.rang"));
}

TEST_CASE("events are held while access is asked for again, and follow in order when it is granted") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  s.model("other", R"({"n":1})");
  c.result("subscribe.test.lamp");
  c.result("subscribe.test.other");
  s.test.off("access.test.lamp");
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  s.test.event("lamp", "reaccess");
  s.test.event("lamp", "change", R"({"values":{"n":3}})");
  s.test.event("lamp", "change", R"({"values":{"n":4}})");
  const auto access = s.test.take("access.test.lamp");
  CHECK(next(c) == change("lamp", 2));
  s.pass(c, "lamp");
  s.test.event("other", "change", R"({"values":{"n":2}})");
  CHECK(next(c) == change("other", 2));
  CHECK(s.no_events(c, "other"));
  access.result(R"({"get":true})");
  CHECK(next(c) == change("lamp", 3));
  CHECK(next(c) == change("lamp", 4));
}

TEST_CASE("events that are held for an access that is denied are not sent") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  s.model("other", "{}");
  c.result("subscribe.test.other");
  c.result("subscribe.test.lamp");
  s.test.off("access.test.lamp");
  s.test.event("lamp", "reaccess");
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  const auto access = s.test.take("access.test.lamp");
  s.pass(c, "lamp");
  access.result("{}");
  CHECK(next(c) == event("test.lamp.unsubscribe",
                         R"({"reason":{"code":"system.accessDenied","message":"Access denied"}})"));
  CHECK(s.no_events(c, "other"));
}

TEST_CASE("a reaccess while the resource loads is heeded before its events") {
  stage s;
  auto c = s.client();
  const auto id = c.send_request("subscribe.test.lamp");
  s.test.take("access.test.lamp").result(R"({"get":true})");
  const auto get = s.test.take("get.test.lamp");
  s.pass(c, "lamp");
  s.test.event("lamp", "reaccess");
  get.result(R"({"model":{"n":1}})");
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  CHECK(result_of(c, id) == R"({"models":{"test.lamp":{"n":1}}})"_json);
  const auto again = s.test.take("access.test.lamp");
  SUBCASE("granted") {
    again.result(R"({"get":true})");
    CHECK(next(c) == change("lamp", 2));
  }
  SUBCASE("denied") {
    again.result("{}");
    CHECK(next(c) == event("test.lamp.unsubscribe",
                           R"({"reason":{"code":"system.accessDenied","message":"Access denied"}})"));
    CHECK(c.error_code("unsubscribe.test.lamp") == "system.noSubscription");
  }
}

TEST_CASE("a client that joins between events gets the resource as it is, and the events from then on") {
  stage s;
  auto first = s.client();
  s.model("lamp", R"({"n":0})");
  first.result("subscribe.test.lamp");
  for (int round = 0; round < 20; ++round) {
    auto joins = s.client();
    const auto base = round * 20;
    for (int i = 1; i <= 10; ++i)
      s.test.event("lamp", "change", R"({"values":{"n":)" + std::to_string(base + i) + "}}");
    const auto id = joins.send_request("subscribe.test.lamp");
    for (int i = 11; i <= 20; ++i)
      s.test.event("lamp", "change", R"({"values":{"n":)" + std::to_string(base + i) + "}}");
    int n = std::stoi(json_at(result_of(joins, id), "/models/test.lamp/n"));
    while (n < base + 20) REQUIRE(next(joins) == change("lamp", ++n));
    CHECK(s.no_events(joins, "lamp"));
  }
}
