#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

TEST_CASE("a change tells what has changed, and nothing else") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"a":1,"b":"x","c":null,"d":{"data":[1]}})");
  c.result("subscribe.test.lamp");
  s.test.event("lamp", "change",
               R"({"values":{"a":2,"b":"x","c":{"action":"delete"},"none":{"action":"delete"},
                                               "d":{"data":[1]},"e":true}})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"a":2,"c":{"action":"delete"},"e":true}})"));
  s.test.event("lamp", "change", R"({"values":{"a":2,"b":"x","d":{"data":[1]}}})");
  s.test.event("lamp", "change", R"({"values":{}})");
  CHECK(s.no_events(c, "lamp"));
  s.test.event("lamp", "change", R"({"values":{"a":2.0}})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"a":2.0}})"));
  auto late = s.client();
  CHECK(late.result("get.test.lamp") ==
        R"({"models":{"test.lamp":{"a":2.0,"b":"x","d":{"data":[1]},"e":true}}})"_json);
}

TEST_CASE("a change event from before the member values is understood") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"a":1})");
  c.result("subscribe.test.lamp");
  s.test.event("lamp", "change", R"({"a":2,"b":3})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"a":2,"b":3}})"));
  s.test.event("lamp", "change", R"({"values":7})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"values":7}})"));
}

TEST_CASE("add and remove shift what stands behind") {
  stage s;
  auto c = s.client();
  s.collection("list", R"(["a","b"])");
  c.result("subscribe.test.list");
  s.test.event("list", "add", R"({"idx":0,"value":"x"})");
  CHECK(next(c) == event("test.list.add", R"({"idx":0,"value":"x"})"));
  s.test.event("list", "add", R"({"idx":3,"value":1.50})");
  CHECK(next(c) == event("test.list.add", R"({"idx":3,"value":1.50})"));
  s.test.event("list", "remove", R"({"idx":1})");
  CHECK(next(c) == event("test.list.remove", R"({"idx":1})"));
  auto late = s.client();
  CHECK(late.result("get.test.list") == R"({"collections":{"test.list":["x","b",1.50]}})"_json);
}

TEST_CASE("an event that brings a reference carries the resources that are new to this client") {
  stage s;
  auto c = s.client(), knows = s.client();
  s.model("top", "{}");
  s.collection("list", "[]");
  s.model("a", R"({"b":{"rid":"test.b"}})");
  s.model("b", R"({"n":1})");
  c.result("subscribe.test.top");
  c.result("subscribe.test.list");
  knows.result("subscribe.test.top");
  knows.result("subscribe.test.b");
  s.test.event("top", "change", R"({"values":{"a":{"rid":"test.a"}}})");
  CHECK(next(c) == event("test.top.change", R"({"values":{"a":{"rid":"test.a"}},
                         "models":{"test.a":{"b":{"rid":"test.b"}},"test.b":{"n":1}}})"));
  CHECK(next(knows) == event("test.top.change", R"({"values":{"a":{"rid":"test.a"}},
                             "models":{"test.a":{"b":{"rid":"test.b"}}}})"));
  s.test.event("list", "add", R"({"idx":0,"value":{"rid":"test.b"}})");
  CHECK(next(c) == event("test.list.add", R"({"idx":0,"value":{"rid":"test.b"}})"));
  s.failing("gone", "test.gone");
  s.test.event("list", "add", R"({"idx":0,"value":{"rid":"test.gone"}})");
  CHECK(next(c) == event("test.list.add", R"({"idx":0,"value":{"rid":"test.gone"},
                         "errors":{"test.gone":{"code":"test.gone","message":"Error"}}})"));
}

TEST_CASE("a reference that is taken away takes its resource along") {
  stage s;
  auto c = s.client();
  s.model("top", R"({"a":{"rid":"test.a"}})");
  s.model("a", R"({"n":1})");
  c.result("subscribe.test.top");
  for (std::string values :
       {R"({"a":null})", R"({"a":{"action":"delete"}})", R"({"a":{"rid":"test.a","soft":true}})"}) {
    CAPTURE(values);
    s.test.event("top", "change", "{\"values\":" + std::string(values) + '}');
    CHECK(next(c) == event("test.top.change", "{\"values\":" + std::string(values) + '}'));
    s.test.event("a", "ring");
    s.pass(c, "a");
    s.test.event("top", "change", R"({"values":{"a":{"rid":"test.a"}}})");
    CHECK(next(c) ==
          event("test.top.change", R"({"values":{"a":{"rid":"test.a"}},"models":{"test.a":{"n":1}}})"));
  }
}

TEST_CASE("a custom event is passed on with its payload as it is") {
  stage s;
  auto c = s.client();
  s.model("lamp", "{}");
  c.result("subscribe.test.lamp");
  s.test.event("lamp", "ring", R"({"z":1.10,"a":["\u00e5"]})");
  const auto ring = c.next_event();
  CHECK(ring.find(R"({"z":1.10,"a":["\u00e5"]})") != ring.npos);
  s.test.event("lamp", "blink", R"("twice")");
  CHECK(next(c) == event("test.lamp.blink", R"("twice")"));
  s.test.event("lamp", "null", "null");
  CHECK(next(c) == event("test.lamp.null"));
  s.test.event("lamp", "empty", "");
  CHECK(next(c) == event("test.lamp.empty"));
  s.test.event("lamp", "Change", "1");
  CHECK(next(c) == event("test.lamp.Change", "1"));
}

