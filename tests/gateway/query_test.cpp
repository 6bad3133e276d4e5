#include <algorithm>
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

namespace {

/// A stage whose service has the resource "test.list", which depends on its query: `a=1&b=2` is what
/// `b=2&a=1` means, too.
struct query_stage : stage {
  explicit query_stage(const actorgate::actors::settings& settings = {}) : stage(settings) {
    access("list");
    test.on("get.test.list", [](const request& r) {
      const auto query = normal(text_at(r.payload, "/query"));
      r.result(R"({"collection":[")" + query + R"("],"query":")" + query + "\"}");
    });
    access("tide");
    test.on("get.test.tide", R"({"result":{"model":{"high":3},"query":"x"}})");
  }

  static std::string normal(const std::string& query) {
    const auto at = query.find('&');
    if (at == query.npos) return query;
    auto first = query.substr(0, at), second = query.substr(at + 1);
    return std::min(first, second) + '&' + std::max(first, second);
  }

  /// Sends a query event; the subject that requests for it come to.
  std::string query_event(const std::string& name) {
    const auto inbox = "queries." + std::to_string(++inboxes_);
    test.listen(inbox);
    test.event(name, "query", "{\"subject\":\"" + inbox + "\"}");
    return inbox;
  }
  /// The requests of a query event by their queries.
  std::map<std::string, request> take_queries(const std::string& inbox, int count) {
    std::map<std::string, request> result;
    for (int i = 0; i < count; ++i) {
      const auto r = test.take(inbox);
      result.emplace(text_at(r.payload, "/query"), r);
    }
    return result;
  }

private:
  int inboxes_ = 0;
};

constexpr auto add_b = R"({"events":[{"event":"add","data":{"idx":1,"value":"b"}}]})";

}  // namespace

TEST_CASE("queries of the same meaning are one resource, which each client knows by its own query") {
  query_stage s;
  std::vector<std::string> queries{"b=2&a=1", "a=1&b=2", "a=1&b=2", "b=2&a=1"};
  std::vector<res_client> clients;
  for (const auto& query : queries) {
    clients.push_back(s.client());
    CHECK(clients.back().result("subscribe.test.list?" + query) ==
          canonical(R"({"collections":{"test.list?)" + query + R"(":["a=1&b=2"]}})"));
  }
  CHECK(s.test.seen("get.test.list") == 1);
  const auto r = s.test.take(s.query_event("list"));
  CHECK(canonical(r.payload) == R"({"query":"a=1&b=2"})"_json);
  r.result(add_b);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    CHECK(next(clients[i]) == event("test.list?" + queries[i] + ".add", R"({"idx":1,"value":"b"})"));
  }
}

TEST_CASE("a query event asks once for each normalised query, and each answer is for its own") {
  query_stage s;
  auto c = s.client();
  for (std::string query : {"a", "b", "y&x", "x&y"}) c.result("subscribe.test.list?" + query);
  const auto inbox = s.query_event("list");
  const auto asked = s.take_queries(inbox, 3);
  asked.at("a").result(R"({"events":[]})");
  asked.at("b").result(R"({"events":[{"event":"remove","data":{"idx":0}}]})");
  asked.at("x&y").result("{}");
  CHECK(next(c) == event("test.list?b.remove", R"({"idx":0})"));
  const auto again = s.take_queries(s.query_event("list"), 3);
  for (const auto& [query, r] : again) r.result(add_b);
  CHECK(s.test.seen(inbox) == 3);
}

TEST_CASE("the events of a query response are applied in their order") {
  query_stage s;
  auto c = s.client();
  c.result("subscribe.test.list?q");
  s.test.take(s.query_event("list"))
      .result(R"({"events":[{"event":"remove","data":{"idx":0}},{"event":"add","data":{"idx":0,"value":"x"}},
                            {"event":"ring","data":{"n":1.0}},{"event":"add","data":{"idx":7,"value":"no"}},
                            {"event":"rang"},{"event":"add","data":{"value":"y","idx":1}}]})");
  CHECK(next(c) == event("test.list?q.remove", R"({"idx":0})"));
  CHECK(next(c) == event("test.list?q.add", R"({"idx":0,"value":"x"})"));
  CHECK(next(c) == event("test.list?q.ring", R"({"n":1.0})"));
  CHECK(next(c) == event("test.list?q.rang"));
  CHECK(next(c) == event("test.list?q.add", R"({"idx":1,"value":"y"})"));
  CHECK(s.client().result("get.test.list?q") == R"({"collections":{"test.list?q":["x","y"]}})"_json);
}

