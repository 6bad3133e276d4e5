// Dialogues with a cache entry: queries that mean the same, and query events.
#include <doctest/doctest.h>

#include "tests/cache/entry_dialogue.hpp"

namespace actorgate::tests {

namespace {
const cache::entry::time start{};
}  // namespace

// -- queries that mean the same ---------------------------------------------------------------------------

TEST_CASE("several queries may be one resource, whose events come once to each watcher") {
  entry_dialogue d;
  CHECK(d.open(1, "b=2&a=1") == said{"get 1 b=2&a=1"});
  CHECK(d.open(1, "a=1&b=2") == said{"get 2 a=1&b=2"});
  CHECK(d.open(2, "a=1&b=2&") == said{"get 3 a=1&b=2&"});
  CHECK(d.get(1, "[1]", "a=1&b=2") == said{"loaded 1 b=2&a=1 1 [1]"});
  CHECK(d.get(2, "[1]", "a=1&b=2") == said{"loaded 1 a=1&b=2 1 [1]"});
  CHECK(d.get(3, "[1]", "a=1&b=2") == said{"loaded 2 a=1&b=2& 1 [1]"});
  CHECK(d.machine.resources() == 1);
  CHECK(d.query_event() == said{"query 4 inbox a=1&b=2"});
  CHECK(d.query(4, {{"add", R"({"idx":0,"value":0})"}}) ==
        said{R"(event 1 1 add {"idx":0,"value":0})", R"(event 2 1 add {"idx":0,"value":0})"});
}

TEST_CASE("a query that is a normalised one already known needs no question") {
  entry_dialogue d;
  d.open(1, "b&a"), d.get(1, "[1]", "a&b");
  CHECK(d.open(2, "a&b") == said{"loaded 2 a&b 1 [1]"});
  CHECK(d.machine.resources() == 1);
}

TEST_CASE("a later answer for a resource that is known does not undo its events") {
  entry_dialogue d;
  d.open(1, "x"), d.open(2, "y");
  d.get(1, "[1]", "n");
  d.query_event();
  CHECK(d.get(2, "[1]", "n") == said{});  // sent before the event, waits behind it
  CHECK(d.query(3, {{"add", R"({"idx":1,"value":2})"}}) ==
        said{R"(event 1 1 add {"idx":1,"value":2})", "loaded 2 y 1 [1,2]"});
}

TEST_CASE("with and without query are different resources") {
  entry_dialogue d;
  d.open(1), d.get(1, "[0]");
  d.open(1, "q"), d.get(2, "[1]", "q");
  CHECK(d.machine.resources() == 2);
  CHECK(d.event("add", R"({"idx":0,"value":9})") == said{R"(event 1 1 add {"idx":0,"value":9})"});
  CHECK(d.query_event() == said{"query 3 inbox q"});
}

TEST_CASE("a plain name that is answered with a query is a query resource, and gets no plain events") {
  entry_dialogue d;
  d.open(1);
  CHECK(d.get(1, "[1]", "page=1") == said{"loaded 1 1 [1]"});
  CHECK(d.event("add", R"({"idx":0,"value":0})") == said{});
  CHECK(d.event("custom", "1") == said{});
  CHECK(d.event("delete") == said{});
  CHECK(d.query_event() == said{"query 2 inbox page=1"});
}

TEST_CASE("a query that is answered without one is the plain resource") {
  entry_dialogue d;
  d.open(1, "q");
  CHECK(d.get(1, "[1]") == said{"loaded 1 q 1 [1]"});
  CHECK(d.event("add", R"({"idx":0,"value":0})") == said{R"(event 1 1 add {"idx":0,"value":0})"});
  CHECK(d.query_event() == said{});
}

// -- query events -----------------------------------------------------------------------------------------

TEST_CASE("a query event leads to one request for each normalised query, loading ones left out") {
  entry_dialogue d;
  d.open(1, "x"), d.open(1, "y"), d.open(1, "z"), d.open(1);
  d.get(1, "[]", "n"), d.get(2, "[]", "n"), d.get(4, "[]");
  d.open(2, "w"), d.get(5, "[]", "m");
  CHECK(d.query_event() == said{"query 6 inbox m", "query 7 inbox n"});
}

TEST_CASE("a query request is answered by events, a model or a collection") {
  query_dialogue d{"[1,2]"};
  d.query_event();
  CHECK(d.query(
            2,
            {{"remove", R"({"idx":0})"}, {"add", R"({"idx":1,"value":3})"}, {"rang", ""}, {"create", "1"}}) ==
        said{R"(event 1 1 remove {"idx":0})", R"(event 1 1 add {"idx":1,"value":3})", "event 1 1 rang null",
             "event 1 1 create 1"});
  d.query_event();
  CHECK(d.query(3, content("[3]")) == said{R"(event 1 1 remove {"idx":0})"});
  query_dialogue m{R"({"a":1})"};
  m.query_event();
  CHECK(m.query(2, content(R"({"a":2})")) == said{R"(event 1 1 change {"values":{"a":2}})"});
  m.query_event();
  CHECK(m.query(3, no_events) == said{});
}

TEST_CASE("what makes no sense in the answer to a query request is skipped") {
  query_dialogue d{"[1]"};
  d.query_event();
  CHECK(d.query(2, {{"remove", R"({"idx":5})"},
                    {"change", R"({"values":{}})"},
                    {"reset", ""},
                    {"add", R"({"idx":0,"value":0})"}}) == said{R"(event 1 1 add {"idx":0,"value":0})"});
  CHECK(d.port.complaints() == 3);
  d.query_event();
  CHECK(d.query(3, content("{}")) == said{});
  CHECK(d.port.complaints() == 1);
  CHECK(d.open(2, "q") == said{"loaded 2 q 1 [0,1]"});
}

TEST_CASE("a reaccess in the answer to a query request concerns those who have that resource open") {
  query_dialogue d{"[1]"};
  d.open(2, "other"), d.get(2, "[]", "other"), d.open(3, "q");
  d.query_event();
  CHECK(d.query(4, {{"reaccess", ""}, {"rang", "1"}}) ==
        said{"reaccess 1", "reaccess 3", "event 1 1 rang 1", "event 3 1 rang 1"});
  CHECK(d.query(3, {{"reaccess", ""}}) == said{"reaccess 2"});
  CHECK(d.port.complaints() == 0);
}

TEST_CASE("an event in the answer to a query request whose name cannot be one is skipped") {
  query_dialogue d{"[1]"};
  d.query_event();
  CHECK(d.query(2, {{"a.b", "1"}, {"a b", "1"}, {"rang", "1"}}) == said{"event 1 1 rang 1"});
  CHECK(d.port.complaints() == 2);
}

TEST_CASE("a query request that finds nothing deletes, and other errors change nothing") {
  query_dialogue d{"[1]"};
  d.query_event();
  CHECK(d.query_failed(2, protocol::errors::timeout()) == said{});
  CHECK(d.port.complaints() == 1);
  d.query_event();
  CHECK(d.query_failed(3, protocol::errors::not_found()) == said{"event 1 1 delete null"});
  CHECK(d.machine.empty());
}

TEST_CASE("a delete in the answer to a query request ends it") {
  query_dialogue d{"[1]"};
  d.query_event();
  CHECK(d.query(2, {{"delete", ""}, {"add", R"({"idx":0,"value":0})"}}) == said{"event 1 1 delete null"});
  CHECK(d.machine.empty());
}

TEST_CASE("while query requests are unanswered everything waits its turn") {
  entry_dialogue d;
  d.open(1), d.get(1, "[]");
  d.open(1, "a"), d.get(2, "[]", "a"), d.open(1, "b"), d.get(3, "[]", "b"), d.open(2, "c");
  CHECK(d.query_event() == said{"query 5 inbox a", "query 6 inbox b"});
  CHECK(d.event("add", R"({"idx":0,"value":1})") == said{});
  CHECK(d.reply(70) == said{});
  CHECK(d.event("reaccess") == said{});
  CHECK(d.get(4, "[4]", "c") == said{});
  CHECK(d.reply(71) == said{});
  CHECK(d.query(6, {{"add", R"({"idx":0,"value":6})"}}) == said{R"(event 1 3 add {"idx":0,"value":6})"});
  CHECK(d.query(5, no_events) == said{R"(event 1 1 add {"idx":0,"value":1})", "pass 70", "reaccess 1",
                                      "reaccess 2", "loaded 2 c 4 [4]", "pass 71"});
  CHECK(d.reply(72) == said{"pass 72"});
}

TEST_CASE("consecutive query events are dealt with one after the other") {
  query_dialogue d{"[]"};
  CHECK(d.query_event() == said{"query 2 inbox q"});
  CHECK(d.query_event() == said{});
  CHECK(d.reply(70) == said{});
  CHECK(d.query_event() == said{});
  CHECK(d.query(2, no_events) == said{"query 3 inbox q"});
  CHECK(d.query_failed(3, protocol::errors::timeout()) == said{"pass 70", "query 4 inbox q"});
  CHECK(d.query(4, no_events) == said{});
  CHECK(d.reply(71) == said{"pass 71"});
}

TEST_CASE("a query request is answered once") {
  query_dialogue d{"[]"};
  d.query_event();
  d.query(2, no_events);
  CHECK(d.query(2, {{"add", R"({"idx":0,"value":1})"}}) == said{});
}

TEST_CASE("whoever opens while query requests are unanswered gets what is known, and then the events") {
  query_dialogue d{"[1]"};
  d.query_event();
  CHECK(d.open(2, "q") == said{"loaded 2 q 1 [1]"});
  CHECK(d.query(2, {{"remove", R"({"idx":0})"}}) ==
        said{R"(event 1 1 remove {"idx":0})", R"(event 2 1 remove {"idx":0})"});
}

TEST_CASE("a resource deleted while its reset waits behind query requests is asked for no more") {
  query_dialogue d{"[1]"};
  d.query_event();
  CHECK(d.reset(true, false) == said{"get 3 q"});
  CHECK(d.query_failed(2, protocol::errors::not_found()) == said{"event 1 1 delete null"});
  CHECK(d.machine.empty());
  CHECK(d.get(3, "[2]", "q") == said{});
}

TEST_CASE("a resource that is gone does not stop its query request from ending the wait") {
  query_dialogue d{"[]"};
  d.query_event();
  CHECK(d.reply(70) == said{});
  d.machine.close(1, "q", start);
  CHECK(d.machine.expire(start) == std::nullopt);
  CHECK(d.machine.resources() == 0);
  CHECK_FALSE(d.machine.empty());  // somebody still waits
  CHECK(d.query(2, {{"add", R"({"idx":0,"value":1})"}}) == said{"pass 70"});
  CHECK(d.machine.empty());
}

}  // namespace actorgate::tests
