// Dialogues: resources that the client lets go of while they are needed, and deleted ones that live again.
#include <doctest/doctest.h>

#include "tests/cache/view_dialogue.hpp"

namespace actorgate::tests {
namespace {

namespace errors = protocol::errors;

constexpr const char* not_found = R"("error":{"code":"system.notFound","message":"Not found"})";
constexpr const char* denied = R"("error":{"code":"system.accessDenied","message":"Access denied"})";

std::string refusal(std::string_view error, int id) {
  return '{' + std::string{error} + R"(,"id":)" + std::to_string(id) + '}';
}

}  // namespace

// -- what the client lets go of while it is needed --------------------------------------------------------

TEST_CASE("a resource that the client lets go of while another loads is fetched and sent again") {
  view_dialogue d;
  d.has("item", R"({"n":1})"), d.has("list", R"([{"rid":"item"},{"rid":"late"}])"), d.has("late", "{}");
  d.subscribed(1, "item");
  d.subscribe(2, "list"), d.grant(2);
  CHECK(d.loaded("list") == said{"watch 3 late"});
  CHECK(d.unsubscribe(3, "item") == said{R"({"id":3})", "unwatch 1 item", "watch 4 item"});
  CHECK(d.loaded("late") == said{});
  d.has("item", R"({"n":2})");
  CHECK(
      d.loaded("item") ==
      said{
          R"({"result":{"models":{"late":{},"item":{"n":2}},"collections":{"list":[{"rid":"item"},{"rid":"late"}]}},"id":2})"});
  CHECK(d.change("item", R"({"n":3})") == said{R"({"event":"item.change","data":{"values":{"n":3}}})"});
}

TEST_CASE("a tree that the client lets go of while another loads is fetched and sent again whole") {
  view_dialogue d;
  d.has("top", R"([{"rid":"mid"}])"), d.has("mid", R"([{"rid":"low"},{"rid":"top"}])"), d.has("low", "{}");
  d.has("list", R"([{"rid":"mid"},{"rid":"late"}])"), d.has("late", "{}");
  d.subscribed(1, "top");
  d.subscribe(2, "list"), d.grant(2), d.loaded("list");
  d.unsubscribe(3, "top");
  d.loaded("late");
  for (const char* rid : {"top", "mid"}) CHECK(d.loaded(rid) == said{});
  CHECK(
      d.loaded("low") ==
      said{R"({"result":{"models":{"late":{},"low":{}},"collections":{"list":[{"rid":"mid"},{"rid":"late"}],)"
           R"("mid":[{"rid":"low"},{"rid":"top"}],"top":[{"rid":"mid"}]}},"id":2})"});
}

TEST_CASE("a resource that is let go of and has lost its references since brings only what it has") {
  view_dialogue d;
  d.has("item", R"([{"rid":"gone"}])"), d.has("gone", "{}"),
      d.has("list", R"([{"rid":"item"},{"rid":"late"}])"), d.has("late", "{}");
  d.subscribed(1, "item");
  d.subscribe(2, "list"), d.grant(2), d.loaded("list");
  d.unsubscribe(3, "item");
  d.has("item", "[]");
  CHECK(d.loaded("item") == said{"unwatch " + std::to_string(d.slot("gone")) + " gone"});
  CHECK(
      d.loaded("late") ==
      said{
          R"({"result":{"models":{"late":{}},"collections":{"list":[{"rid":"item"},{"rid":"late"}],"item":[]}},"id":2})"});
}

TEST_CASE("a resource that is let go of and cannot be fetched again is an error") {
  view_dialogue d;
  d.has("item", R"([{"rid":"part"}])"), d.has("part", "{}"),
      d.has("list", R"([{"rid":"item"},{"rid":"late"}])"), d.has("late", "{}");
  d.subscribed(1, "item");
  d.subscribe(2, "list"), d.grant(2), d.loaded("list"), d.unsubscribe(3, "item"), d.loaded("late");
  CHECK(d.failed("item") ==
        said{"unwatch " + std::to_string(d.slot("part")) + " part",
             R"({"result":{"models":{"late":{}},"collections":{"list":[{"rid":"item"},{"rid":"late"}]},)"
             R"("errors":{"item":{"code":"system.notFound","message":"Not found"}}},"id":2})"});
}

TEST_CASE("a failed resource that the client lets go of is tried again with what needs it") {
  view_dialogue d;
  d.has("a", R"([{"rid":"x"}])"), d.has("b", R"([{"rid":"x"},{"rid":"late"}])"), d.has("late", "{}");
  d.subscribed(1, "a");
  d.subscribe(2, "b"), d.grant(2), d.loaded("b");
  d.has("x", "{}");
  CHECK(d.unsubscribe(3, "a") == said{R"({"id":3})", "watch 5 x", "unwatch 1 a"});
  d.loaded("late");
  CHECK(
      d.loaded("x") ==
      said{
          R"({"result":{"models":{"late":{},"x":{}},"collections":{"b":[{"rid":"x"},{"rid":"late"}]}},"id":2})"});
}

TEST_CASE("a request that waits for what its tree has lost since goes on without it") {
  view_dialogue d;
  d.has("a", R"([{"rid":"b"}])"), d.has("b", R"([{"rid":"a"}])");
  d.get(1, "a"), d.grant(1), d.loaded("a");
  d.reaccess("a");
  d.subscribe(2, "b");
  CHECK(d.grant(2) == said{"ask 3 a"});
  CHECK(d.loaded("b").size() == 1);
  d.unsubscribe(3, "b");  // both have to be sent again
  CHECK(d.grant(3) == said{});
  const auto b = "unwatch " + std::to_string(d.slot("b")) + " b";
  CHECK(d.failed("a") == said{b, refusal(not_found, 1)});
  CHECK(d.view.idle());
}

// -- deleted resources ------------------------------------------------------------------------------------

TEST_CASE("a subscribe to a deleted resource that is still referred to fetches it anew") {
  view_dialogue d;
  d.has("list", R"([{"rid":"a"}])"), d.has("a", R"({"n":1})");
  d.subscribed(1, "list");
  d.deleted("a");
  SUBCASE("and sends it, for it lives again") {
    d.has("a", R"({"n":2})");
    CHECK(d.subscribe(2, "a") == said{"watch 3 a", "ask 2 a"});
    d.grant(2);
    CHECK(d.loaded("a") == said{R"({"result":{"models":{"a":{"n":2}}},"id":2})"});
    CHECK(d.change("a", R"({"n":3})") == said{R"({"event":"a.change","data":{"values":{"n":3}}})"});
  }
  SUBCASE("and says so if it is not there, as often as it is asked") {
    d.subscribe(2, "a"), d.grant(2);
    CHECK(d.failed("a") == said{refusal(not_found, 2)});
    CHECK(d.subscribe(3, "a") == said{"watch 4 a"});
    CHECK(d.failed("a") == said{refusal(not_found, 3)});
  }
  SUBCASE("and leaves the dead copy as it is if there is no access") {
    d.has("a", R"({"n":2})");
    d.subscribe(2, "a"), d.loaded("a");
    CHECK(d.change("a", R"({"n":3})") == said{});
    CHECK(d.reply(70, "a") == said{});
    CHECK(d.deny(2, errors::access_denied()) == said{refusal(denied, 2), "pass 70", "unwatch 3 a"});
    CHECK(d.reply(71, "a") == said{"pass 71"});
  }
  SUBCASE("and a get does so without a subscription") {
    d.has("a", R"({"n":2})");
    d.get(2, "a"), d.grant(2);
    CHECK(d.loaded("a") == said{R"({"result":{"models":{"a":{"n":2}}},"id":2})", "unwatch 3 a"});
  }
  CHECK(d.view.size() == 2);
  d.unsubscribe(9, "list");
}

TEST_CASE("what a dead copy refers to stays alive with it, until it is replaced") {
  view_dialogue d;
  d.has("list", R"([{"rid":"a"}])"), d.has("a", R"({"old":{"rid":"old"}})"), d.has("old", R"({"n":1})"),
      d.has("new", "{}");
  d.subscribed(1, "list");
  d.deleted("a");
  CHECK(d.change("old", R"({"n":2})").size() == 1);
  d.has("a", R"({"new":{"rid":"new"}})");
  d.subscribe(2, "a");
  CHECK(d.loaded("a") == said{"watch 5 new"});
  CHECK(d.change("old", R"({"n":3})").size() == 1);
  SUBCASE("if it is") {
    d.grant(2);
    CHECK(d.loaded("new") ==
          said{R"({"result":{"models":{"a":{"new":{"rid":"new"}},"new":{}}},"id":2})", "unwatch 3 old"});
  }
  SUBCASE("or for as long as it is referred to") {
    d.deny(2, errors::access_denied());
    CHECK(d.change("old", R"({"n":4})").size() == 1);
    CHECK(d.unsubscribe(3, "list").size() == 3);
    CHECK(d.view.idle());
  }
  SUBCASE("or until the client lets go of it") {
    d.unsubscribe(3, "list");
    CHECK(d.watched() == std::map<cache::slot_id, std::string>{{4, "a"}, {5, "new"}});
  }
}

TEST_CASE("a resource that is deleted while a subscribe to it is asked for is fetched anew") {
  view_dialogue d;
  d.has("list", R"([{"rid":"a"}])"), d.has("a", R"({"n":1})");
  d.subscribed(1, "list");
  CHECK(d.subscribe(2, "a") == said{"ask 2 a"});
  CHECK(d.deleted("a") == said{R"({"event":"a.delete","data":null})"});
  CHECK(d.grant(2) == said{"watch 3 a"});
  CHECK(d.failed("a") == said{refusal(not_found, 2)});
}

TEST_CASE("a delete before the answer is told after it") {
  view_dialogue d;
  d.has("a", "{}");
  d.subscribe(1, "a"), d.loaded("a");
  CHECK(d.deleted("a") == said{});
  CHECK(d.grant(1) ==
        said{R"({"result":{"models":{"a":{}}},"id":1})", R"({"event":"a.delete","data":null})",
             R"({"event":"a.unsubscribe","data":{"reason":{"code":"system.deleted","message":"Deleted"}}})"});
  CHECK(d.view.size() == 0);
}

}  // namespace actorgate::tests