TEST_CASE("a query response may be the whole resource, of which the differences are told") {
  query_stage s;
  auto c = s.client();
  c.result("subscribe.test.list?q");
  c.result("subscribe.test.tide?x");
  s.test.take(s.query_event("list")).result(R"({"collection":["new","q"]})");
  CHECK(next(c) == event("test.list?q.add", R"({"idx":0,"value":"new"})"));
  s.test.take(s.query_event("tide")).result(R"({"model":{"low":1}})");
  CHECK(next(c) == event("test.tide?x.change", R"({"values":{"high":{"action":"delete"},"low":1}})"));
}

TEST_CASE("a query response that fails or makes no sense changes nothing, and the next is heeded") {
  query_stage s;
  auto c = s.client();
  c.result("subscribe.test.tide?x");
  for (std::string answer :
       {R"({"error":{"code":"test.fog","message":"Fog"}})", "", "{", "{}", R"({"result":null})",
        R"({"result":{}})", R"({"result":{"events":null}})", R"({"result":{"model":{"high":3}}})",
        R"({"result":{"collection":[1]}})", R"({"result":{"model":{"a":{"b":1}}}})",
        R"({"result":{"model":{},"events":[]}})", R"({"result":{"events":{}}})",
        R"({"result":{"events":[{"event":"change","data":7}]}})", R"({"result":{"events":[{"data":7}]}})",
        R"({"result":{"events":[{"event":"change"}]}})"}) {
    CAPTURE(answer);
    s.test.take(s.query_event("tide")).reply(answer);
  }
  s.test.take(s.query_event("tide")).result(R"({"model":{"high":4}})");
  CHECK(next(c) == event("test.tide?x.change", R"({"values":{"high":4}})"));
}

TEST_CASE("a query that is no longer found is deleted, and no other") {
  query_stage s;
  auto c = s.client();
  c.result("subscribe.test.list?a");
  c.result("subscribe.test.list?b");
  const auto asked = s.take_queries(s.query_event("list"), 2);
  asked.at("a").error("system.notFound");
  asked.at("b").result(add_b);
  CHECK(next(c) == event("test.list?a.delete"));
  CHECK(next(c) ==
        event("test.list?a.unsubscribe", R"({"reason":{"code":"system.deleted","message":"Deleted"}})"));
  CHECK(next(c) == event("test.list?b.add", R"({"idx":1,"value":"b"})"));
  CHECK(c.result("subscribe.test.list?a") == R"({"collections":{"test.list?a":["a"]}})"_json);
  CHECK(c.error_code("unsubscribe.test.list?none") == "system.noSubscription");
}

TEST_CASE("a delete event of a query response deletes that resource") {
  query_stage s;
  auto c = s.client();
  c.result("subscribe.test.list?a");
  s.test.take(s.query_event("list")).result(R"({"events":[{"event":"delete"},{"event":"ring"}]})");
  CHECK(next(c) == event("test.list?a.delete"));
  CHECK(text_at(next(c), "/event") == "test.list?a.unsubscribe");
  CHECK(c.result("subscribe.test.list?a") == R"({"collections":{"test.list?a":["a"]}})"_json);
}

