#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

TEST_CASE("a reset model is fetched again, and what is different is one change") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"same":1,"n":"a","gone":true,"data":{"data":[1]},"odd":{"data":[1]}})");
  c.result("subscribe.test.lamp");
  s.model("lamp", R"({"same":1,"n":"b","fresh":null,"data":{"data":[1]},"odd":{"data":[2]}})");
  s.reset("lamp");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"n":"b","gone":{"action":"delete"},"fresh":null,
                                                           "odd":{"data":[2]}}})"));
  CHECK(s.no_events(c, "lamp"));
  CHECK(s.test.seen("get.test.lamp") == 2);
  CHECK(s.test.seen("access.test.lamp") == 1);
}

TEST_CASE("a reset collection becomes the new one in the fewest events, removals first") {
  stage s;
  auto c = s.client();
  s.collection("list", R"(["a","b","c","d"])");
  c.result("subscribe.test.list");
  s.collection("list", R"(["x","b","d","y"])");
  s.reset("list");
  std::vector<std::string> list{"a", "b", "c", "d"};
  bool added = false;
  for (int i = 0; i < 4; ++i) {
    const auto e = next(c);
    const auto index = std::stol(json_at(e, "/data/idx"));
    if (text_at(e, "/event") == "test.list.add") {
      added = true;
      list.insert(list.begin() + index, text_at(e, "/data/value"));
    } else {
      CHECK(text_at(e, "/event") == "test.list.remove");
      CHECK_FALSE(added);
      list.erase(list.begin() + index);
    }
  }
  CHECK(list == std::vector<std::string>{"x", "b", "d", "y"});
  CHECK(s.no_events(c, "list"));
}

TEST_CASE("a reset that brings references carries what is new") {
  stage s;
  auto c = s.client();
  s.model("top", R"({"a":{"rid":"test.a"}})");
  s.model("a", R"({"n":1})");
  s.model("b", R"({"n":2})");
  c.result("subscribe.test.top");
  s.model("top", R"({"b":{"rid":"test.b"}})");
  s.reset("top");
  CHECK(next(c) == event("test.top.change", R"({"values":{"a":{"action":"delete"},"b":{"rid":"test.b"}},
                                                "models":{"test.b":{"n":2}}})"));
}

TEST_CASE("a reset without differences says nothing") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1,"self":{"rid":"test.lamp"}})");
  c.result("subscribe.test.lamp");
  s.reset("lamp");
  s.test.wait_seen("get.test.lamp", 2);
  s.pass(c, "lamp");
  CHECK(s.no_events(c, "lamp"));
}

TEST_CASE("patterns match whole parts: one by *, all that follow by >") {
  stage s;
  auto c = s.client();
  const std::vector<std::string> names{"user", "user.1", "user.1.roles", "user.2.roles", "users", "list"};
  for (const auto& name : names) {
    s.model(name, "{}");
    c.result("subscribe.test." + name);
  }
  const auto fetched = [&](const std::string& pattern, const std::vector<std::string>& expected) {
    CAPTURE(pattern);
    std::vector<std::size_t> before;
    for (const auto& name : names) before.push_back(s.test.seen("get.test." + name));
    s.test.publish("system.reset", "{\"resources\":[\"" + pattern + "\"]}");
    for (const auto& name : expected) s.test.wait_seen("get.test." + name, before[0] + 1);
    // Behind it, all of them: what the first should not have matched has been fetched twice then.
    s.test.publish("system.reset", R"({"resources":["test.>"]})");
    for (std::size_t i = 0; i < names.size(); ++i) {
      const bool matches = std::find(expected.begin(), expected.end(), names[i]) != expected.end();
      s.test.wait_seen("get.test." + names[i], before[i] + (matches ? 2 : 1));
      s.pass(c, names[i]);
      CHECK(s.test.seen("get.test." + names[i]) == before[i] + (matches ? 2 : 1));
      // Alike again for the next pattern.
      if (matches) continue;
      s.test.publish("system.reset", "{\"resources\":[\"test." + names[i] + "\"]}");
      s.test.wait_seen("get.test." + names[i], before[i] + 2);
    }
  };
  fetched("test.user", {"user"});
  fetched("test.user.*", {"user.1"});
  fetched("test.*.*.roles", {"user.1.roles", "user.2.roles"});
  fetched("test.user.>", {"user.1", "user.1.roles", "user.2.roles"});
  fetched("test.*", {"user", "users", "list"});
  fetched("*.list", {"list"});
  fetched(">", names);
  fetched("test.us*", {});
  fetched("test.>.roles", {});
  fetched("test", {});
  fetched("", {});
}

TEST_CASE("a reset of access asks again for direct subscriptions, and for nothing else") {
  stage s;
  auto one = s.client(), two = s.client();
  s.model("quay", R"({"crane":{"rid":"test.crane"}})");
  s.model("crane", R"({"n":1})");
  s.model("lamp", "{}");
  for (auto* c : {&one, &two}) {
    c->result("subscribe.test.quay");
    c->result("subscribe.test.lamp");
  }
  s.access("lamp", "{}");
  s.reset("", ">");
  for (auto* c : {&one, &two}) {
    CHECK(next(*c) == event("test.lamp.unsubscribe",
                            R"({"reason":{"code":"system.accessDenied","message":"Access denied"}})"));
  }
  s.test.wait_seen("access.test.quay", 4);
  CHECK(s.no_events(one, "crane"));
  CHECK(s.no_events(two, "crane"));
  CHECK(s.test.seen("access.test.quay") == 4);
  CHECK(s.test.seen("access.test.lamp") == 4);
  CHECK(s.test.seen("access.test.crane") == 0);
  for (std::string name : {"quay", "crane", "lamp"}) CHECK(s.test.seen("get.test." + std::string(name)) == 1);
}

