// What the gateway keeps, and for how long.
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

namespace {

/// A gateway that soon forgets.
actorgate::actors::settings forgetful() {
  actorgate::actors::settings result;
  result.eviction_delay = std::chrono::milliseconds{100};
  return result;
}

/// Waits until the gateway has forgotten a resource, which shows when it is fetched again.
void wait_forgotten(stage& s, res_client& c, const std::string& name) {
  const auto seen = s.test.seen("get.test." + name);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  // Each look keeps it in mind for another delay.
  for (auto pause = std::chrono::milliseconds{150}; s.test.seen("get.test." + name) == seen; pause *= 2) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error(name + " is never forgotten");
    std::this_thread::sleep_for(pause);
    c.result("get.test." + name);
  }
}

}  // namespace

TEST_CASE("however many clients ask at once, a resource is fetched once") {
  stage s;
  std::vector<res_client> clients;
  std::vector<std::uint64_t> ids;
  s.access("lamp");
  for (int i = 0; i < 16; ++i) {
    clients.push_back(s.client());
    ids.push_back(clients.back().send_request(i % 2 ? "subscribe.test.lamp" : "get.test.lamp"));
  }
  s.test.wait_seen("access.test.lamp", 16);
  s.test.take("get.test.lamp").result(R"({"model":{"n":1}})");
  for (std::size_t i = 0; i < clients.size(); ++i) {
    CHECK(result_of(clients[i], ids[i]) == R"({"models":{"test.lamp":{"n":1}}})"_json);
  }
  CHECK(s.client().result("get.test.lamp") == R"({"models":{"test.lamp":{"n":1}}})"_json);
  CHECK(s.test.seen("get.test.lamp") == 1);
}

TEST_CASE("a reference that several clients and resources share is fetched once") {
  stage s;
  auto one = s.client(), two = s.client();
  s.collection("a", R"([{"rid":"test.leaf"},{"rid":"test.leaf"}])");
  s.collection("b", R"([{"rid":"test.leaf"}])");
  s.model("leaf", "{}");
  for (auto* c : {&one, &two}) {
    c->result("subscribe.test.a");
    c->result("subscribe.test.b");
  }
  for (std::string name : {"a", "b", "leaf"}) CHECK(s.test.seen("get.test." + name) == 1);
}

TEST_CASE("errors are not cached, for nobody") {
  stage s;
  auto c = s.client(), other = s.client();
  s.failing("lamp", "test.broken");
  CHECK(c.error_code("subscribe.test.lamp") == "test.broken");
  CHECK(c.error_code("subscribe.test.lamp") == "test.broken");
  CHECK(other.error_code("get.test.lamp") == "test.broken");
  CHECK(s.test.seen("get.test.lamp") == 3);
  s.model("lamp", "{}");
  CHECK(other.result("get.test.lamp") == R"({"models":{"test.lamp":{}}})"_json);
  CHECK(c.result("subscribe.test.lamp") == R"({"models":{"test.lamp":{}}})"_json);
  CHECK(s.test.seen("get.test.lamp") == 4);
}

TEST_CASE("an error under way is the answer to all who wait for it") {
  stage s;
  auto c = s.client(), other = s.client();
  s.access("lamp");
  const auto one = c.send_request("subscribe.test.lamp");
  const auto two = other.send_request("subscribe.test.lamp");
  const auto get = s.test.take("get.test.lamp");
  s.test.wait_seen("access.test.lamp", 2);
  s.pass(other);
  get.error("test.broken");
  CHECK(error_of(c, one) == "test.broken");
  CHECK(error_of(other, two) == "test.broken");
}

TEST_CASE("what nobody uses any more is kept for a while, and its events keep it fresh") {
  stage s;
  auto c = s.client(), other = s.client();
  s.model("lamp", R"({"n":1})");
  c.result("subscribe.test.lamp");
  c.result("unsubscribe.test.lamp");
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  s.pass(c, "lamp");
  CHECK(other.result("get.test.lamp") == R"({"models":{"test.lamp":{"n":2}}})"_json);
  s.test.event("lamp", "change", R"({"values":{"n":3}})");
  s.pass(c, "lamp");
  CHECK(c.result("subscribe.test.lamp") == R"({"models":{"test.lamp":{"n":3}}})"_json);
  CHECK(s.test.seen("get.test.lamp") == 1);
}

TEST_CASE("after the delay a resource is forgotten, and fetched by the next who asks") {
  stage s{forgetful()};
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  c.result("subscribe.test.lamp");
  c.result("unsubscribe.test.lamp");
  s.model("lamp", R"({"n":2})");
  wait_forgotten(s, c, "lamp");
  CHECK(c.result("subscribe.test.lamp") == R"({"models":{"test.lamp":{"n":2}}})"_json);
  s.test.event("lamp", "change", R"({"values":{"n":3}})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"n":3}})"));
}