TEST_CASE("with and without a query are different resources, and ordinary events are for the one without") {
  query_stage s;
  auto c = s.client();
  s.test.on("get.test.list", [](const request& r) {
    const auto query = json_at(r.payload, "/query");
    r.result(query.empty() ? R"({"collection":["all"]})" : R"({"collection":[1],"query":)" + query + '}');
  });
  CHECK(c.result("subscribe.test.list") == R"({"collections":{"test.list":["all"]}})"_json);
  CHECK(c.result("subscribe.test.list?x") == R"({"collections":{"test.list?x":[1]}})"_json);
  s.test.event("list", "add", R"({"idx":1,"value":"plain"})");
  s.test.event("list", "ring");
  s.test.take(s.query_event("list")).result(add_b);
  CHECK(next(c) == event("test.list.add", R"({"idx":1,"value":"plain"})"));
  CHECK(next(c) == event("test.list.ring"));
  CHECK(next(c) == event("test.list?x.add", R"({"idx":1,"value":"b"})"));
  s.test.event("list", "delete");
  CHECK(next(c) == event("test.list.delete"));
  CHECK(text_at(next(c), "/event") == "test.list.unsubscribe");
  s.test.take(s.query_event("list")).result(R"({"events":[{"event":"remove","data":{"idx":0}}]})");
  CHECK(next(c) == event("test.list?x.remove", R"({"idx":0})"));
}

TEST_CASE("a rid without a query that is answered with one is a query resource") {
  query_stage s;
  auto c = s.client();
  CHECK(c.result("subscribe.test.tide") == R"({"models":{"test.tide":{"high":3}}})"_json);
  s.test.event("tide", "change", R"({"values":{"high":9}})");
  const auto r = s.test.take(s.query_event("tide"));
  CHECK(canonical(r.payload) == R"({"query":"x"})"_json);
  r.result(R"({"events":[{"event":"change","data":{"values":{"high":4}}}]})");
  CHECK(next(c) == event("test.tide.change", R"({"values":{"high":4}})"));
}

TEST_CASE("a query that the service does not normalise is the resource without a query") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  CHECK(c.result("subscribe.test.lamp?x=1") == R"({"models":{"test.lamp?x=1":{"n":1}}})"_json);
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  CHECK(next(c) == event("test.lamp?x=1.change", R"({"values":{"n":2}})"));
  CHECK(c.result("subscribe.test.lamp") == R"({"models":{"test.lamp":{"n":2}}})"_json);
}

TEST_CASE("while query requests are unanswered all else that is said of the name waits its turn") {
  query_stage s;
  auto c = s.client(), plain = s.client();
  s.test.on("get.test.list", [](const request& r) {
    const auto query = json_at(r.payload, "/query");
    r.result(query.empty() ? R"({"collection":[]})" : R"({"collection":[1],"query":)" + query + '}');
  });
  s.access("list");
  c.result("subscribe.test.list?x");
  plain.result("subscribe.test.list");
  const auto id = plain.send_request("call.test.list.go");
  const auto call = s.test.take("call.test.list.go");
  const auto first = s.test.take(s.query_event("list"));
  const auto second_inbox = s.query_event("list");
  s.test.event("list", "ring");
  call.result("1");
  s.pass(plain);
  CHECK(s.test.seen(second_inbox) == 0);
  first.result(R"({"events":[{"event":"ring","data":1}]})");
  CHECK(next(c) == event("test.list?x.ring", "1"));
  s.test.take(second_inbox).result(R"({"events":[{"event":"ring","data":2}]})");
  CHECK(next(c) == event("test.list?x.ring", "2"));
  CHECK(canonical(plain.recv()) == event("test.list.ring"));
  CHECK(result_of(plain, id) == R"({"payload":1})"_json);
}

TEST_CASE("consecutive query events whose requests time out never freeze the resource") {
  query_stage s{impatient()};
  auto c = s.client();
  c.result("subscribe.test.list?a");
  c.result("subscribe.test.list?b");
  const auto first = s.query_event("list");
  const auto second = s.query_event("list");
  const auto third = s.query_event("list");
  s.take_queries(first, 2).at("a").result(add_b);
  CHECK(next(c) == event("test.list?a.add", R"({"idx":1,"value":"b"})"));
  const auto late = s.take_queries(second, 2);
  for (const auto& [query, r] : s.take_queries(third, 2))
    r.result(R"({"events":[{"event":"ring","data":3}]})");
  for (const auto& [query, r] : late) r.result(R"({"events":[{"event":"ring","data":2}]})");
  CHECK(json_at(next(c), "/data") == "3");
  CHECK(json_at(next(c), "/data") == "3");
  for (const auto& [query, r] : s.take_queries(s.query_event("list"), 2)) {
    r.result(R"({"events":[{"event":"ring","data":4}]})");
  }
  CHECK(json_at(next(c), "/data") == "4");
  CHECK(json_at(next(c), "/data") == "4");
}

