// Dialogues with the cache's entry of one resource name: what it is told, and what it wants done.
#include "cache/entry.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/cache/content.hpp"
#include "tests/cache/said.hpp"

namespace actorgate::tests {
namespace {

using namespace cache;
using namespace std::chrono_literals;
using protocol::error;

/// Writes down what an entry wants. Tickets count from 1, for gets and queries alike; resources too.
class recorder : public entry_port {
public:
  /// What has been said since the last time.
  said take() { return std::exchange(lines_, {}); }
  std::size_t complaints() { return std::exchange(complaints_, 0); }

  void send_get(std::uint64_t ticket, std::string_view query, throttle_id throttle) override {
    say("get " + std::to_string(ticket), query, throttle ? "throttle " + std::to_string(throttle) : "");
  }
  void send_query(std::uint64_t ticket, std::string_view subject, std::string_view query) override {
    say("query " + std::to_string(ticket), subject, query);
  }
  void loaded(watcher_id to, std::string_view query, resource_id resource, snapshot_ptr now) override {
    say("loaded " + std::to_string(to), query, std::to_string(resource) + ' ' + now->json);
  }
  void failed(watcher_id to, std::string_view query, const error& why) override {
    say("failed " + std::to_string(to), query, why.code);
  }
  void event(watcher_id to, resource_id resource, resource_event_ptr e) override {
    say("event " + std::to_string(to), std::to_string(resource) + ' ' + e->name, e->data);
  }
  void reaccess(watcher_id to, throttle_id throttle) override {
    say("reaccess " + std::to_string(to), throttle ? "throttle " + std::to_string(throttle) : "", "");
  }
  void pass(std::uint64_t ticket) override { say("pass " + std::to_string(ticket), "", ""); }
  void complain(std::string_view) override { ++complaints_; }

private:
  void say(std::string line, std::string_view second, std::string_view third) {
    for (auto more : {second, third}) {
      if (!more.empty()) line += ' ' + std::string{more};
    }
    lines_.push_back(std::move(line));
  }

  said lines_;
  std::size_t complaints_ = 0;
};

struct dialogue {
  recorder port;
  entry machine{port};