TEST_CASE("a new subscriber in time keeps the resource, however long it stays") {
  stage s{forgetful()};
  auto c = s.client(), other = s.client();
  s.model("lamp", R"({"n":1})");
  s.model("other", "{}");
  c.result("subscribe.test.lamp");
  c.result("unsubscribe.test.lamp");
  c.result("subscribe.test.lamp");
  other.result("subscribe.test.other");
  other.result("unsubscribe.test.other");
  wait_forgotten(s, other, "other");
  CHECK(other.result("get.test.lamp") == R"({"models":{"test.lamp":{"n":1}}})"_json);
  CHECK(s.test.seen("get.test.lamp") == 1);
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"n":2}})"));
}

TEST_CASE("what a client held when it left is forgotten in time, references included") {
  stage s{forgetful()};
  auto c = s.client();
  s.model("top", R"({"leaf":{"rid":"test.leaf"}})");
  s.model("leaf", R"({"n":1})");
  {
    auto leaves = s.client();
    leaves.result("subscribe.test.top");
  }
  s.model("leaf", R"({"n":2})");
  wait_forgotten(s, c, "top");
  wait_forgotten(s, c, "leaf");
  CHECK(c.result("get.test.leaf") == R"({"models":{"test.leaf":{"n":2}}})"_json);
}

TEST_CASE("a query is forgotten while another of the same name is used") {
  stage s{forgetful()};
  auto c = s.client();
  s.access("list");
  s.test.on("get.test.list", [](const request& r) {
    r.result(R"({"collection":[],"query":)" + json_at(r.payload, "/query") + '}');
  });
  c.result("subscribe.test.list?a");
  c.result("subscribe.test.list?b");
  c.result("unsubscribe.test.list?b");
  const auto seen = s.test.seen("get.test.list");
  for (int i = 1; s.test.seen("get.test.list") == seen && i < 8; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{150 * i});
    c.result("get.test.list?b");
  }
  CHECK(s.test.seen("get.test.list") == seen + 1);
  CHECK(c.result("get.test.list?a") == "{}");
  s.test.listen("inbox");
  s.test.event("list", "query", R"({"subject":"inbox"})");
  s.test.take("inbox").result(R"({"events":[{"event":"ring"}]})");
  const auto other = s.test.take("inbox");
  other.result("{}");
  CHECK(next(c) == event("test.list?a.ring"));
}

TEST_CASE("a resource that is deleted is fetched by the next who asks, while others keep their dead copy") {
  stage s;
  auto holds = s.client(), asks = s.client();
  s.model("top", R"({"a":{"rid":"test.a"}})");
  s.model("a", R"({"n":1})");
  holds.result("subscribe.test.top");
  s.test.event("a", "delete");
  CHECK(next(holds) == event("test.a.delete"));
  s.model("a", R"({"n":2})");
  CHECK(asks.result("subscribe.test.a") == R"({"models":{"test.a":{"n":2}}})"_json);
  s.test.event("a", "change", R"({"values":{"n":3}})");
  CHECK(next(asks) == event("test.a.change", R"({"values":{"n":3}})"));
  CHECK(s.no_events(holds, "top"));
  CHECK(asks.result("subscribe.test.top") == R"({"models":{"test.top":{"a":{"rid":"test.a"}}}})"_json);
  CHECK(holds.result("subscribe.test.a") == R"({"models":{"test.a":{"n":3}}})"_json);
  s.test.event("a", "change", R"({"values":{"n":4}})");
  for (auto* c : {&holds, &asks}) CHECK(next(*c) == event("test.a.change", R"({"values":{"n":4}})"));
}

TEST_CASE("a resource that is deleted while a client loads it with others does not stay out") {
  stage s;
  auto c = s.client(), other = s.client();
  s.model("a", R"({"n":1})");
  other.result("subscribe.test.a");
  s.collection("list", R"([{"rid":"test.a"},{"rid":"test.late"}])");
  const auto id = c.send_request("subscribe.test.list");
  const auto late = s.test.take("get.test.late");
  s.test.event("a", "delete");
  s.pass(c, "a");
  late.result(R"({"model":{}})");
  const auto result = result_of(c, id);
  CHECK(json_at(result, "/models/test.late") == "{}");
  // As it was, with its deletion to follow; or as it is not.
  if (json_at(result, "/models/test.a").empty()) {
    CHECK_FALSE(json_at(result, "/errors/test.a").empty());
  } else {
    CHECK(next(c) == event("test.a.delete"));
  }
}