TEST_CASE("several patterns that match the same resource ask once") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  c.result("subscribe.test.lamp");
  s.test.publish("system.reset",
                 R"({"resources":["test.lamp","test.*",">"],"access":["test.lamp","test.*",">"]})");
  s.test.wait_seen("get.test.lamp", 2);
  s.test.wait_seen("access.test.lamp", 2);
  s.pass(c, "lamp");
  CHECK(s.no_events(c, "lamp"));
  CHECK(s.test.seen("get.test.lamp") == 2);
  CHECK(s.test.seen("access.test.lamp") == 2);
}

TEST_CASE("a reset resource that is no longer found is deleted") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  c.result("subscribe.test.lamp");
  s.failing("lamp", "system.notFound");
  s.reset("lamp");
  CHECK(next(c) == event("test.lamp.delete"));
  CHECK(next(c) ==
        event("test.lamp.unsubscribe", R"({"reason":{"code":"system.deleted","message":"Deleted"}})"));
  s.model("lamp", R"({"n":2})");
  CHECK(c.result("subscribe.test.lamp") == R"({"models":{"test.lamp":{"n":2}}})"_json);
}

TEST_CASE("a reset that fails, or brings another type, leaves the resource as it is") {
  stage s{impatient()};
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  c.result("subscribe.test.lamp");
  SUBCASE("by an error") { s.failing("lamp", "test.broken"); }
  SUBCASE("by the type") { s.collection("lamp", "[1]"); }
  SUBCASE("by nonsense") { s.test.on("get.test.lamp", "{"); }
  SUBCASE("by silence") { s.test.off("get.test.lamp"); }
  s.reset("lamp");
  s.test.wait_seen("get.test.lamp", 2);
  const auto again = s.client().error_code("auth.test.lamp.wait");
  CHECK(again == "system.timeout");
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"n":2}})"));
}

TEST_CASE("while a resource is reset its events are part of the answer to come, but for custom ones") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  c.result("subscribe.test.lamp");
  s.test.off("get.test.lamp");
  s.reset("lamp");
  const auto get = s.test.take("get.test.lamp");
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  s.test.event("lamp", "ring");
  CHECK(next(c) == event("test.lamp.ring"));
  s.test.event("lamp", "change", R"({"values":{"n":3}})");
  get.result(R"({"model":{"n":3}})");
  s.test.event("lamp", "change", R"({"values":{"n":4}})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"n":3}})"));
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"n":4}})"));
}

TEST_CASE("a reset during a reset is not lost") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  c.result("subscribe.test.lamp");
  s.test.off("get.test.lamp");
  s.reset("lamp");
  const auto first = s.test.take("get.test.lamp");
  s.reset("lamp");
  s.reset("lamp");
  s.pass(c, "lamp");
  first.result(R"({"model":{"n":2}})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"n":2}})"));
  s.test.take("get.test.lamp").result(R"({"model":{"n":3}})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"n":3}})"));
  s.pass(c, "lamp");
  CHECK(s.test.seen("get.test.lamp") == 3);
}

TEST_CASE("a reset while the resource is fetched for the first time is not lost") {
  stage s;
  auto c = s.client();
  s.access("lamp");
  const auto id = c.send_request("subscribe.test.lamp");
  const auto first = s.test.take("get.test.lamp");
  // Something that is cached shows when the reset has come by.
  auto other = s.client();
  s.model("other", "{}");
  other.result("subscribe.test.other");
  s.reset(">");
  s.test.wait_seen("get.test.other", 2);
  s.reset(">");
  s.test.wait_seen("get.test.other", 3);
  first.result(R"({"model":{"n":1}})");
  CHECK(result_of(c, id) == R"({"models":{"test.lamp":{"n":1}}})"_json);
  s.test.take("get.test.lamp").result(R"({"model":{"n":2}})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"n":2}})"));
}

TEST_CASE("what is cached without a subscriber is reset, too") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  c.result("get.test.lamp");
  s.model("lamp", R"({"n":2})");
  s.reset("lamp");
  s.test.wait_seen("get.test.lamp", 2);
  s.pass(c, "lamp");
  CHECK(c.result("get.test.lamp") == R"({"models":{"test.lamp":{"n":2}}})"_json);
  CHECK(s.test.seen("get.test.lamp") == 2);
}

TEST_CASE("a reset that makes no sense does nothing") {
  stage s;
  auto c = s.client();
  s.model("lamp", "{}");
  c.result("subscribe.test.lamp");
  for (std::string payload :
       {"", "{", "[]", "null", R"("x")", "{}", R"({"resources":null})", R"({"resources":"test.lamp"})",
        R"({"resources":{"a":"test.lamp"}})", R"({"resources":[7]})", R"({"access":["test.lamp",7]})",
        R"({"resources":["test.lamp"]}x)", R"({"resources":["test..lamp","","test.>.lamp"]})"}) {
    s.test.publish("system.reset", payload);
  }
  s.test.publish("system.resets", R"({"resources":["test.lamp"]})");
  s.test.publish("system.reset", R"({"resources":["test.lamp"],"future":[1]})");
  s.test.wait_seen("get.test.lamp", 2);
  s.pass(c, "lamp");
  CHECK(s.no_events(c, "lamp"));
  CHECK(s.test.seen("get.test.lamp") == 2);
  CHECK(s.test.seen("access.test.lamp") == 1);
}
