// Dialogues with a cache entry: system resets.
#include <doctest/doctest.h>

#include "tests/cache/entry_dialogue.hpp"

namespace actorgate::tests {

// -- resets -----------------------------------------------------------------------------------------------

TEST_CASE("a reset fetches every resource of the name by its normalised query") {
  entry_dialogue d;
  d.open(1), d.get(1, "[1]"), d.open(1, "b&a"), d.get(2, "[2]", "a&b");
  CHECK(d.reset(true, false, 9) == said{"get 3 throttle 9", "get 4 a&b throttle 9"});
  CHECK(d.get(4, "[3]", "a&b") ==
        said{R"(event 1 2 remove {"idx":0})", R"(event 1 2 add {"idx":0,"value":3})"});
  CHECK(d.get(3, "[1]") == said{});
}

TEST_CASE("a reset model becomes the fresh one by one change") {
  plain_dialogue d{R"({"a":1,"b":2,"c":3})"};
  d.reset(true, false);
  CHECK(d.get(2, R"({"a":1,"b":3,"d":4})") ==
        said{R"(event 1 1 change {"values":{"b":3,"d":4,"c":{"action":"delete"}}})"});
  CHECK(d.open(2) == said{R"(loaded 2 1 {"a":1,"b":3,"d":4})"});
}

TEST_CASE("a reset that finds nothing deletes, and one that fails otherwise changes nothing") {
  plain_dialogue d{"[1]"};
  for (std::uint64_t ticket = 2;
       const auto& why :
       {protocol::errors::timeout(), protocol::errors::internal_error(), protocol::errors::access_denied()}) {
    d.reset(true, false);
    CHECK(d.get(ticket++, why) == said{});
    CHECK(d.port.complaints() == 1);
  }
  d.reset(true, false);
  CHECK(d.get(5, "{}") == said{});  // of another type
  CHECK(d.port.complaints() == 1);
  CHECK(d.event("add", R"({"idx":1,"value":2})") == said{R"(event 1 1 add {"idx":1,"value":2})"});
  d.reset(true, false);
  CHECK(d.get(6, protocol::errors::not_found()) == said{"event 1 1 delete null"});
  CHECK(d.machine.empty());
}

TEST_CASE("during a reset events that change are dropped, and custom ones pass") {
  plain_dialogue d{"[1]"};
  d.reset(true, false);
  CHECK(d.event("add", R"({"idx":0,"value":0})") == said{});
  CHECK(d.event("remove", R"({"idx":0})") == said{});
  CHECK(d.event("delete") == said{});
  CHECK(d.event("rang") == said{"event 1 1 rang null"});
  CHECK(d.event("reaccess") == said{"reaccess 1"});
  CHECK(d.get(2, "[0]") == said{R"(event 1 1 remove {"idx":0})", R"(event 1 1 add {"idx":0,"value":0})"});
  CHECK(d.event("delete") == said{"event 1 1 delete null"});
}

TEST_CASE("a reset during a reset is made up for when the first is answered") {
  plain_dialogue d{"[1]"};
  CHECK(d.reset(true, false, 5) == said{"get 2 throttle 5"});
  CHECK(d.reset(true, false, 6) == said{});
  CHECK(d.reset(true, false, 7) == said{});
  CHECK(d.get(2, "[1,2]") == said{R"(event 1 1 add {"idx":1,"value":2})", "get 3 throttle 7"});
  CHECK(d.event("remove", R"({"idx":0})") == said{});
  CHECK(d.get(3, "[2]") == said{R"(event 1 1 remove {"idx":0})"});
  CHECK(d.event("remove", R"({"idx":0})") == said{R"(event 1 1 remove {"idx":0})"});
}

TEST_CASE("a reset during a reset is made up for even if the first fails") {
  plain_dialogue d{"[1]"};
  d.reset(true, false), d.reset(true, false);
  CHECK(d.get(2, protocol::errors::timeout()) == said{"get 3"});
  CHECK(d.get(3, "[]") == said{R"(event 1 1 remove {"idx":0})"});
}

TEST_CASE("a patient reset during a reset stays patient") {
  constexpr auto patient = "throttle 18446744073709551615";
  plain_dialogue d{"[1]"};
  d.reset(true, false, 5);
  d.reset(true, false, cache::patient);
  d.reset(true, false, 6);
  SUBCASE("when the first is answered") { CHECK(d.get(2, "[1]") == said{"get 3 " + std::string{patient}}); }
  SUBCASE("when the first fails") {
    CHECK(d.get(2, protocol::errors::timeout()) == said{"get 3 " + std::string{patient}});
  }
  entry_dialogue loading;
  loading.open(1), loading.reset(true, false, cache::patient), loading.reset(true, false);
  CHECK(loading.get(1, "[1]") == said{"loaded 1 1 [1]", "get 2 " + std::string{patient}});
}

TEST_CASE("what a reset does not find is deleted only if it is not asked for again at once") {
  plain_dialogue d{"[1]"};
  d.reset(true, false), d.reset(true, false, cache::patient);
  CHECK(d.get(2, protocol::errors::not_found()).size() == 1);
  CHECK(d.port.complaints() == 1);
  CHECK(d.get(3, protocol::errors::not_found()) == said{"event 1 1 delete null"});
  CHECK(d.machine.empty());
}

TEST_CASE("a reset concerns a query that turns out to be a resource whose reset is under way") {
  query_dialogue d{"[1]"};
  d.open(2, "r");
  CHECK(d.reset(true, false, 5) == said{"get 3 q throttle 5"});
  CHECK(d.get(2, "[1]", "q") == said{"loaded 2 r 1 [1]"});
  CHECK(d.get(3, "[1]", "q") == said{"get 4 q throttle 5"});
  CHECK(d.get(4, "[1]", "q") == said{});
}

TEST_CASE("a reset while the resource loads is made up for when it is there") {
  entry_dialogue d;
  d.open(1);
  CHECK(d.reset(true, true, 5) == said{"reaccess 1 throttle 5"});
  CHECK(d.get(1, "[1]") == said{"loaded 1 1 [1]", "get 2 throttle 5"});
  CHECK(d.get(2, "[]") == said{R"(event 1 1 remove {"idx":0})"});
  entry_dialogue failing;
  failing.open(1), failing.reset(true, false);
  CHECK(failing.get(1, protocol::errors::timeout()) == said{"failed 1 system.timeout"});
}

TEST_CASE("a reset of access concerns every watcher, and asks for no resource") {
  plain_dialogue d{"[1]"};
  d.open(2, "q");
  CHECK(d.reset(false, true, 4) == said{"reaccess 1 throttle 4", "reaccess 2 throttle 4"});
  CHECK(d.reset(false, false) == said{});
}

TEST_CASE("a query event during a reset leaves out what is being fetched anyway") {
  entry_dialogue d;
  d.open(1, "a"), d.get(1, "[]", "a");
  d.reset(true, false);
  d.open(1, "b"), d.get(3, "[]", "b");
  CHECK(d.query_event() == said{"query 4 inbox b"});
}

TEST_CASE("a reset while query requests are unanswered is applied after them") {
  query_dialogue d{"[1]"};
  d.query_event();
  CHECK(d.reset(true, false) == said{"get 3 q"});
  CHECK(d.get(3, "[3]", "q") == said{});
  CHECK(d.query(2, {{"add", R"({"idx":1,"value":2})"}}) ==
        said{R"(event 1 1 add {"idx":1,"value":2})", R"(event 1 1 remove {"idx":1})",
             R"(event 1 1 remove {"idx":0})", R"(event 1 1 add {"idx":0,"value":3})"});
}

TEST_CASE("whoever opens during a reset gets what is known, and then the difference") {
  plain_dialogue d{"[1]"};
  d.reset(true, false);
  CHECK(d.open(2) == said{"loaded 2 1 [1]"});
  CHECK(d.get(2, "[]") == said{R"(event 1 1 remove {"idx":0})", R"(event 2 1 remove {"idx":0})"});
}

}  // namespace actorgate::tests
