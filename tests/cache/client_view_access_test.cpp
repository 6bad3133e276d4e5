// Dialogues: what the client may do, for how long that is known, and when it is asked again.
#include <algorithm>

#include <doctest/doctest.h>

#include "tests/cache/view_dialogue.hpp"

namespace actorgate::tests {
namespace {

namespace errors = protocol::errors;
using protocol::access_rights;

constexpr const char* rang = R"({"event":"a.rang","data":null})";
constexpr const char* denied_event =
    R"({"event":"a.unsubscribe","data":{"reason":{"code":"system.accessDenied","message":"Access denied"}}})";

/// The client has a, whose access was asked for with ticket 1.
struct ready : view_dialogue {
  explicit ready(std::string_view a = "[]") {
    has("a", a);
    subscribed(1, "a");
  }
};

/// The client has a only because list, whose access was asked for with ticket 1, refers to it.
struct indirect : view_dialogue {
  indirect() {
    has("list", R"([{"rid":"a"}])");
    has("a", "{}");
    subscribed(1, "list");
  }
};

}  // namespace

// -- calls ------------------------------------------------------------------------------------------------

TEST_CASE("a call on what is not subscribed asks for access every time") {
  view_dialogue d;
  CHECK(d.call(70, "a") == said{"ask 1 a"});
  CHECK(d.call(71, "a", "put") == said{"ask 2 a"});
  CHECK_FALSE(d.view.idle());
  CHECK(d.grant(2, {false, "put"}) == said{"grant 71"});
  CHECK(d.grant(1, {true, "put"}) == said{"refuse 70 system.accessDenied"});
  CHECK(d.view.idle());
  CHECK(d.call(72, "a") == said{"ask 3 a"});
  CHECK(d.deny(3, errors::timeout()) == said{"refuse 72 system.timeout"});
  CHECK(d.grant(3) == said{});
}

TEST_CASE("a call on what is subscribed uses the access that is known") {
  view_dialogue d;
  d.has("a", "[]");
  d.subscribe(1, "a"), d.loaded("a"), d.grant(1, {true, "set,foo"});
  CHECK(d.call(70, "a", "foo") == said{"grant 70"});
  CHECK(d.call(71, "a", "bar") == said{"refuse 71 system.accessDenied"});
}

TEST_CASE("a call waits for the access that is asked for") {
  view_dialogue d;
  d.subscribe(1, "a");
  CHECK(d.call(70, "a") == said{});
  CHECK(d.call(71, "a", "foo") == said{});
  SUBCASE("and is granted or refused by it") {
    CHECK(d.grant(1, {true, "set"}) == said{"grant 70", "refuse 71 system.accessDenied"});
  }
  SUBCASE("and gets its error") {
    CHECK(d.deny(1, errors::timeout()) ==
          said{"refuse 70 system.timeout", "refuse 71 system.timeout",
               R"({"error":{"code":"system.timeout","message":"Request timeout"},"id":1})", "unwatch 1 a"});
  }
  SUBCASE("even if the subscription is given up") {
    CHECK(d.unsubscribe(2, "a").size() == 2);
    CHECK(d.grant(1, {true, "*"}) == said{"grant 70", "grant 71", "unwatch 1 a"});
    CHECK(d.view.idle());
  }
}

TEST_CASE("a call on what is only referred to asks once, and its answer is kept") {
  indirect d;
  CHECK(d.call(70, "a") == said{"ask 2 a"});
  CHECK(d.grant(2, {true, "set"}) == said{"grant 70"});
  CHECK(d.call(71, "a") == said{"grant 71"});
  CHECK(d.subscribe(2, "a") == said{R"({"result":{},"id":2})"});
}

TEST_CASE("denied access is kept, and other errors are not") {
  indirect d;
  d.subscribe(2, "a");
  SUBCASE("denied by the service") { d.deny(2, errors::access_denied()); }
  SUBCASE("denied by what it grants") { d.grant(2, {false, "set"}); }
  CHECK(d.subscribe(3, "a").front().starts_with(R"({"error":{"code":"system.accessDenied")"));
  indirect other;
  other.subscribe(2, "a");
  CHECK(other.deny(2, errors::timeout()) ==
        said{R"({"error":{"code":"system.timeout","message":"Request timeout"},"id":2})"});
  CHECK(other.subscribe(3, "a") == said{"ask 3 a"});
}

TEST_CASE("access is forgotten with the subscription") {
  ready d;
  d.unsubscribe(2, "a");
  CHECK(d.subscribe(3, "a") == said{"watch 2 a", "ask 2 a"});
}

// -- reaccess ---------------------------------------------------------------------------------------------

TEST_CASE("a reaccess asks again, and holds the events of the resource meanwhile") {
  ready d;
  CHECK(d.reaccess("a") == said{"ask 2 a"});
  CHECK(d.rang("a") == said{});
  CHECK(d.reply(70, "a") == said{});
  SUBCASE("they follow when access is granted") { CHECK(d.grant(2) == said{rang, "pass 70"}); }
  SUBCASE("they are lost when it is denied") {
    CHECK(d.grant(2, {}) == said{denied_event, "pass 70", "unwatch 1 a"});
  }
  SUBCASE("or fails") {
    CHECK(
        d.deny(2, errors::timeout()) ==
        said{
            R"({"event":"a.unsubscribe","data":{"reason":{"code":"system.timeout","message":"Request timeout"}}})",
            "pass 70", "unwatch 1 a"});
  }
}

TEST_CASE("a reaccess that denies takes all direct subscriptions, and leaves an indirect one") {
  indirect d;
  d.subscribed(2, "a"), d.subscribed(3, "a");
  d.reaccess("a");
  CHECK(d.rang("a") == said{});
  CHECK(d.deny(3, errors::access_denied()) == said{denied_event, rang});
  CHECK(d.unsubscribe(4, "a").front().starts_with(R"({"error":{"code":"system.noSubscription")"));
  CHECK(d.rang("a") == said{rang});
}

TEST_CASE("a reaccess of what is only referred to forgets, and asks nothing") {
  indirect d;
  d.call(70, "a"), d.grant(2, {true, "set"});
  CHECK(d.reaccess("a") == said{});
  CHECK(d.rang("a") == said{rang});
  CHECK(d.call(71, "a") == said{"ask 3 a"});
}

TEST_CASE("a reaccess before the response runs once after it, before the events that waited") {
  view_dialogue d;
  d.has("a", "[]");
  d.subscribe(1, "a");
  CHECK(d.reaccess("a", 5) == said{});
  CHECK(d.grant(1) == said{});
  CHECK(d.reaccess("a", 6) == said{});
  SUBCASE("the resource comes later") {
    CHECK(d.loaded("a") == said{R"({"result":{"collections":{"a":[]}},"id":1})", "ask 2 a throttle 6"});
    CHECK(d.rang("a") == said{});
    CHECK(d.grant(2) == said{rang});
  }
  SUBCASE("references are still loading") {
    d.has("a", R"([{"rid":"b"}])"), d.has("b", "{}");
    d.loaded("a"), d.rang("a");
    CHECK(d.loaded("b") == said{R"({"result":{"models":{"b":{}},"collections":{"a":[{"rid":"b"}]}},"id":1})",
                                "ask 2 a throttle 6"});
    CHECK(d.grant(2) == said{rang});
  }
}

TEST_CASE("a patient reaccess stays patient, whatever else asks for access again") {
  const auto patient = " throttle " + std::to_string(cache::patient);
  SUBCASE("while it is held") {
    view_dialogue d;
    d.has("a", "[]");
    d.subscribe(1, "a"), d.grant(1);
    d.reaccess("a"), d.reaccess("a", cache::patient), d.reaccess("a", 7);
    CHECK(d.loaded("a").back() == "ask 2 a" + patient);
  }
  SUBCASE("while its answer is awaited") {
    ready d;
    CHECK(d.reaccess("a", cache::patient) == said{"ask 2 a" + patient});
    CHECK(d.reaccess("a") == said{"ask 3 a" + patient});
    CHECK(d.token_changed() == said{"ask 4 a" + patient});
    CHECK(d.grant(4) == said{});
    CHECK(d.reaccess("a") == said{"ask 5 a"});
  }
}

TEST_CASE("a reaccess while an event waits for references runs after it") {
  ready d;
  d.has("b", "{}");
  d.add("a", R"({"idx":0,"value":{"rid":"b"}})"), d.rang("a");
  CHECK(d.reaccess("a") == said{});
  CHECK(d.reaccess("a") == said{});
  CHECK(d.loaded("b") ==
        said{R"({"event":"a.add","data":{"idx":0,"value":{"rid":"b"},"models":{"b":{}}}})", "ask 2 a"});
  CHECK(d.grant(2) == said{rang});
}

TEST_CASE("access is known no more while a reaccess waits behind an event") {
  ready d;
  d.add("a", R"({"idx":0,"value":{"rid":"b"}})");
  CHECK(d.call(70, "a") == said{"grant 70"});
  d.reaccess("a");
  CHECK(d.call(71, "a") == said{"ask 2 a"});
  CHECK(d.reaccess("a") == said{"ask 3 a"});
  CHECK(d.grant(2, {true, "*"}) == said{});
  CHECK(d.grant(3, {true, "foo"}) == said{"refuse 71 system.accessDenied"});
}

TEST_CASE("a reaccess during a reaccess asks afresh, and only the last answer counts") {
  ready d;
  CHECK(d.reaccess("a") == said{"ask 2 a"});
  CHECK(d.rang("a") == said{});
  CHECK(d.reaccess("a") == said{"ask 3 a"});
  CHECK(d.grant(2) == said{});
  CHECK(d.grant(3) == said{rang});
}

TEST_CASE("a reaccess while access of a known resource is asked for asks afresh") {
  indirect d;
  CHECK(d.subscribe(2, "a") == said{"ask 2 a"});
  CHECK(d.reaccess("a", 5) == said{"ask 3 a throttle 5"});
  CHECK(d.grant(2) == said{});
  CHECK(d.grant(3) == said{R"({"result":{},"id":2})"});
}

TEST_CASE("a reaccess while a get waits for its access asks afresh") {
  view_dialogue d;
  d.has("a", "[]");
  d.get(1, "a");
  SUBCASE("before it is loaded") {
    CHECK(d.reaccess("a") == said{"ask 2 a"});
    d.loaded("a");
  }
  SUBCASE("when it is loaded") {
    d.loaded("a");
    CHECK(d.reaccess("a") == said{"ask 2 a"});
  }
  CHECK(d.grant(1) == said{});
  CHECK(d.grant(2) == said{R"({"result":{"collections":{"a":[]}},"id":1})", "unwatch 1 a"});
}

TEST_CASE("a reaccess while a get that has access loads has it asked for when that is done") {
  view_dialogue d;
  d.has("a", "[]");
  d.get(1, "a"), d.grant(1);
  CHECK(d.reaccess("a") == said{});
  CHECK(d.loaded("a") == said{"ask 2 a"});
  CHECK(d.grant(2).size() == 2);
}

TEST_CASE("what is unsubscribed during a reaccess loses its hold when that is answered") {
  indirect d;
  d.subscribed(2, "a");
  CHECK(d.reaccess("a") == said{"ask 3 a"});
  CHECK(d.unsubscribe(3, "a") == said{R"({"id":3})"});
  CHECK(d.rang("a") == said{});
  SUBCASE("granted") { CHECK(d.grant(3) == said{rang}); }
  SUBCASE("denied, which concerns nobody") { CHECK(d.grant(3, {}) == said{rang}); }
}

TEST_CASE("a subscription that is given up during a reaccess leaves nothing to be answered") {
  ready d;
  d.reaccess("a");
  CHECK(d.unsubscribe(2, "a") == said{R"({"id":2})", "unwatch 1 a"});
  CHECK(d.grant(2) == said{});
  CHECK(d.view.idle());
}

TEST_CASE("a second subscribe during a reaccess waits for its answer") {
  ready d;
  d.reaccess("a");
  CHECK(d.subscribe(2, "a") == said{});
  SUBCASE("granted") { CHECK(d.grant(2) == said{R"({"result":{},"id":2})"}); }
  SUBCASE("denied") {
    CHECK(d.grant(2, {}) ==
          said{R"({"error":{"code":"system.accessDenied","message":"Access denied"},"id":2})", denied_event,
               "unwatch 1 a"});
  }
}

// -- tokens -----------------------------------------------------------------------------------------------

TEST_CASE("another token asks again for all that is subscribed directly, with their events held") {
  ready d;
  d.has("b", "[]"), d.subscribed(2, "b");
  auto asked = d.token_changed();
  std::ranges::sort(asked);
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].starts_with("ask 3 "));
  CHECK(asked[1].starts_with("ask 4 "));
  CHECK(d.rang("a") == said{});
  CHECK(d.rang("b") == said{});
  CHECK(d.grant(3).size() == 1);
  CHECK(d.grant(4).size() == 1);
}

