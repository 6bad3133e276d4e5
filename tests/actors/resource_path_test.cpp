// The way of a resource: connection, hub, relay -> directory -> entry -> NATS and back.
#include <algorithm>

#include <doctest/doctest.h>

#include "stage.hpp"

using namespace actorgate;
using namespace std::chrono_literals;
using log_lines = std::vector<std::string>;

namespace {

constexpr auto model_1 = R"({"result":{"model":{"n":1}}})";

struct clients : test::stage {
  using test::stage::stage;
  log_lines &a_log = new_log(), &b_log = new_log();
  actors::connection_actor a = connect(a_log), b = connect(b_log);

  /// Has `a`, on shard 0, subscribed to the model `x` with n = 1.
  void load() {
    subscribe(0, a, 1, "x");
    run();
    reply(bus->take(), model_1);
    run();
    REQUIRE(a_log == log_lines{R"(loaded 1 {"n":1})"});
    a_log.clear();
  }
  std::size_t position(std::string_view line) const {
    return static_cast<std::size_t>(std::ranges::find(bus->log, line) - bus->log.begin());
  }
  bool subscribed(std::string_view subject) const {
    return bus->subscriptions.contains(std::string{subject});
  }
};

}  // namespace

TEST_CASE("the events of a resource are subscribed to before it is asked for") {
  clients s;
  s.subscribe(0, s.a, 1, "x");
  s.run();
  CHECK(s.position("SUB event.x.*") < s.position("PUB get.x"));
  CHECK(s.position("PUB get.x") < s.bus->log.size());
}

TEST_CASE("what is asked behind a subscription is sent when the events of the resource are subscribed to") {
  clients s;
  const auto ask = [&](cache::watcher_id shard, const actors::connection_actor& who) {
    s.hub(shard).ask("x", "", {"access.x", "{}", 2, {{}, who, shard}});
  };
  s.subscribe(0, s.a, 1, "x");
  ask(0, s.a);
  s.run();
  CHECK(s.position("SUB event.x.*") < s.position("PUB access.x"));
  CHECK(s.position("PUB access.x") < s.bus->log.size());
  s.bus->log.clear();
  // With no such subscription there is nothing to wait for.
  ask(1, s.b);
  s.run();
  CHECK(s.bus->log == log_lines{"PUB access.x"});
}

TEST_CASE("clients of all shards share one get, and each is told") {
  clients s;
  s.subscribe(0, s.a, 1, "x");
  s.subscribe(1, s.b, 9, "x");
  s.subscribe(1, s.a, 2, "x");
  s.run();
  s.reply(s.bus->take(), model_1);
  s.run();
  CHECK(s.bus->quiet());
  CHECK(s.a_log == log_lines{R"(loaded 1 {"n":1})", R"(loaded 2 {"n":1})"});
  CHECK(s.b_log == log_lines{R"(loaded 9 {"n":1})"});
}

TEST_CASE("a client that comes later is told what the resource is by then, and gets only later events") {
  clients s;
  s.load();
  s.deliver("event.x.change", R"({"values":{"n":2}})");
  s.run();
  s.subscribe(0, s.b, 5, "x");
  s.deliver("event.x.change", R"({"values":{"n":3}})");
  s.run();
  s.deliver("event.x.change", R"({"values":{"n":4}})");
  s.run();
  REQUIRE_FALSE(s.b_log.empty());
  // Whether the third change came before or after the client depends on the run; that none is lost or doubled
  // does not.
  if (s.b_log.front() == R"(loaded 5 {"n":2})") {
    CHECK(s.b_log == log_lines{R"(loaded 5 {"n":2})", R"(event 5 change {"values":{"n":3}})",
                               R"(event 5 change {"values":{"n":4}})"});
  } else {
    CHECK(s.b_log == log_lines{R"(loaded 5 {"n":3})", R"(event 5 change {"values":{"n":4}})"});
  }
  CHECK(s.bus->quiet());
}

TEST_CASE("a reply to a call keeps its place between the events of the resource") {
  clients s;
  s.load();
  actors::tell(s.book.nats, actors::send_request{"call.x.set", "{}", 77, {"x", s.a, 0}});
  s.run();
  const auto call = s.bus->take();
  s.deliver("event.x.change", R"({"values":{"n":2}})");
  s.reply(call, R"({"result":1})");
  s.deliver("event.x.change", R"({"values":{"n":3}})");
  s.run();
  CHECK(s.a_log == log_lines{R"(event 1 change {"values":{"n":2}})", R"(reply 77 {"result":1})",
                             R"(event 1 change {"values":{"n":3}})"});
}

