// Dialogues: the end of subscriptions, and what goes with them.
#include <doctest/doctest.h>

#include "tests/cache/view_dialogue.hpp"

namespace actorgate::tests {
namespace {

std::string name(int number) { return std::string{'r'} += std::to_string(number); }
std::string no_subscription(int id) {
  return R"({"error":{"code":"system.noSubscription","message":"No subscription"},"id":)" +
         std::to_string(id) + '}';
}
std::string given_up(int id) {
  return R"({"error":{"code":"system.unsubscribed","message":"Unsubscribed"},"id":)" + std::to_string(id) +
         '}';
}

}  // namespace

TEST_CASE("what is not subscribed directly cannot be unsubscribed") {
  view_dialogue d;
  d.has("a", R"([{"rid":"b"}])"), d.has("b", "{}");
  CHECK(d.unsubscribe(1, "a") == said{no_subscription(1)});
  d.subscribed(2, "a");
  CHECK(d.unsubscribe(3, "b") == said{no_subscription(3)});
  CHECK(d.unsubscribe(4, "a") == said{R"({"id":4})", "unwatch 1 a", "unwatch 2 b"});
  CHECK(d.unsubscribe(5, "a") == said{no_subscription(5)});
  d.get(6, "a");
  CHECK(d.unsubscribe(7, "a") == said{no_subscription(7)});
}

TEST_CASE("a count takes that many, and one too high takes none") {
  view_dialogue d;
  d.has("a", "[]");
  for (std::uint64_t id = 1; id <= 5; ++id) d.subscribed(id, "a");
  CHECK(d.unsubscribe(6, "a", 6) == said{no_subscription(6)});
  CHECK(d.unsubscribe(7, "a", 18446744073709551615u) == said{no_subscription(7)});
  CHECK(d.unsubscribe(8, "a", 3) == said{R"({"id":8})"});
  CHECK(d.unsubscribe(9, "a", 3) == said{no_subscription(9)});
  CHECK(d.rang("a").size() == 1);
  CHECK(d.unsubscribe(10, "a", 2) == said{R"({"id":10})", "unwatch 1 a"});
}

TEST_CASE("an unsubscribe before the answer succeeds, and the subscribe is answered with an error") {
  view_dialogue d;
  d.subscribe(1, "a");
  CHECK(d.unsubscribe(2, "a") == said{R"({"id":2})", given_up(1), "unwatch 1 a"});
  CHECK(d.view.idle());
  CHECK(d.grant(1) == said{});
  CHECK(d.unsubscribe(3, "a") == said{no_subscription(3)});
}

TEST_CASE("an unsubscribe takes what has been answered before what has not, and of that the latest first") {
  view_dialogue d;
  d.has("list", R"([{"rid":"a"}])"), d.has("a", "[]");
  d.subscribed(1, "list");
  d.subscribe(2, "a"), d.subscribe(3, "a"), d.subscribe(4, "a");
  CHECK(d.unsubscribe(5, "a") == said{R"({"id":5})", given_up(4)});
  CHECK(d.unsubscribe(6, "a", 3) == said{no_subscription(6)});
  d.grant(2);
  d.reaccess("a");
  d.subscribe(7, "a");
  CHECK(d.unsubscribe(8, "a", 2) == said{R"({"id":8})"});
  CHECK(d.unsubscribe(9, "a") == said{R"({"id":9})", given_up(7)});
}

TEST_CASE("a resource response can be unsubscribed before it is answered") {
  view_dialogue d;
  d.subscribe_response(1, "a");
  CHECK(
      d.unsubscribe(2, "a") ==
      said{
          R"({"id":2})",
          R"({"result":{"rid":"a","errors":{"a":{"code":"system.unsubscribed","message":"Unsubscribed"}}},"id":1})",
          "unwatch 1 a"});
}

TEST_CASE("a get goes on when the subscription of the same resource is given up") {
  view_dialogue d;
  d.has("a", "[]");
  d.subscribe(1, "a"), d.get(2, "a");
  CHECK(d.unsubscribe(3, "a") == said{R"({"id":3})", given_up(1)});
  d.loaded("a");
  CHECK(d.grant(1) == said{R"({"result":{"collections":{"a":[]}},"id":2})", "unwatch 1 a"});
}

TEST_CASE("a tree that still loads is let go of") {
  view_dialogue d;
  d.has("a", R"([{"rid":"b"},{"rid":"c"}])"), d.has("b", R"([{"rid":"d"}])");
  d.subscribe(1, "a"), d.grant(1), d.loaded("a"), d.loaded("b");
  const auto all = d.unsubscribe(2, "a");
  CHECK(all.size() == 6);
  CHECK(d.watched().empty());
  CHECK(d.view.idle());
  CHECK(d.failed("d") == said{});
}

TEST_CASE("resources in a circle go when none of them is subscribed directly") {
  view_dialogue d;
  d.has("a", R"([{"rid":"b"}])"), d.has("b", R"([{"rid":"c"},{"rid":"b"}])"), d.has("c", R"([{"rid":"a"}])");
  d.subscribed(1, "a"), d.subscribed(2, "b");
  CHECK(d.unsubscribe(3, "a") == said{R"({"id":3})"});
  CHECK(d.rang("a").size() == 1);
  CHECK(d.unsubscribe(4, "b").size() == 4);
  CHECK(d.view.idle());
  CHECK(d.watched().empty());
}

TEST_CASE("a child that is subscribed directly outlives its parent, with all that it refers to") {
  view_dialogue d;
  d.has("a", R"([{"rid":"b"},{"rid":"x"}])"), d.has("b", R"([{"rid":"c"}])"), d.has("c", "{}"),
      d.has("x", "{}");
  d.subscribed(1, "a"), d.subscribed(2, "b");
  CHECK(d.unsubscribe(3, "a") == said{R"({"id":3})", "unwatch 1 a", "unwatch 3 x"});
  CHECK(d.rang("c").size() == 1);
  d.subscribe(4, "a"), d.grant(3), d.loaded("a");
  CHECK(d.loaded("x") ==
        said{R"({"result":{"models":{"x":{}},"collections":{"a":[{"rid":"b"},{"rid":"x"}]}},"id":4})"});
}

TEST_CASE("what another parent refers to stays, until that lets go of it too") {
  view_dialogue d;
  d.has("one", R"([{"rid":"bell"}])"), d.has("two", R"([{"rid":"bell"}])"), d.has("bell", "{}");
  d.subscribed(1, "one"), d.subscribed(2, "two");
  CHECK(d.unsubscribe(3, "one").size() == 2);
  CHECK(d.rang("bell").size() == 1);
  CHECK(d.remove("two", 0) == said{R"({"event":"two.remove","data":{"idx":0}})", "unwatch 2 bell"});
}

TEST_CASE("a circle that an event closes does not keep itself") {
  view_dialogue d;
  d.has("a", R"([{"rid":"b"}])"), d.has("b", "[]");
  d.subscribed(1, "a");
  d.add("b", R"({"idx":0,"value":{"rid":"a"}})");
  CHECK(d.unsubscribe(2, "a").size() == 3);
  CHECK(d.view.idle());
}

TEST_CASE("a large circle is let go of as a whole") {
  constexpr int size = 2000;
  view_dialogue d;
  for (int i = 0; i < size; ++i) d.has(name(i), R"([{"rid":")" + name((i + 1) % size) + R"("}])");
  d.subscribed(1, "r0");
  CHECK(d.view.size() == size);
  CHECK(d.unsubscribe(2, "r0").size() == size + 1);
  CHECK(d.view.idle());
}

}  // namespace actorgate::tests