TEST_CASE("another token forgets what was known of references, and asks nothing") {
  indirect d;
  d.call(70, "a"), d.grant(2, {true, "set"});
  CHECK(d.token_changed() == said{"ask 3 list"});
  CHECK(d.call(71, "a") == said{"ask 4 a"});
}

TEST_CASE("what was asked with the old token and not answered is asked with the new one") {
  view_dialogue d;
  d.has("a", "[]");
  SUBCASE("of a subscribe") { d.subscribe(1, "a"); }
  SUBCASE("of a subscribe that is loaded") { d.subscribe(1, "a"), d.loaded("a"); }
  SUBCASE("of a get") { d.get(1, "a"); }
  CHECK(d.token_changed() == said{"ask 2 a"});
  CHECK(d.grant(1, {}) == said{});
  d.loaded("a");
  CHECK(d.grant(2).front() == R"({"result":{"collections":{"a":[]}},"id":1})");
}

TEST_CASE("a subscribe that was granted with the old token and still loads is asked for again") {
  view_dialogue d;
  d.has("a", R"([{"rid":"b"}])"), d.has("b", "{}");
  d.subscribe(1, "a"), d.grant(1), d.loaded("a");
  CHECK(d.token_changed() == said{"ask 2 a"});
  SUBCASE("and needs the new answer") {
    CHECK(d.loaded("b") == said{});
    CHECK(d.grant(2) == said{R"({"result":{"models":{"b":{}},"collections":{"a":[{"rid":"b"}]}},"id":1})"});
  }
  SUBCASE("and may be refused by it") {
    CHECK(d.grant(2, {}) == said{});
    CHECK(d.loaded("b").front().starts_with(R"({"error":{"code":"system.accessDenied")"));
  }
}

