// Dialogues: events of what the client has, what holds them, and replies that must keep their place among
// them.
#include <doctest/doctest.h>

#include "tests/cache/view_dialogue.hpp"

namespace actorgate::tests {
namespace {

namespace errors = protocol::errors;

constexpr const char* rang = R"({"event":"a.rang","data":null})";

/// The client has a, which is this.
struct ready : view_dialogue {
  explicit ready(std::string_view a, cache::client_view_limits limits = {}) : view_dialogue(limits) {
    has("a", a);
    subscribed(1, "a");
  }
};

}  // namespace

TEST_CASE("events of what the client has are sent at once") {
  ready d{R"({"x":1})"};
  CHECK(d.change("a", R"({"values":{"x":2}})") == said{R"({"event":"a.change","data":{"values":{"x":2}}})"});
  CHECK(d.rang("a") == said{rang});
}

TEST_CASE("events before the response that carries the resource follow it in their order") {
  view_dialogue d;
  d.has("a", "[1]");
  d.subscribe(1, "a");
  d.loaded("a");
  CHECK(d.add("a", R"({"idx":1,"value":2})") == said{});
  CHECK(d.rang("a") == said{});
  CHECK(d.remove("a", 0) == said{});
  CHECK(d.grant(1) == said{R"({"result":{"collections":{"a":[1]}},"id":1})",
                           R"({"event":"a.add","data":{"idx":1,"value":2}})", rang,
                           R"({"event":"a.remove","data":{"idx":0}})"});
}

TEST_CASE("events of a slot that was left are ignored") {
  ready d{"[]"};
  d.unsubscribe(2, "a");
  CHECK(d.rang("a") == said{});
  CHECK(d.deleted("a") == said{});
  CHECK(d.reaccess("a") == said{});
}

// -- references -------------------------------------------------------------------------------------------

TEST_CASE("a change arriving while references load is held and sent after the snapshot") {
  view_dialogue d;
  d.has("a", R"({"b":{"rid":"b"},"x":1})"), d.has("b", "{}");
  d.subscribe(1, "a"), d.grant(1), d.loaded("a");
  CHECK(d.change("a", R"({"x":2})") == said{});
  CHECK(d.loaded("b") == said{R"({"result":{"models":{"a":{"b":{"rid":"b"},"x":1},"b":{}}},"id":1})",
                              R"({"event":"a.change","data":{"values":{"x":2}}})"});
}

TEST_CASE("an event with an unsent reference waits for its whole tree, and holds what follows it") {
  ready d{"[]"};
  d.has("b", R"([{"rid":"c"}])"), d.has("c", R"({"x":1})"), d.has("other", "{}");
  d.subscribed(2, "other");
  const auto event = d.add("a", R"({"idx":0,"value":{"rid":"b"}})");
  CHECK(event == said{"watch 3 b"});
  CHECK(d.rang("a") == said{});
  CHECK(d.change("other", R"({"x":1})") == said{R"({"event":"other.change","data":{"values":{"x":1}}})"});
  CHECK(d.loaded("b") == said{"watch 4 c"});
  CHECK(d.rang("b") == said{});
  CHECK(
      d.loaded("c") ==
      said{
          R"({"event":"a.add","data":{"idx":0,"value":{"rid":"b"},"models":{"c":{"x":1}},"collections":{"b":[{"rid":"c"}]}}})",
          R"({"event":"b.rang","data":null})", rang});
  CHECK(d.change("c", R"({"x":2})") == said{R"({"event":"c.change","data":{"values":{"x":2}}})"});
}

TEST_CASE("an event with several unsent references waits for all of them") {
  ready d{"{}"};
  d.has("b", "{}"), d.has("c", "{}");
  CHECK(d.change("a", R"({"b":{"rid":"b"},"b2":{"rid":"b"},"c":{"rid":"c"}})") ==
        said{"watch 2 b", "watch 3 c"});
  CHECK(d.loaded("c") == said{});
  CHECK(
      d.loaded("b") ==
      said{
          R"({"event":"a.change","data":{"values":{"b":{"rid":"b"},"b2":{"rid":"b"},"c":{"rid":"c"}},"models":{"b":{},"c":{}}}})"});
}

TEST_CASE("a reference to what the client has brings nothing but the value") {
  ready d{R"([{"rid":"b"}])"};
  CHECK(d.add("a", R"({"idx":0,"value":{"rid":"b"}})") ==
        said{R"({"event":"a.add","data":{"idx":0,"value":{"rid":"b"}}})"});
  CHECK(d.add("a", R"({"idx":0,"value":{"rid":"a"}})") ==
        said{R"({"event":"a.add","data":{"idx":0,"value":{"rid":"a"}}})"});
  CHECK(d.add("a", R"({"idx":0,"value":{"rid":"z","soft":true}})").size() == 1);
}

TEST_CASE("a reference that fails comes with the event as an error") {
  ready d{"[]"};
  d.add("a", R"({"idx":0,"value":{"rid":"b"}})");
  CHECK(
      d.failed("b") ==
      said{
          R"({"event":"a.add","data":{"idx":0,"value":{"rid":"b"},"errors":{"b":{"code":"system.notFound","message":"Not found"}}}})"});
}

TEST_CASE("a reference that moves is neither sent again nor let go of") {
  view_dialogue d;
  d.has("a", R"({"x":{"rid":"b"},"y":1})"), d.has("b", "{}");
  d.subscribed(1, "a");
  CHECK(d.change("a", R"({"x":1,"y":{"rid":"b"}})") ==
        said{R"({"event":"a.change","data":{"values":{"x":1,"y":{"rid":"b"}}}})"});
  CHECK(d.view.size() == 2);
}

TEST_CASE("the same reference twice counts twice") {
  view_dialogue d;
  d.has("a", R"([{"rid":"b"},{"rid":"b"}])"), d.has("b", "{}");
  d.subscribed(1, "a");
  CHECK(d.remove("a", 0) == said{R"({"event":"a.remove","data":{"idx":0}})"});
  CHECK(d.remove("a", 0) == said{R"({"event":"a.remove","data":{"idx":0}})", "unwatch 2 b"});
  CHECK(d.add("a", R"({"idx":0,"value":{"rid":"b"}})") == said{"watch 3 b"});
}

TEST_CASE("a held event that takes away what a later held event brings back has it sent again") {
  view_dialogue d;
  d.has("a", R"([{"rid":"b"}])"), d.has("b", R"({"n":1})");
  d.subscribe(1, "a"), d.loaded("a"), d.loaded("b");
  d.remove("a", 0);
  d.add("a", R"({"idx":0,"value":{"rid":"b"}})");
  d.change("b", R"({"n":2})");
  CHECK(d.grant(1) == said{R"({"result":{"models":{"b":{"n":1}},"collections":{"a":[{"rid":"b"}]}},"id":1})",
                           R"({"event":"a.remove","data":{"idx":0}})", "unwatch 2 b", "watch 3 b"});
  CHECK(d.loaded("b") ==
        said{R"({"event":"a.add","data":{"idx":0,"value":{"rid":"b"},"models":{"b":{"n":2}}}})"});
}

TEST_CASE("events of what an earlier message made the client forget are not sent") {
  view_dialogue d;
  d.has("a", R"([{"rid":"b"}])"), d.has("b", R"({"n":1})");
  d.subscribe(1, "a"), d.loaded("a"), d.loaded("b");
  d.remove("a", 0), d.change("b", R"({"n":2})");
  CHECK(d.grant(1) == said{R"({"result":{"models":{"b":{"n":1}},"collections":{"a":[{"rid":"b"}]}},"id":1})",
                           R"({"event":"a.remove","data":{"idx":0}})", "unwatch 2 b"});
}

TEST_CASE("an event that waits for references dies with its resource") {
  ready d{"[]"};
  d.has("b", R"([{"rid":"c"}])");
  d.add("a", R"({"idx":0,"value":{"rid":"b"}})");
  d.loaded("b");
  CHECK(d.unsubscribe(2, "a") == said{R"({"id":2})", "unwatch 1 a", "unwatch 2 b", "unwatch 3 c"});
  CHECK(d.view.idle());
  CHECK(d.failed("c") == said{});
}

TEST_CASE("an event that waits for references is dropped when its resource has to be sent anew") {
  ready d{"[]"};
  d.has("list", R"([{"rid":"a"},{"rid":"late"}])"), d.has("late", "{}"), d.has("b", "{}");
  d.subscribe(2, "list"), d.grant(2), d.loaded("list");
  CHECK(d.add("a", R"({"idx":0,"value":{"rid":"b"}})") == said{"watch 4 b"});
  CHECK(d.unsubscribe(3, "a") == said{R"({"id":3})", "unwatch 1 a", "watch 5 a", "unwatch 4 b"});
  d.loaded("late");
  CHECK(d.loaded("a") == said{"watch 6 b"});
  CHECK(
      d.loaded("b") ==
      said{
          R"({"result":{"models":{"late":{},"b":{}},"collections":{"list":[{"rid":"a"},{"rid":"late"}],"a":[{"rid":"b"}]}},"id":2})"});
}

TEST_CASE("a subscription to what an event is about to bring is sent with whichever comes first") {
  ready d{"[]"};
  d.has("b", R"([{"rid":"c"}])"), d.has("c", "{}");
  d.add("a", R"({"idx":0,"value":{"rid":"b"}})");
  CHECK(d.subscribe(2, "b") == said{"ask 2 b"});
  d.grant(2), d.loaded("b");
  CHECK(
      d.loaded("c") ==
      said{
          R"({"event":"a.add","data":{"idx":0,"value":{"rid":"b"},"models":{"c":{}},"collections":{"b":[{"rid":"c"}]}}})",
          R"({"result":{},"id":2})"});
}

TEST_CASE("an event that removes while another adds keeps what both speak of") {
  view_dialogue d;
  d.has("a", R"({"x":{"rid":"b"}})"), d.has("b", "{}"), d.has("c", R"([{"rid":"b"}])");
  d.subscribed(1, "a");
  CHECK(d.change("a", R"({"x":{"rid":"c"}})") == said{"watch 3 c"});
  CHECK(
      d.loaded("c") ==
      said{R"({"event":"a.change","data":{"values":{"x":{"rid":"c"}},"collections":{"c":[{"rid":"b"}]}}})"});
  CHECK(d.view.size() == 3);
}

TEST_CASE("old clients get the events that bring resources in the form that they understand") {
  ready d{"{}"};
  d.view.set_version({1, 1, 1});
  d.has("b", R"({"d":{"data":[1]}})");
  d.change("a", R"({"b":{"rid":"b"},"s":{"rid":"z","soft":true},"d":{"data":[1]}})");
  CHECK(
      d.loaded("b") ==
      said{
          R"({"event":"a.change","data":{"values":{"b":{"rid":"b"},"s":"z","d":"[Data]"},"models":{"b":{"d":"[Data]"}}}})"});
  d.has("c", "[]"), d.subscribed(2, "c");
  d.has("e", "[]");
  d.add("c", R"({"idx":0,"value":{"rid":"e"}})");
  CHECK(d.loaded("e") ==
        said{R"({"event":"c.add","data":{"idx":0,"value":{"rid":"e"},"collections":{"e":[]}}})"});
}

// -- delete -----------------------------------------------------------------------------------------------

TEST_CASE("a delete ends a direct subscription, and tells so") {
  ready d{R"([{"rid":"b"}])"};
  d.has("b", "{}");
  CHECK(d.deleted("a") ==
        said{R"({"event":"a.delete","data":null})",
             R"({"event":"a.unsubscribe","data":{"reason":{"code":"system.deleted","message":"Deleted"}}})"});
  CHECK(d.view.idle());
  CHECK(d.watched().empty());
}

TEST_CASE("a deleted resource that is referred to stays with the client, without events") {
  view_dialogue d;
  d.has("list", R"([{"rid":"a"}])"), d.has("a", "{}");
  d.subscribed(1, "list");
  CHECK(d.deleted("a") == said{R"({"event":"a.delete","data":null})"});
  CHECK(d.rang("a") == said{});
  CHECK(d.add("list", R"({"idx":0,"value":1})").size() == 1);
  CHECK(d.remove("list", 1) == said{R"({"event":"list.remove","data":{"idx":1}})"});
  CHECK(d.view.size() == 1);
}

TEST_CASE("a new reference to a deleted resource fetches it anew") {
  view_dialogue d;
  d.has("list", R"([{"rid":"a"}])"), d.has("a", R"({"n":1})");
  d.subscribed(1, "list");
  d.deleted("a");
  d.has("a", R"({"n":2})");
  CHECK(d.add("list", R"({"idx":1,"value":{"rid":"a"}})") == said{"watch 3 a"});
  CHECK(d.loaded("a") ==
        said{R"({"event":"list.add","data":{"idx":1,"value":{"rid":"a"},"models":{"a":{"n":2}}}})"});
  CHECK(d.change("a", R"({"n":3})").size() == 1);
}

TEST_CASE("a delete behind an event that waits for references is told after it") {
  ready d{"[]"};
  d.has("b", "{}");
  d.add("a", R"({"idx":0,"value":{"rid":"b"}})");
  CHECK(d.deleted("a") == said{});
  const auto all = d.loaded("b");
  REQUIRE(all.size() == 4);
  CHECK(all[0].starts_with(R"({"event":"a.add")"));
  CHECK(all[1].starts_with(R"({"event":"a.delete")"));
  CHECK(all[2].starts_with(R"({"event":"a.unsubscribe")"));
  CHECK(all[3] == "unwatch 2 b");
}

// -- replies ----------------------------------------------------------------------------------------------

TEST_CASE("a reply passes at once if nothing waits before it") {
  ready d{"[]"};
  CHECK(d.reply(70, "a") == said{"pass 70"});
  CHECK(d.reply(71, "unheard.of") == said{"pass 71"});
  d.subscribe(2, "b");
  CHECK(d.reply(72, "b") == said{"pass 72"});
}

TEST_CASE("a reply waits behind the events that came before it, and before those that came after") {
  ready d{"[]"};
  d.has("b", "{}");
  d.add("a", R"({"idx":0,"value":{"rid":"b"}})");
  CHECK(d.reply(70, "a") == said{});
  CHECK(d.rang("a") == said{});
  CHECK(d.reply(71, "a") == said{});
  CHECK(d.loaded("b") == said{R"({"event":"a.add","data":{"idx":0,"value":{"rid":"b"},"models":{"b":{}}}})",
                              "pass 70", rang, "pass 71"});
  CHECK(d.reply(72, "a") == said{"pass 72"});
}

TEST_CASE("a reply waits behind events that wait for the response") {
  view_dialogue d;
  d.has("a", "[]");
  d.subscribe(1, "a"), d.loaded("a"), d.rang("a");
  CHECK(d.reply(70, "a") == said{});
  CHECK(d.grant(1) == said{R"({"result":{"collections":{"a":[]}},"id":1})", rang, "pass 70"});
}

TEST_CASE("a reply passes when what it waits behind is given up") {
  view_dialogue d;
  d.has("a", "[]");
  SUBCASE("because the subscription is refused") {
    d.subscribe(1, "a"), d.loaded("a"), d.rang("a"), d.reply(70, "a");
    CHECK(d.deny(1, errors::timeout())[1] == "pass 70");
  }
  SUBCASE("because the client unsubscribes") {
    d.subscribed(1, "a");
    d.add("a", R"({"idx":0,"value":{"rid":"b"}})"), d.reply(70, "a");
    CHECK(d.unsubscribe(2, "a")[1] == "pass 70");
  }
  SUBCASE("because the resource is deleted") {
    d.subscribed(1, "a");
    d.reaccess("a"), d.deleted("a"), d.reply(70, "a");
    const auto all = d.grant(2);
    CHECK(all.back() == "pass 70");
  }
  CHECK(d.view.size() == 0);
}

}  // namespace actorgate::tests