  said open(watcher_id who, std::string_view query = "", throttle_id throttle = 0) {
    machine.open(who, query, throttle);
    return port.take();
  }
  said get(std::uint64_t ticket, std::string_view json, std::optional<std::string> query = {}) {
    machine.on_get_response(ticket, content(json, std::move(query)));
    return port.take();
  }
  said get(std::uint64_t ticket, const error& why) {
    machine.on_get_response(ticket, why);
    return port.take();
  }
  said event(std::string_view name, std::string_view payload = "") {
    machine.on_event(name, payload);
    return port.take();
  }
  said query_event() { return event("query", R"({"subject":"inbox"})"); }
  said query(std::uint64_t ticket, std::vector<protocol::query_event> events) {
    machine.on_query_response(ticket, protocol::query_result{std::move(events)});
    return port.take();
  }
  said query(std::uint64_t ticket, protocol::resource_content anew) {
    machine.on_query_response(ticket, protocol::query_result{std::move(anew)});
    return port.take();
  }
  said query_failed(std::uint64_t ticket, const error& why) {
    machine.on_query_response(ticket, why);
    return port.take();
  }
  said reply(std::uint64_t ticket) {
    machine.on_reply(ticket);
    return port.take();
  }
  said reset(bool resources, bool access, throttle_id throttle = 0) {
    machine.reset(resources, access, throttle);
    return port.take();
  }
};

const std::vector<protocol::query_event> no_events;
const entry::time start{};

/// An entry whose plain resource is open to watcher 1; the next ticket is 2.
struct plain_dialogue : dialogue {
  explicit plain_dialogue(std::string_view json) { open(1), get(1, json); }
};

/// An entry whose resource of the query q is open to watcher 1; the next ticket is 2.
struct query_dialogue : dialogue {
  explicit query_dialogue(std::string_view json) { open(1, "q"), get(1, json, "q"); }
};

}  // namespace

// -- opening ----------------------------------------------------------------------------------------------

TEST_CASE("the first watcher asks the service, and all who came meanwhile are answered") {
  dialogue d;
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
  dialogue waiting;
  waiting.open(1), waiting.open(1);
  CHECK(waiting.get(1, "[]") == said{"loaded 1 1 []"});
}

TEST_CASE("the throttle of a watcher goes with the request that it causes") {
  dialogue d;
  CHECK(d.open(1, "", 7) == said{"get 1 throttle 7"});
  CHECK(d.open(2, "q", 8) == said{"get 2 q throttle 8"});
}

TEST_CASE("a failed get is told to those who wait, and not remembered") {
  dialogue d;
  d.open(1), d.open(2);
  CHECK(d.get(1, error{"a.b", "m"}) == said{"failed 1 a.b", "failed 2 a.b"});
  CHECK(d.machine.empty());
  CHECK(d.open(1) == said{"get 2"});
  CHECK(d.get(2, "{}") == said{"loaded 1 1 {}"});
}

TEST_CASE("answers that were not asked for, and second ones, are ignored") {
  dialogue d;
  CHECK(d.get(1, "{}") == said{});
  d.open(1), d.get(1, R"({"a":1})");
  CHECK(d.get(1, R"({"a":2})") == said{});
  CHECK(d.get(99, protocol::errors::not_found()) == said{});
  CHECK(d.query(1, no_events) == said{});
  CHECK(d.open(2) == said{R"(loaded 2 1 {"a":1})"});
}

TEST_CASE("tickets can begin anywhere, and only those of queries are") {
  recorder port;
  entry machine{port, 500};
  machine.open(1, "q", 0);
  CHECK(port.take() == said{"get 500 q"});
  machine.on_get_response(500, content("[]", "q"));
  machine.on_event("query", R"({"subject":"inbox"})");
  CHECK(port.take().back() == "query 501 inbox q");
  CHECK(machine.is_query(501));
  CHECK_FALSE(machine.is_query(500));
}

// -- queries that mean the same ---------------------------------------------------------------------------

TEST_CASE("several queries may be one resource, whose events come once to each watcher") {
  dialogue d;
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
  dialogue d;
  d.open(1, "b&a"), d.get(1, "[1]", "a&b");
  CHECK(d.open(2, "a&b") == said{"loaded 2 a&b 1 [1]"});
  CHECK(d.machine.resources() == 1);
}

TEST_CASE("a later answer for a resource that is known does not undo its events") {
  dialogue d;
  d.open(1, "x"), d.open(2, "y");
  d.get(1, "[1]", "n");
  d.query_event();
  CHECK(d.get(2, "[1]", "n") == said{});  // sent before the event, waits behind it
  CHECK(d.query(3, {{"add", R"({"idx":1,"value":2})"}}) ==
        said{R"(event 1 1 add {"idx":1,"value":2})", "loaded 2 y 1 [1,2]"});
}

TEST_CASE("with and without query are different resources") {
  dialogue d;
  d.open(1), d.get(1, "[0]");
  d.open(1, "q"), d.get(2, "[1]", "q");
  CHECK(d.machine.resources() == 2);
  CHECK(d.event("add", R"({"idx":0,"value":9})") == said{R"(event 1 1 add {"idx":0,"value":9})"});
  CHECK(d.query_event() == said{"query 3 inbox q"});
}

TEST_CASE("a plain name that is answered with a query is a query resource, and gets no plain events") {
  dialogue d;
  d.open(1);
  CHECK(d.get(1, "[1]", "page=1") == said{"loaded 1 1 [1]"});
  CHECK(d.event("add", R"({"idx":0,"value":0})") == said{});
  CHECK(d.event("custom", "1") == said{});
  CHECK(d.event("delete") == said{});
  CHECK(d.query_event() == said{"query 2 inbox page=1"});
}

TEST_CASE("a query that is answered without one is the plain resource") {
  dialogue d;
  d.open(1, "q");
  CHECK(d.get(1, "[1]") == said{"loaded 1 q 1 [1]"});
  CHECK(d.event("add", R"({"idx":0,"value":0})") == said{R"(event 1 1 add {"idx":0,"value":0})"});
  CHECK(d.query_event() == said{});
}

// -- events -----------------------------------------------------------------------------------------------

TEST_CASE("events before the get response are part of it, except a reaccess") {
  dialogue d;
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
  dialogue d;
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

// -- query events -----------------------------------------------------------------------------------------

TEST_CASE("a query event leads to one request for each normalised query, loading ones left out") {
  dialogue d;
  d.open(1, "x"), d.open(1, "y"), d.open(1, "z"), d.open(1);
  d.get(1, "[]", "n"), d.get(2, "[]", "n"), d.get(4, "[]");
  d.open(2, "w"), d.get(5, "[]", "m");
  CHECK(d.query_event() == said{"query 6 inbox n", "query 7 inbox m"});
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
  dialogue d;
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

// -- resets -----------------------------------------------------------------------------------------------

TEST_CASE("a reset fetches every resource of the name by its normalised query") {
  dialogue d;
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
  CHECK(d.get(2, "[1,2]") == said{R"(event 1 1 add {"idx":1,"value":2})", "get 3"});
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

TEST_CASE("a reset while the resource loads is made up for when it is there") {
  dialogue d;
  d.open(1);
  CHECK(d.reset(true, true, 5) == said{"reaccess 1 throttle 5"});
  CHECK(d.get(1, "[1]") == said{"loaded 1 1 [1]", "get 2"});
  CHECK(d.get(2, "[]") == said{R"(event 1 1 remove {"idx":0})"});
  dialogue failing;
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
  dialogue d;
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
  dialogue d;
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

TEST_CASE("a get that nobody waits for any more is forgotten with the rest, and its answer ignored") {
  dialogue d;
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
  dialogue d;
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
