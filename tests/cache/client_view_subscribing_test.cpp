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
  CHECK(d.subscribe_response(4, "a") == said{R"({"result":{"rid":"a"},"id":4})"});
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
  CHECK(d.subscribe_response(2, "a") == said{"watch 2 a", "ask 2 a"});
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
  CHECK(d.subscribe_response(1, "a") == said{"watch 1 a", "ask 1 a"});
  d.grant(1);
  CHECK(d.loaded("a") == said{R"({"result":{"rid":"a","models":{"a":{}}},"id":1})"});
  CHECK(d.unsubscribe(2, "a") == said{R"({"id":2})", "unwatch 1 a"});
}

TEST_CASE("a resource response that cannot be read has the error in its set, and does not subscribe") {
  view_dialogue d;
  d.subscribe_response(1, "a");
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
  CHECK(d.subscribe_response(5, "a") == said{refusal(refused, 5)});
  CHECK(d.get(6, "a") == said{R"({"result":{},"id":6})"});
  CHECK(d.subscribe(7, "b") == said{"watch 2 b", "ask 2 b"});
  d.unsubscribe(8, "a");
  CHECK(d.subscribe(9, "a") == said{R"({"result":{},"id":9})"});
}

TEST_CASE("direct subscriptions of all resources together have a limit, and references do not count") {
  view_dialogue d{{.resources = 2}};
  const auto refused = R"({"error":{"code":"system.subscriptionLimitExceeded")";
  d.has("a", R"([{"rid":"x"},{"rid":"y"},{"rid":"z"}])"), d.has("b", "[]"), d.has("x", "{}");
  d.subscribed(1, "a");
  CHECK(d.subscribe(2, "b").size() == 2);
  CHECK(d.subscribe(3, "c").front().starts_with(refused));
  CHECK(d.subscribe(4, "x").front().starts_with(refused));
  CHECK(d.get(5, "x").size() == 1);
  SUBCASE("a refused one makes room") { d.grant(2, {}); }
  SUBCASE("one that is given up before it is answered makes room") { d.unsubscribe(6, "b"); }
  SUBCASE("one that is unsubscribed makes room") { d.unsubscribe(6, "a"); }
  SUBCASE("one that is revoked makes room") { d.reaccess("a"), d.deny(4, protocol::errors::access_denied()); }
  SUBCASE("one that is deleted makes room") { d.deleted("a"); }
  CHECK(d.subscribe(7, "c").size() == 2);
  CHECK(d.subscribe(8, "d").front().starts_with(refused));
}

TEST_CASE("requests are pending until they are answered, and events do not count") {
  view_dialogue d;
  d.has("a", "[]"), d.has("b", "[]");
  d.subscribed(1, "a");
  CHECK(d.view.pending() == 0);
  d.add("a", R"({"idx":0,"value":{"rid":"x"}})");
  CHECK(d.view.pending() == 0);
  d.subscribe(2, "b"), d.get(3, "b"), d.subscribe(4, "b");
  CHECK(d.view.pending() == 3);
  d.unsubscribe(5, "b");
  CHECK(d.view.pending() == 2);
  d.answer_all();
  CHECK(d.view.pending() == 0);
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