TEST_CASE("create is passed on") {
  stage s;
  auto c = s.client();
  s.model("lamp", "{}");
  c.result("subscribe.test.lamp");
  s.test.event("lamp", "create");
  CHECK(next(c) == event("test.lamp.create"));
}

TEST_CASE("a deleted resource is told as deleted, and a direct subscription to it ends") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  s.model("other", "{}");
  c.result("subscribe.test.other");
  c.result("subscribe.test.lamp");
  c.result("subscribe.test.lamp");
  s.test.event("lamp", "delete");
  CHECK(next(c) == event("test.lamp.delete"));
  CHECK(next(c) ==
        event("test.lamp.unsubscribe", R"({"reason":{"code":"system.deleted","message":"Deleted"}})"));
  CHECK(c.error_code("unsubscribe.test.lamp") == "system.noSubscription");
  s.test.event("lamp", "ring");
  s.pass(c, "lamp");
  CHECK(s.no_events(c, "other"));
}

TEST_CASE("a deleted resource that is referred to stays as the client has it, without events") {
  stage s;
  auto c = s.client();
  s.model("top", R"({"a":{"rid":"test.a"}})");
  s.model("a", R"({"n":1})");
  c.result("subscribe.test.top");
  s.test.event("a", "delete");
  CHECK(next(c) == event("test.a.delete"));
  s.test.event("a", "change", R"({"values":{"n":2}})");
  s.pass(c, "a");
  CHECK(s.no_events(c, "top"));
}

TEST_CASE("a deleted resource is fetched anew when it is subscribed to again") {
  stage s;
  auto c = s.client();
  s.model("top", R"({"a":{"rid":"test.a"}})");
  s.model("a", R"({"n":1})");
  SUBCASE("by who has subscribed to it directly") {
    c.result("subscribe.test.a");
    s.test.event("a", "delete");
    CHECK(next(c) == event("test.a.delete"));
    CHECK(text_at(next(c), "/event") == "test.a.unsubscribe");
  }
  SUBCASE("by who still has a dead copy of it") {
    c.result("subscribe.test.top");
    s.test.event("a", "delete");
    CHECK(next(c) == event("test.a.delete"));
  }
  s.model("a", R"({"n":2})");
  CHECK(c.result("subscribe.test.a") == R"({"models":{"test.a":{"n":2}}})"_json);
  CHECK(s.test.seen("get.test.a") == 2);
  s.test.event("a", "change", R"({"values":{"n":3}})");
  CHECK(next(c) == event("test.a.change", R"({"values":{"n":3}})"));
  auto other = s.client();
  CHECK(other.result("get.test.a") == R"({"models":{"test.a":{"n":3}}})"_json);
  CHECK(s.test.seen("get.test.a") == 2);
}

TEST_CASE("events that make no sense change nothing") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  s.collection("list", R"(["a"])");
  c.result("subscribe.test.lamp");
  c.result("subscribe.test.list");
  for (std::string payload : {"", "null", "7", "[]", "{", R"({"values":{"n":2})", R"({"values":{"n":[1]}})",
                              R"({"values":{"n":{"x":1}}})", R"({"values":{"n":{"rid":"a..b"}}})",
                              R"({"values":{"n":2}}x)", "\xff"}) {
    s.test.event("lamp", "change", payload);
    s.test.event("list", "change", payload);
    s.test.event("list", "add", payload);
    s.test.event("list", "remove", payload);
  }
  for (std::string payload :
       {R"({"idx":2,"value":1})", R"({"idx":-1,"value":1})", R"({"idx":"0","value":1})", R"({"value":1})",
        R"({"idx":0})", R"({"idx":0.5,"value":1})", R"({"idx":0,"value":{"a":1}})",
        R"({"idx":0,"value":[1]})", R"({"idx":0,"value":{"action":"delete"}})"}) {
    s.test.event("list", "add", payload);
    s.test.event("lamp", "add", payload);
  }
  for (std::string payload : {R"({"idx":1})", R"({"idx":-1})", R"({"idx":"0"})", "{}", R"({"idx":0.0})"}) {
    s.test.event("list", "remove", payload);
  }
  s.test.event("lamp", "add", R"({"idx":0,"value":1})");
  s.test.event("lamp", "remove", R"({"idx":0})");
  s.test.event("list", "change", R"({"values":{"n":2}})");
  for (std::string name : {"patch", "reset", "unsubscribe"}) s.test.event("lamp", name, "{}");
  s.test.event("lamp", "ring", "{");
  CHECK(s.no_events(c, "lamp"));
  CHECK(s.no_events(c, "list"));
  auto late = s.client();
  CHECK(late.result("get.test.lamp") == R"({"models":{"test.lamp":{"n":1}}})"_json);
  CHECK(late.result("get.test.list") == R"({"collections":{"test.list":["a"]}})"_json);
}

TEST_CASE("an event reaches all clients, on whichever shard, in the order in which it was sent") {
  stage s;
  std::vector<res_client> clients;
  for (int i = 0; i < 8; ++i) clients.push_back(s.client());
  s.model("lamp", R"({"n":0})");
  for (auto& c : clients) c.result("subscribe.test.lamp");
  constexpr int count = 500;
  for (int i = 1; i <= count; ++i)
    s.test.event("lamp", "change", R"({"values":{"n":)" + std::to_string(i) + "}}");
  for (auto& c : clients) {
    for (int i = 1; i <= count; ++i) {
      REQUIRE(next(c) == event("test.lamp.change", R"({"values":{"n":)" + std::to_string(i) + "}}"));
    }
  }
  CHECK(s.test.seen("get.test.lamp") == 1);
}
