// Dialogues: subscribe and get requests, resource responses, and the trees that they bring.
#include <doctest/doctest.h>

#include "tests/cache/view_dialogue.hpp"

namespace actorgate::tests {
namespace {

using protocol::error;
namespace errors = protocol::errors;

const error sunk{"harbour.sunk", "It sank", "[1]"};
constexpr const char* not_found = R"("error":{"code":"system.notFound","message":"Not found"})";
constexpr const char* denied = R"("error":{"code":"system.accessDenied","message":"Access denied"})";

std::string refusal(std::string_view error, int id) {
  return '{' + std::string{error} + R"(,"id":)" + std::to_string(id) + '}';
}

}  // namespace

// -- both answers -----------------------------------------------------------------------------------------

TEST_CASE("a subscribe asks for resource and access at once, and needs both") {
  view_dialogue d;
  d.has("a", R"({"x":1.10})");
  CHECK(d.subscribe(1, "a") == said{"watch 1 a", "ask 1 a"});
  SUBCASE("the resource comes first") {
    CHECK(d.loaded("a") == said{});
    CHECK(d.grant(1) == said{R"({"result":{"models":{"a":{"x":1.10}}},"id":1})"});
  }
  SUBCASE("the access comes first") {
    CHECK(d.grant(1) == said{});
    CHECK(d.loaded("a") == said{R"({"result":{"models":{"a":{"x":1.10}}},"id":1})"});
  }
  CHECK(d.view.size() == 1);
}

TEST_CASE("an error of access is the answer, whatever the get says") {
  view_dialogue d;
  d.has("a", "[]");
  d.subscribe(1, "a");
  SUBCASE("and it does not wait for the get") {
    CHECK(d.deny(1, sunk) ==
          said{R"({"error":{"code":"harbour.sunk","message":"It sank","data":[1]},"id":1})", "unwatch 1 a"});
  }
  SUBCASE("even if the get has failed before") {
    CHECK(d.failed("a") == said{});
    CHECK(d.deny(1, sunk) ==
          said{R"({"error":{"code":"harbour.sunk","message":"It sank","data":[1]},"id":1})"});
  }
  SUBCASE("even if the resource is there") {
    CHECK(d.loaded("a") == said{});
    CHECK(d.grant(1, {false, "*"}) == said{refusal(denied, 1), "unwatch 1 a"});
  }
  CHECK(d.view.idle());
  CHECK(d.subscribe(2, "a") == said{"watch 2 a", "ask 2 a"});
}

TEST_CASE("an error of the get is the answer to one who has access, and is not remembered") {
  view_dialogue d;
  d.subscribe(1, "a");
  SUBCASE("granted before") {
    d.grant(1);
    CHECK(d.failed("a", sunk) ==
          said{R"({"error":{"code":"harbour.sunk","message":"It sank","data":[1]},"id":1})"});
  }
  SUBCASE("granted after") {
    d.failed("a", sunk);
    CHECK(d.grant(1) == said{R"({"error":{"code":"harbour.sunk","message":"It sank","data":[1]},"id":1})"});
  }
  CHECK(d.view.idle());
  CHECK(d.subscribe(2, "a") == said{"watch 2 a", "ask 2 a"});
}

TEST_CASE("answers that come late or twice are ignored") {
  view_dialogue d;
  d.has("a", "[]");
  d.subscribe(1, "a");
  const auto slot = d.slot("a");
  d.deny(1, errors::timeout());
  CHECK(d.loaded("a") == said{});
  CHECK(d.failed("a") == said{});
  CHECK(d.grant(1) == said{});
  CHECK(d.grant(77) == said{});
  d.subscribe(2, "a");
  CHECK(d.slot("a") != slot);
  d.grant(2), d.loaded("a");
  CHECK(d.loaded("a") == said{});
  CHECK(d.grant(2, {}) == said{});
}

TEST_CASE("requests for the same resource share what is asked, and each is answered") {
  view_dialogue d;
  d.has("a", "[]");
  CHECK(d.subscribe(1, "a") == said{"watch 1 a", "ask 1 a"});
  CHECK(d.subscribe(2, "a") == said{});
  CHECK(d.get(3, "a") == said{});
  CHECK(d.loaded("a") == said{});
  CHECK(d.grant(1) == said{R"({"result":{"collections":{"a":[]}},"id":1})", R"({"result":{},"id":2})",
                           R"({"result":{},"id":3})"});
}

TEST_CASE("a refusal is one for all who wait") {
  view_dialogue d;
  d.subscribe(1, "a"), d.get(2, "a");
  CHECK(d.deny(1, errors::access_denied()) == said{refusal(denied, 1), refusal(denied, 2), "unwatch 1 a"});
  CHECK(d.view.idle());
}

TEST_CASE("what the client has is not sent again") {
  view_dialogue d;
  d.has("a", "[]");
  d.subscribed(1, "a");
  CHECK(d.subscribe(2, "a") == said{R"({"result":{},"id":2})"});
  CHECK(d.get(3, "a") == said{R"({"result":{},"id":3})"});
  CHECK(d.respond(4, "a") == said{R"({"result":{"rid":"a"},"id":4})"});
}

// -- trees ------------------------------------------------------------------------------------------------

TEST_CASE("a subscribe brings the whole tree of references when all of it is loaded") {
  view_dialogue d;
  d.has("a", R"({"b":{"rid":"b"},"c":{"rid":"c"},"soft":{"rid":"z","soft":true}})");
  d.has("b", R"([{"rid":"d"},{"data":{"rid":"z"}}])"), d.has("c", "{}"), d.has("d", R"({"x":1})");
  CHECK(d.subscribe(1, "a") == said{"watch 1 a", "ask 1 a"});
  CHECK(d.grant(1) == said{});
  CHECK(d.loaded("a") == said{"watch 2 b", "watch 3 c"});
  CHECK(d.loaded("b") == said{"watch 4 d"});
  CHECK(d.loaded("d") == said{});
  CHECK(
      d.loaded("c") ==
      said{
          R"({"result":{"models":{"a":{"b":{"rid":"b"},"c":{"rid":"c"},"soft":{"rid":"z","soft":true}},"c":{},"d":{"x":1}},)"
          R"("collections":{"b":[{"rid":"d"},{"data":{"rid":"z"}}]}},"id":1})"});
  CHECK(d.view.size() == 4);
}

TEST_CASE("resources that refer to themselves and to each other are loaded and sent once") {
  view_dialogue d;
  d.has("a", R"({"a":{"rid":"a"},"b":{"rid":"b"},"b2":{"rid":"b"}})"),
      d.has("b", R"([{"rid":"a"},{"rid":"b"}])");
  d.subscribe(1, "a"), d.grant(1);
  CHECK(d.loaded("a") == said{"watch 2 b"});
  CHECK(d.loaded("b") ==
        said{R"({"result":{"models":{"a":{"a":{"rid":"a"},"b":{"rid":"b"},"b2":{"rid":"b"}}},)"
             R"("collections":{"b":[{"rid":"a"},{"rid":"b"}]}},"id":1})"});
}

TEST_CASE("two trees that share a part bring it once") {
  view_dialogue d;
  d.has("a", R"([{"rid":"c"}])"), d.has("b", R"([{"rid":"c"},{"rid":"e"}])"), d.has("c", R"([{"rid":"d"}])"),
      d.has("d", "{}"), d.has("e", "{}");
  d.subscribe(1, "a"), d.subscribe(2, "b");
  d.grant(1), d.grant(2);
  CHECK(d.loaded("a") == said{"watch 3 c"});
  CHECK(d.loaded("b") == said{"watch 4 e"});
  d.loaded("e");
  CHECK(d.loaded("c") == said{"watch 5 d"});
  CHECK(d.loaded("d") ==
        said{R"({"result":{"models":{"d":{}},"collections":{"a":[{"rid":"c"}],"c":[{"rid":"d"}]}},"id":1})",
             R"({"result":{"models":{"e":{}},"collections":{"b":[{"rid":"c"},{"rid":"e"}]}},"id":2})"});
}

TEST_CASE("a reference that fails is an error in the set, and its parent succeeds") {
  view_dialogue d;
  d.has("a", R"([{"rid":"b"}])");
  d.subscribe(1, "a"), d.grant(1), d.loaded("a");
  CHECK(
      d.failed("b", sunk) ==
      said{
          R"({"result":{"collections":{"a":[{"rid":"b"}]},"errors":{"b":{"code":"harbour.sunk","message":"It sank","data":[1]}}},"id":1})"});
  SUBCASE("subscribing to it asks only for access, and returns the error") {
    CHECK(d.subscribe(2, "b") == said{"ask 2 b"});
    CHECK(d.grant(2) == said{R"({"error":{"code":"harbour.sunk","message":"It sank","data":[1]},"id":2})"});
  }
  SUBCASE("an error of its access comes first") {
    d.subscribe(2, "b");
    CHECK(d.deny(2, errors::not_found()) == said{refusal(not_found, 2)});
  }
  SUBCASE("its error is kept as long as it is referred to") {
    CHECK(d.add("a", R"({"idx":0,"value":{"rid":"b"}})") ==
          said{R"({"event":"a.add","data":{"idx":0,"value":{"rid":"b"}}})"});
    d.remove("a", 0), d.remove("a", 0);
    CHECK(d.view.size() == 1);
    d.has("b", "[]");
    CHECK(d.add("a", R"({"idx":0,"value":{"rid":"b"}})") == said{"watch 3 b"});
  }
}

TEST_CASE("a failed resource that is subscribed directly is forgotten, and fetched again by the next") {
  view_dialogue d;
  d.subscribe(1, "a"), d.grant(1), d.failed("a");
  d.has("a", "[]");
  CHECK(d.respond(2, "a") == said{"watch 2 a", "ask 2 a"});
  d.loaded("a");
  CHECK(d.grant(2) == said{R"({"result":{"rid":"a","collections":{"a":[]}},"id":2})"});
}

TEST_CASE("a tree that goes on when access is asked again does not stumble over what has gone since") {
  view_dialogue d;
  d.has("r", R"([{"rid":"c"}])"), d.has("c", R"([{"rid":"x"},{"rid":"y"}])"), d.has("x", "{}"),
      d.has("y", "{}");
  d.get(1, "r"), d.grant(1), d.loaded("r"), d.loaded("c"), d.loaded("x");
  d.subscribe(2, "c"), d.grant(2);
  d.reaccess("r");
  CHECK(
      d.loaded("y") ==
      said{"ask 3 r",
           R"({"result":{"models":{"y":{},"x":{}},"collections":{"c":[{"rid":"x"},{"rid":"y"}]}},"id":2})"});
  CHECK(d.remove("c", 0).back() == "unwatch 3 x");
  CHECK(d.remove("c", 0).back() == "unwatch 4 y");
  CHECK(d.grant(3) == said{R"({"result":{"collections":{"r":[{"rid":"c"}]}},"id":1})", "unwatch 1 r"});
}

// -- get requests -----------------------------------------------------------------------------------------

TEST_CASE("a get leaves no subscription") {
  view_dialogue d;
  d.has("a", R"([{"rid":"b"}])"), d.has("b", "{}");
  CHECK(d.get(1, "a") == said{"watch 1 a", "ask 1 a"});
  d.grant(1), d.loaded("a");
  CHECK(d.loaded("b").front() ==
        R"({"result":{"models":{"b":{}},"collections":{"a":[{"rid":"b"}]}},"id":1})");
  CHECK(d.view.idle());
  CHECK(d.watched().empty());
}

TEST_CASE("a get brings the parts that the client has not") {
  view_dialogue d;
  d.has("a", R"([{"rid":"b"}])"), d.has("b", "{}");
  d.subscribed(1, "b");
  d.get(2, "a"), d.grant(2);
  CHECK(d.loaded("a") == said{R"({"result":{"collections":{"a":[{"rid":"b"}]}},"id":2})", "unwatch 2 a"});
  CHECK(d.view.size() == 1);
}

TEST_CASE("what a get has brought is sent again with a subscription") {
  view_dialogue d;
  d.has("a", "[]");
  d.get(1, "a"), d.subscribe(2, "a"), d.loaded("a");
  CHECK(d.grant(1) == said{R"({"result":{"collections":{"a":[]}},"id":1})",
                           R"({"result":{"collections":{"a":[]}},"id":2})"});
}

TEST_CASE("a get that fails says why and leaves nothing") {
  view_dialogue d;
  d.get(1, "a"), d.grant(1);
  CHECK(d.failed("a") == said{refusal(not_found, 1)});
  CHECK(d.view.idle());
  d.get(2, "a");
  CHECK(d.deny(2, sunk).front() ==
        R"({"error":{"code":"harbour.sunk","message":"It sank","data":[1]},"id":2})");
  CHECK(d.view.idle());
}

TEST_CASE("events of what a get loads are not sent") {
  view_dialogue d;
  d.has("a", R"([{"rid":"b"}])"), d.has("b", R"({"x":1})");
  d.get(1, "a"), d.grant(1), d.loaded("a");
  CHECK(d.add("a", R"({"idx":0,"value":1})") == said{});
  CHECK(d.loaded("b").front() ==
        R"({"result":{"models":{"b":{"x":1}},"collections":{"a":[{"rid":"b"}]}},"id":1})");
  CHECK(d.view.idle());
}

// -- resource responses -----------------------------------------------------------------------------------

TEST_CASE("a resource response subscribes, and its resource comes with the rid") {
  view_dialogue d;
  d.has("a", "{}");
  CHECK(d.respond(1, "a") == said{"watch 1 a", "ask 1 a"});
  d.grant(1);
  CHECK(d.loaded("a") == said{R"({"result":{"rid":"a","models":{"a":{}}},"id":1})"});
  CHECK(d.unsubscribe(2, "a") == said{R"({"id":2})", "unwatch 1 a"});
}

TEST_CASE("a resource response that cannot be read has the error in its set, and does not subscribe") {
  view_dialogue d;
  d.respond(1, "a");
  SUBCASE("no access") {
    CHECK(
        d.grant(1, {}).front() ==
        R"({"result":{"rid":"a","errors":{"a":{"code":"system.accessDenied","message":"Access denied"}}},"id":1})");
  }
  SUBCASE("no resource") {
    d.grant(1);
    CHECK(d.failed("a").front() ==
          R"({"result":{"rid":"a","errors":{"a":{"code":"system.notFound","message":"Not found"}}},"id":1})");
  }
  CHECK(d.view.idle());
}

// -- limits and throttles ---------------------------------------------------------------------------------

TEST_CASE("direct subscriptions of one resource have a limit, answered or not") {
  view_dialogue d{{.direct_per_resource = 2}};
  const std::string refused =
      R"("error":{"code":"system.subscriptionLimitExceeded","message":"Subscription limit exceeded"})";
  d.has("a", "[]"), d.has("b", "[]");
  d.subscribe(1, "a"), d.subscribe(2, "a");
  CHECK(d.subscribe(3, "a") == said{refusal(refused, 3)});
  d.loaded("a"), d.grant(1);
  CHECK(d.subscribe(4, "a") == said{refusal(refused, 4)});
  CHECK(d.respond(5, "a") == said{refusal(refused, 5)});
  CHECK(d.get(6, "a") == said{R"({"result":{},"id":6})"});
  CHECK(d.subscribe(7, "b") == said{"watch 2 b", "ask 2 b"});
  d.unsubscribe(8, "a");
  CHECK(d.subscribe(9, "a") == said{R"({"result":{},"id":9})"});
}

TEST_CASE("256 direct subscriptions are allowed unless told otherwise") {
  view_dialogue d;
  d.has("a", "[]");
  d.subscribed(1, "a");
  for (std::uint64_t id = 2; id <= 256; ++id)
    CHECK(d.subscribe(id, "a") == said{R"({"result":{},"id":)" + std::to_string(id) + "}"});
  CHECK(d.subscribe(257, "a").front().starts_with(R"({"error":{"code":"system.subscriptionLimitExceeded")"));
  CHECK(d.unsubscribe(258, "a", 256) == said{R"({"id":258})", "unwatch 1 a"});
}

TEST_CASE("the references of one tree share a throttle, nested ones included") {
  view_dialogue d{{.throttle_references = true}};
  d.has("a", R"([{"rid":"b"}])"), d.has("b", R"([{"rid":"c"}])"), d.has("c", "[]"),
      d.has("x", R"([{"rid":"y"}])"), d.has("y", "[]");
  CHECK(d.subscribe(1, "a") == said{"watch 1 a", "ask 1 a"});
  CHECK(d.loaded("a") == said{"watch 2 b throttle 1"});
  CHECK(d.loaded("b") == said{"watch 3 c throttle 1"});
  d.subscribe(2, "x");
  CHECK(d.loaded("x") == said{"watch 5 y throttle 2"});
  d.answer_all();
  d.has("z", R"([{"rid":"z2"}])");
  CHECK(d.add("y", R"({"idx":0,"value":{"rid":"z"}})") == said{"watch 6 z throttle 3"});
  CHECK(d.loaded("z") == said{"watch 7 z2 throttle 3"});
}

// -- old clients ------------------------------------------------------------------------------------------

TEST_CASE("old clients get resources in the form that they understand") {
  view_dialogue d;
  d.view.set_version({1, 2, 0});
  d.has("a", R"({"s":{"rid":"z","soft":true},"d":{"data":[1]},"r":{"rid":"b"}})"),
      d.has("b", R"([{"data":{}}])");
  d.subscribe(1, "a"), d.grant(1), d.loaded("a");
  CHECK(
      d.loaded("b") ==
      said{
          R"({"result":{"models":{"a":{"d":"[Data]","r":{"rid":"b"},"s":"z"}},"collections":{"b":["[Data]"]}},"id":1})"});
}

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

// -- the end ----------------------------------------------------------------------------------------------

TEST_CASE("a view that is cleared watches nothing and says nothing") {
  view_dialogue d;
  d.has("a", R"([{"rid":"b"},{"rid":"c"}])"), d.has("b", "{}");
  d.subscribe(1, "a"), d.grant(1), d.loaded("a"), d.loaded("b");
  d.subscribe(2, "x"), d.call(70, "y");
  d.view.clear();
  CHECK(d.take() == said{"unwatch 1 a", "unwatch 2 b", "unwatch 3 c", "unwatch 4 x"});
  CHECK(d.view.idle());
  CHECK(d.failed("c") == said{});
  CHECK(d.grant(2) == said{});
}

}  // namespace actorgate::tests