TEST_CASE("a reply waits with the events behind an unanswered query request") {
  clients s;
  s.subscribe(0, s.a, 1, "x", "q");
  s.run();
  s.reply(s.bus->take(), R"({"result":{"model":{"n":1},"query":"q"}})");
  s.run();
  s.a_log.clear();
  actors::tell(s.book.nats, actors::send_request{"call.x.set", "{}", 77, {"x", s.a, 0}});
  s.run();
  const auto call = s.bus->take();
  s.deliver("event.x.query", R"({"subject":"_Q_1"})");
  s.reply(call, R"({"result":1})");
  s.run();
  CHECK(s.a_log.empty());
  s.reply(s.bus->take(), R"({"result":{"events":[{"event":"change","data":{"values":{"n":2}}}]}})");
  s.run();
  CHECK(s.a_log == log_lines{R"(event 1 change {"values":{"n":2}})", R"(reply 77 {"result":1})"});
}

TEST_CASE("a resource is forgotten a while after its last use, and its subscription ends") {
  clients s{actors::settings{.eviction_delay = 5000ms}};
  s.load();
  s.unsubscribe(0, s.a, 1, "x");
  s.run();
  s.pass(4900ms);
  CHECK(s.subscribed("event.x.*"));
  s.pass(300ms);
  CHECK_FALSE(s.subscribed("event.x.*"));
  s.subscribe(0, s.a, 2, "x");
  s.run();
  CHECK(s.bus->take().subject == "get.x");
  CHECK(s.subscribed("event.x.*"));
}

