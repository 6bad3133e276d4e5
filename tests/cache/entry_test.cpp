// Dialogues with a cache entry: opening, events, and being forgotten.
#include <random>
#include <set>

#include <doctest/doctest.h>

#include "tests/cache/entry_dialogue.hpp"

namespace actorgate::tests {

namespace {
using namespace std::chrono_literals;
const cache::entry::time start{};
}  // namespace

// -- opening ----------------------------------------------------------------------------------------------

TEST_CASE("the first watcher asks the service, and all who came meanwhile are answered") {
  entry_dialogue d;
  CHECK(d.open(1) == said{"get 1"});
  CHECK(d.open(2) == said{});
  CHECK(d.get(1, R"({"a":1})") == said{R"(loaded 1 1 {"a":1})", R"(loaded 2 1 {"a":1})"});
  CHECK(d.open(3) == said{R"(loaded 3 1 {"a":1})"});
  CHECK(d.machine.resources() == 1);
  CHECK_FALSE(d.machine.empty());
}

TEST_CASE("a watcher that opens again is answered again, and told of events once") {
  plain_dialogue d{"[1]"};
  CHECK(d.open(1) == said{"loaded 1 1 [1]"});
  CHECK(d.event("add", R"({"idx":1,"value":2})") == said{R"(event 1 1 add {"idx":1,"value":2})"});
  CHECK(d.open(1) == said{"loaded 1 1 [1,2]"});
  entry_dialogue waiting;
  waiting.open(1), waiting.open(1);
  CHECK(waiting.get(1, "[]") == said{"loaded 1 1 []"});
}

TEST_CASE("what is known is read without opening it, and kept for a while after that") {
  entry_dialogue d;
  CHECK_FALSE(d.machine.read("", start));
  d.open(1);
  CHECK_FALSE(d.machine.read("", start));
  d.get(1, "[1]");
  CHECK(d.machine.read("", start)->json == "[1]");
  CHECK_FALSE(d.machine.read("q", start));
  CHECK(d.machine.close(1, "", start));
  CHECK(d.machine.read("", start + 2s)->json == "[1]");
  CHECK(d.machine.expire(start + 1s) == start + 2s);
  CHECK_FALSE(d.machine.expire(start + 2s));
  CHECK(d.machine.empty());
}

TEST_CASE("the throttle of a watcher goes with the request that it causes") {
  entry_dialogue d;
  CHECK(d.open(1, "", 7) == said{"get 1 throttle 7"});
  CHECK(d.open(2, "q", 8) == said{"get 2 q throttle 8"});
}

TEST_CASE("a failed get is told to those who wait, and not remembered") {
  entry_dialogue d;
  d.open(1), d.open(2);
  CHECK(d.get(1, protocol::error{"a.b", "m"}) == said{"failed 1 a.b", "failed 2 a.b"});
  CHECK(d.machine.empty());
  CHECK(d.open(1) == said{"get 2"});
  CHECK(d.get(2, "{}") == said{"loaded 1 1 {}"});
}

TEST_CASE("answers that were not asked for, and second ones, are ignored") {
  entry_dialogue d;
  CHECK(d.get(1, "{}") == said{});
  d.open(1), d.get(1, R"({"a":1})");
  CHECK(d.get(1, R"({"a":2})") == said{});
  CHECK(d.get(99, protocol::errors::not_found()) == said{});
  CHECK(d.query(1, no_events) == said{});
  CHECK(d.open(2) == said{R"(loaded 2 1 {"a":1})"});
}

TEST_CASE("tickets can begin anywhere, and only those of queries are") {
  entry_recorder port;
  cache::entry machine{port, 500};
  machine.open(1, "q", 0);
  CHECK(port.take() == said{"get 500 q"});
  machine.on_get_response(500, content("[]", "q"));
  machine.on_event("query", R"({"subject":"inbox"})");
  CHECK(port.take().back() == "query 501 inbox q");
  CHECK(machine.is_query(501));
  CHECK_FALSE(machine.is_query(500));
}

// -- events -----------------------------------------------------------------------------------------------

TEST_CASE("events before the get response are part of it, except a reaccess") {
  entry_dialogue d;
  d.open(1);
  CHECK(d.event("change", R"({"values":{"a":1}})") == said{});
  CHECK(d.event("custom", "{}") == said{});
  CHECK(d.event("delete") == said{});
  CHECK(d.event("reaccess") == said{"reaccess 1"});
  CHECK(d.get(1, R"({"a":2})") == said{R"(loaded 1 1 {"a":2})"});
}

TEST_CASE("an event is told to all who have the resource open, and no others") {
  plain_dialogue d{R"({"a":1})"};
  d.open(2), d.open(3, "q"), d.get(2, "[]", "q");
  CHECK(d.event("change", R"({"values":{"a":2}})") ==
        said{R"(event 1 1 change {"values":{"a":2}})", R"(event 2 1 change {"values":{"a":2}})"});
  d.machine.close(1, "", start);
  CHECK(d.event("change", R"({"values":{"a":3}})") == said{R"(event 2 1 change {"values":{"a":3}})"});
}

TEST_CASE("an event that changes nothing is told to nobody, and is no mistake") {
  plain_dialogue d{R"({"a":1})"};
  CHECK(d.event("change", R"({"values":{"a":1,"b":{"action":"delete"}}})") == said{});
  CHECK(d.port.complaints() == 0);
}

TEST_CASE("events that make no sense are ignored and complained about") {
  struct row {
    const char *resource, *name, *payload;
  };
  const row table[] = {
      {"[1]", "add", R"({"idx":2,"value":1})"},
      {"[1]", "remove", R"({"idx":1})"},
      {"[1]", "change", R"({"values":{"a":1}})"},
      {"{}", "add", R"({"idx":0,"value":1})"},
      {"{}", "remove", R"({"idx":0})"},
      {"{}", "change", "broken"},
      {"{}", "change", R"({"values":{"a":[]}})"},
      {"[1]", "add", R"({"idx":0})"},
      {"[1]", "remove", ""},
      {"{}", "custom", "broken"},
      {"{}", "patch", "{}"},
      {"{}", "reset", ""},
      {"{}", "unsubscribe", "{}"},
      {"{}", "query", "{}"},
      {"{}", "query", ""},
      {"{}", "r\xffng", "1"},
      {"{}", "rang twice", "1"},
      {"{}", "", "1"},
  };
  for (const auto& [resource, name, payload] : table) {
    CAPTURE(name);
    CAPTURE(payload);
    plain_dialogue d{resource};
    CHECK(d.event(name, payload) == said{});
    CHECK(d.port.complaints() == 1);
    CHECK(d.open(2) == said{"loaded 2 1 " + std::string{resource}});
  }
}

TEST_CASE("custom events carry what the service wrote, or null") {
  plain_dialogue d{"{}"};
  CHECK(d.event("rang", R"({ "n" : 1.10 })") == said{R"(event 1 1 rang { "n" : 1.10 })"});
  CHECK(d.event("rang", "") == said{"event 1 1 rang null"});
  CHECK(d.event("rang", "null") == said{"event 1 1 rang null"});
  CHECK(d.event("create", "") == said{"event 1 1 create null"});
}

TEST_CASE("a reaccess concerns every watcher of the name, once each") {
  entry_dialogue d;
  d.open(1), d.open(2, "q"), d.open(1, "r");
  CHECK(d.event("reaccess") == said{"reaccess 1", "reaccess 2"});
  d.machine.close(2, "q", start);
  CHECK(d.event("reaccess") == said{"reaccess 1"});
}

TEST_CASE("a deleted resource is gone at once, and fetched for whoever comes next") {
  plain_dialogue d{"{}"};
  d.open(2);
  CHECK(d.event("delete") == said{"event 1 1 delete null", "event 2 1 delete null"});
  CHECK(d.machine.empty());
  CHECK(d.machine.resources() == 0);
  CHECK(d.event("delete") == said{});
  CHECK(d.open(1) == said{"get 2"});
  CHECK(d.get(2, "[]") == said{"loaded 1 2 []"});
}

TEST_CASE("a delete leaves the resources of other queries alone") {
  plain_dialogue d{"{}"};
  d.open(1, "q"), d.get(2, "[]", "q");
  CHECK(d.event("delete") == said{"event 1 1 delete null"});
  CHECK(d.machine.resources() == 1);
  CHECK(d.open(2, "q") == said{"loaded 2 q 2 []"});
}

// -- being forgotten --------------------------------------------------------------------------------------

TEST_CASE("what nobody has open is kept for a while, up to date, and then forgotten") {
  plain_dialogue d{"[1]"};
  CHECK(d.machine.expire(start + 99s) == std::nullopt);
  CHECK(d.machine.close(1, "", start + 10s));
  CHECK(d.event("add", R"({"idx":1,"value":2})") == said{});
  CHECK(d.machine.expire(start + 9s) == start + 10s);
  CHECK(d.open(2) == said{"loaded 2 1 [1,2]"});
  CHECK(d.machine.expire(start + 99s) == std::nullopt);
  CHECK_FALSE(d.machine.empty());
  CHECK(d.machine.close(2, "", start + 20s));
  CHECK(d.machine.expire(start + 20s) == std::nullopt);
  CHECK(d.machine.empty());
  CHECK(d.open(1) == said{"get 2"});
}

TEST_CASE("closing tells whether anybody is left") {
  plain_dialogue d{"[1]"};
  d.open(2), d.open(1, "q");
  CHECK_FALSE(d.machine.close(1, "", start));
  CHECK_FALSE(d.machine.close(1, "", start));
  CHECK_FALSE(d.machine.close(3, "", start));
  CHECK_FALSE(d.machine.close(1, "unheard of", start));
  CHECK(d.machine.close(2, "", start));
  CHECK(d.machine.close(1, "q", start));
}

TEST_CASE("a resource that one query still uses outlives the others, and the longest idle is told") {
  entry_dialogue d;
  d.open(1, "x"), d.open(1, "y"), d.open(1, "z");
  d.get(1, "[]", "n"), d.get(2, "[]", "n"), d.get(3, "[]", "m");
  d.machine.close(1, "x", start + 1s), d.machine.close(1, "z", start + 3s),
      d.machine.close(1, "y", start + 2s);
  CHECK(d.machine.expire(start) == start + 1s);
  CHECK(d.machine.expire(start + 1s) == start + 2s);
  CHECK(d.machine.resources() == 2);
  CHECK(d.machine.expire(start + 2s) == start + 3s);
  CHECK(d.machine.resources() == 1);
  CHECK(d.query_event() == said{"query 4 inbox m"});
  CHECK(d.machine.expire(start + 3s) == std::nullopt);
  CHECK(d.machine.resources() == 0);
}

TEST_CASE("opening and closing in any order leaves nothing behind") {
  std::mt19937 random{7};
  const auto below = [&random](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>{0, n - 1}(random);
  };
  entry_dialogue d;
  auto now = start;
  std::uint64_t asked = 0;
  std::set<std::uint64_t> under_way;
  const auto note = [&](const said& lines) {
    for (const auto& line : lines) {
      if (line.starts_with("get ") || line.starts_with("query ")) under_way.insert(++asked);
    }
  };
  const auto answer = [&](std::uint64_t ticket) {
    if (d.machine.is_query(ticket)) return note(d.query(ticket, no_events));
    if (below(5) == 0) return note(d.get(ticket, protocol::errors::not_found()));
    note(d.get(ticket, "[1]", std::to_string(below(4))));
  };
  for (int step = 0; step < 20'000; ++step) {
    const auto query = std::to_string(below(12));
    const auto who = static_cast<cache::watcher_id>(below(3));
    now += 1s;
    const auto dice = below(20);
    if (dice < 7) {
      note(d.open(who, query));
    } else if (dice < 13) {
      d.machine.close(who, query, now);
    } else if (dice < 14) {
      note(d.query_event());
    } else if (dice < 15) {
      note(d.reset(true, false));
    } else if (dice < 16) {
      const auto next = d.machine.expire(now - 8s);
      CHECK((!next || *next > now - 8s));
    } else if (!under_way.empty()) {
      answer(under_way.extract(std::next(under_way.begin(), static_cast<long>(below(under_way.size()))))
                 .value());
    }
  }
  while (!under_way.empty()) answer(under_way.extract(under_way.begin()).value());
  for (cache::watcher_id who = 0; who < 3; ++who) {
    for (int query = 0; query < 12; ++query) d.machine.close(who, std::to_string(query), now);
  }
  CHECK(d.machine.expire(now) == std::nullopt);
  CHECK(d.machine.empty());
  CHECK(d.machine.resources() == 0);
}

TEST_CASE("a get that nobody waits for any more is forgotten with the rest, and its answer ignored") {
  entry_dialogue d;
  d.open(1);
  CHECK(d.machine.close(1, "", start + 1s));
  CHECK(d.machine.expire(start) == start + 1s);
  CHECK(d.machine.expire(start + 1s) == std::nullopt);
  CHECK(d.machine.empty());
  CHECK(d.get(1, "[]") == said{});
  CHECK(d.machine.empty());
  CHECK(d.open(1) == said{"get 2"});
}

TEST_CASE("a get that was left but is answered in time is kept for a while") {
  entry_dialogue d;
  d.open(1), d.machine.close(1, "", start + 1s);
  CHECK(d.get(1, "[1]") == said{});
  CHECK(d.open(2) == said{"loaded 2 1 [1]"});
}

TEST_CASE("the answer to a reset of what was forgotten is ignored") {
  plain_dialogue d{"[1]"};
  d.reset(true, false);
  d.machine.close(1, "", start);
  d.machine.expire(start);
  CHECK(d.get(2, "[2]") == said{});
  CHECK(d.machine.empty());
}

}  // namespace actorgate::tests