TEST_CASE("a query that is deleted or subscribed while a query event is answered does not disturb it") {
  query_stage s;
  auto c = s.client();
  c.result("subscribe.test.list?a");
  const auto a = s.test.take(s.query_event("list"));
  s.test.off("get.test.list");
  const auto id = c.send_request("subscribe.test.list?b");
  const auto get = s.test.take("get.test.list");
  get.result(R"({"collection":["b"],"query":"b"})");
  s.pass(c);
  a.error("system.notFound");
  CHECK(next(c) == event("test.list?a.delete"));
  CHECK(text_at(next(c), "/event") == "test.list?a.unsubscribe");
  CHECK(result_of(c, id) == R"({"collections":{"test.list?b":["b"]}})"_json);
}

TEST_CASE("a query that is still loading is not asked for by a query event") {
  query_stage s;
  auto c = s.client();
  s.test.off("get.test.list");
  const auto id = c.send_request("subscribe.test.list?q");
  const auto get = s.test.take("get.test.list");
  const auto inbox = s.query_event("list");
  s.pass(c, "list");
  get.result(R"({"collection":["q"],"query":"q"})");
  CHECK(result_of(c, id) == R"({"collections":{"test.list?q":["q"]}})"_json);
  s.test.take(s.query_event("list")).result(add_b);
  CHECK(next(c) == event("test.list?q.add", R"({"idx":1,"value":"b"})"));
  CHECK(s.test.seen(inbox) == 0);
}

TEST_CASE("a reset of a query resource asks with the normalised query, once for each") {
  query_stage s;
  auto c = s.client();
  c.result("subscribe.test.list?b&a");
  c.result("subscribe.test.list?a&b");
  CHECK(s.test.seen("get.test.list") == 1);
  s.test.off("get.test.list");
  s.reset("list");
  const auto get = s.test.take("get.test.list");
  CHECK(canonical(get.payload) == R"({"query":"a&b"})"_json);
  get.result(R"({"collection":["a&b","more"],"query":"a&b"})");
  CHECK(json_at(next(c), "/data") == R"({"idx":1,"value":"more"})"_json);
  CHECK(json_at(next(c), "/data") == R"({"idx":1,"value":"more"})"_json);
  CHECK(s.test.seen("get.test.list") == 2);
}

TEST_CASE("a reference may have a query") {
  query_stage s;
  auto c = s.client();
  s.model("page", R"({"list":{"rid":"test.list?z&a"}})");
  CHECK(c.result("subscribe.test.page") == R"({"models":{"test.page":{"list":{"rid":"test.list?z&a"}}},
                                               "collections":{"test.list?z&a":["a&z"]}})"_json);
  s.test.take(s.query_event("list"))
      .result(R"({"events":[{"event":"add","data":{"idx":1,"value":{"rid":"test.tide?x"}}}]})");
  CHECK(next(c) == event("test.list?z&a.add", R"({"idx":1,"value":{"rid":"test.tide?x"},
                         "models":{"test.tide?x":{"high":3}}})"));
}

TEST_CASE("a query event that makes no sense, or concerns no query, asks nothing") {
  query_stage s;
  auto c = s.client();
  s.model("lamp", "{}");
  c.result("subscribe.test.lamp");
  c.result("subscribe.test.tide?x");
  for (std::string payload : {"", "{", "[]", "null", "{}", R"({"subject":""})", R"({"subject":7})",
                              R"({"subject":"a..b"})", R"({"subject":"a b"})", R"({"subject":"a.*"})"}) {
    s.test.event("tide", "query", payload);
  }
  const auto inbox = s.query_event("lamp");
  CHECK(s.no_events(c, "lamp"));
  s.test.take(s.query_event("tide")).result(R"({"model":{"high":4}})");
  CHECK(next(c) == event("test.tide?x.change", R"({"values":{"high":4}})"));
  CHECK(s.test.seen(inbox) == 0);
}