TEST_CASE("a get that was granted with the old token and still loads is asked for again in the end") {
  view_dialogue d;
  d.has("a", "[]");
  d.get(1, "a"), d.grant(1);
  CHECK(d.token_changed() == said{});
  CHECK(d.loaded("a") == said{"ask 2 a"});
  CHECK(d.grant(2, {}).front().starts_with(R"({"error":{"code":"system.accessDenied")"));
}

TEST_CASE("another token during a reaccess asks afresh") {
  ready d;
  d.reaccess("a");
  CHECK(d.token_changed() == said{"ask 3 a"});
  CHECK(d.rang("a") == said{});
  CHECK(d.grant(2) == said{});
  CHECK(d.grant(3) == said{rang});
}

TEST_CASE("a call that waits for access asks afresh with another token") {
  indirect d;
  d.call(70, "a");
  CHECK(d.token_changed().size() == 2);
  CHECK(d.grant(2, {true, "*"}) == said{});
  d.grant(3, {true, "*"});
  CHECK(d.grant(4, {true, "*"}).size() + d.grant(3, {true, "*"}).size() <= 1);
  CHECK(d.call(71, "a") == said{"grant 71"});
}

TEST_CASE("a call on what is not subscribed is not granted for a token that is no more") {
  view_dialogue d;
  d.call(70, "a"), d.call(71, "b?q");
  CHECK(d.token_changed() == said{"ask 3 a", "ask 4 b?q"});
  CHECK(d.grant(1, {true, "*"}) == said{});
  CHECK(d.token_changed() == said{"ask 5 a", "ask 6 b?q"});
  CHECK(d.grant(5, {true, "*"}) == said{"grant 70"});
  CHECK(d.deny(6, errors::timeout()) == said{"refuse 71 system.timeout"});
  CHECK(d.view.idle());
}

TEST_CASE("another token while an event waits for references asks after it") {
  ready d;
  d.has("b", "{}");
  d.add("a", R"({"idx":0,"value":{"rid":"b"}})");
  CHECK(d.token_changed() == said{});
  CHECK(d.call(70, "a") == said{"ask 2 a"});
  CHECK(d.token_changed() == said{"ask 3 a"});
  CHECK(d.loaded("b") ==
        said{R"({"event":"a.add","data":{"idx":0,"value":{"rid":"b"},"models":{"b":{}}}})", "ask 4 a"});
  CHECK(d.grant(3, {true, "*"}) == said{});
  CHECK(d.grant(4, {true, "*"}) == said{"grant 70"});
}

}  // namespace actorgate::tests