TEST_CASE("a client that comes back in time finds the resource as events have left it") {
  clients s{actors::settings{.eviction_delay = 5000ms}};
  s.load();
  s.unsubscribe(0, s.a, 1, "x");
  s.run();
  s.pass(3000ms);
  s.deliver("event.x.change", R"({"values":{"n":2}})");
  s.run();
  s.subscribe(1, s.b, 3, "x");
  s.run();
  CHECK(s.b_log == log_lines{R"(loaded 3 {"n":2})"});
  s.pass(10'000ms);
  CHECK(s.subscribed("event.x.*"));
  CHECK(s.bus->quiet());
}

TEST_CASE("a failed get is not kept for those who come later") {
  clients s;
  s.subscribe(0, s.a, 1, "x");
  s.run();
  s.reply(s.bus->take(), R"({"error":{"code":"system.notFound","message":"Not found"}})");
  s.run();
  CHECK(s.a_log == log_lines{"failed 1 system.notFound"});
  CHECK_FALSE(s.subscribed("event.x.*"));
  s.subscribe(0, s.a, 2, "x");
  s.run();
  s.reply(s.bus->take(), model_1);
  s.run();
  CHECK(s.a_log.back() == R"(loaded 2 {"n":1})");
}

TEST_CASE("an event that comes late for what could not be had does not end what is asked for next") {
  // However many steps lie before the event and before the next client.
  constexpr int steps = 8;
  for (int way = 0; way < steps * steps; ++way) {
    clients s;
    s.subscribe(0, s.a, 1, "x");
    s.run();
    s.reply(s.bus->take(), R"({"error":{"code":"system.notFound","message":"Not found"}})");
    for (int step = 0; step < steps; ++step) {
      if (step == way / steps) s.deliver("event.x.ring", "1");
      if (step == way % steps) s.subscribe(0, s.b, 2, "x");
      s.run_one();
    }
    s.run();
    // In time for the same answer.
    if (!s.b_log.empty()) continue;
    s.reply(s.bus->take(), model_1);
    s.run();
    s.deliver("event.x.change", R"({"values":{"n":2}})");
    s.run();
    CHECK(s.b_log == log_lines{R"(loaded 2 {"n":1})", R"(event 2 change {"values":{"n":2}})"});
  }
}

TEST_CASE("a service that does not answer fails the subscription in time, and the next one asks again") {
  clients s{actors::settings{.request_timeout = 1000ms}};
  s.subscribe(0, s.a, 1, "x");
  s.run();
  const auto unanswered = s.bus->take();
  s.pass(1100ms);
  CHECK(s.a_log == log_lines{"failed 1 system.timeout"});
  s.subscribe(0, s.a, 2, "x");
  s.run();
  const auto second = s.bus->take();
  s.reply(unanswered, R"({"result":{"model":{"n":"late"}}})");
  s.reply(second, model_1);
  s.run();
  CHECK(s.a_log.back() == R"(loaded 2 {"n":1})");
}

TEST_CASE("a system reset reaches the entries whose names match, on every shard") {
  clients s;
  for (const auto* name : {"test.a", "test.b.c", "other"}) {
    s.subscribe(0, s.a, 1, name);
    s.run();
    s.reply(s.bus->take(), model_1);
    s.run();
  }
  s.a_log.clear();
  s.deliver("system.reset", R"({"resources":["test.>"],"access":["other","*"]})");
  s.run();
  log_lines asked;
  while (!s.bus->quiet()) asked.push_back(s.bus->take().subject);
  std::ranges::sort(asked);
  CHECK(asked == log_lines{"get.test.a", "get.test.b.c"});
  CHECK(s.a_log == log_lines{"reaccess 1"});
}

TEST_CASE("a relay frames an event once for all clients of a rid") {
  clients s;
  s.load();
  s.subscribe(0, s.b, 5, "x");
  s.run();
  s.b_log.clear();
  s.deliver("event.x.ring", R"({"k":1})");
  s.run();
  CHECK(s.a_log == log_lines{R"(event 1 ring {"k":1})"});
  CHECK(s.b_log == log_lines{R"(event 5 ring {"k":1})"});
}

TEST_CASE("a deleted resource is asked for anew by whoever comes next") {
  clients s;
  s.load();
  s.deliver("event.x.delete", "");
  s.run();
  CHECK(s.a_log == log_lines{"event 1 delete null"});
  s.subscribe(0, s.a, 2, "x");
  s.run();
  s.reply(s.bus->take(), R"({"result":{"model":{"n":5}}})");
  s.run();
  CHECK(s.a_log.back() == R"(loaded 2 {"n":5})");
}

TEST_CASE("what is said to a client that has left is not taken for what is said to the next one") {
  clients s;
  auto& c_log = s.new_log();
  const auto c = s.connect(c_log);
  s.subscribe(1, c, 9, "x");
  s.run();
  s.reply(s.bus->take(), model_1);
  s.run();
  // The relay of shard 0 hears all three before the entry hears of any, and an event comes in between.
  s.subscribe(0, s.a, 1, "x");
  s.unsubscribe(0, s.a, 1, "x");
  s.subscribe(0, s.b, 2, "x");
  s.deliver("event.x.change", R"({"values":{"n":2}})");
  s.run();
  s.deliver("event.x.change", R"({"values":{"m":3}})");
  s.run();
  const bool early = s.b_log.front() == R"(loaded 2 {"n":1})";
  if (early) s.b_log.erase(s.b_log.begin());
  CHECK(s.b_log.front() == (early ? R"(event 2 change {"values":{"n":2}})" : R"(loaded 2 {"n":2})"));
  CHECK(s.b_log.back() == R"(event 2 change {"values":{"m":3}})");
  CHECK(s.b_log.size() == 2);
}

TEST_CASE("a deletion that crosses the last unsubscribe leaves nothing behind") {
  clients s;
  s.load();
  s.deliver("event.x.delete", "null");
  s.run_one();
  s.run_one();
  // As when a relay on another thread has let go just now: the directory hears of it before it hears of the
  // end.
  actors::tell(s.book.home_of("x").directory, actors::close_resource{"x", "", 0});
  s.run();
  s.pass(10s);
  CHECK_FALSE(s.subscribed("event.x.*"));
}

TEST_CASE("of many clients that leave, those who stay are told of what comes") {
  clients s;
  constexpr cache::slot_id many = 100;
  for (cache::slot_id slot = 1; slot <= many; ++slot) s.subscribe(0, s.a, slot, "x");
  s.run();
  s.reply(s.bus->take(), model_1);
  s.run();
  for (cache::slot_id slot = 1; slot <= many; ++slot) {
    if (slot % 10 != 0) s.unsubscribe(0, s.a, slot, "x");
  }
  s.unsubscribe(0, s.b, 20, "x");  // who never was there
  s.a_log.clear();
  s.deliver("event.x.change", R"({"values":{"n":2}})");
  s.run();
  CHECK(s.a_log.size() == 10);
  for (cache::slot_id slot = 10; slot <= many; slot += 10) s.unsubscribe(0, s.a, slot, "x");
  s.run();
  s.pass(10s);
  CHECK_FALSE(s.subscribed("event.x.*"));
}
