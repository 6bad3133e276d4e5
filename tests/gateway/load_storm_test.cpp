// Many clients and many events; clients and services that vanish.
#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "crowd.hpp"
#include "stage.hpp"

using namespace actorgate;
using test::crowd;
using test::effort;
using test::falls_to;
using test::number_after;
using test::shards;
using test::vanish;

namespace {

std::string subscribe(const std::string& name) {
  return R"({"id":2,"method":"subscribe.test.)" + name + "\"}";
}

std::string change(long n) { return R"({"values":{"n":)" + std::to_string(n) + "}}"; }

}  // namespace

TEST_CASE("a thousand clients see every event of a storm once and in order") {
  const std::size_t clients = 200 * effort;
  const long events = 300;
  test::stage s{{}, test::shared_nats(), shards()};
  s.model("tide", R"({"n":0})");
  crowd all{s.port(), clients};
  std::size_t ready = 0, done = 0, wrong = 0;
  for (std::size_t c = 0; c < clients; ++c) all.send(c, subscribe("tide"));
  all.listen([&] { return ready == clients; },
             [&](std::size_t, std::string_view text) { ready += text.find("models") != text.npos; });
  for (long n = 1; n <= events; ++n) s.test.event("tide", "change", change(n));
  std::vector<long> seen(clients, 0);
  all.listen([&] { return done == clients; },
             [&](std::size_t c, std::string_view text) {
               wrong += number_after(text, R"("n":)") != ++seen[c];
               done += seen[c] == events;
             });
  CHECK(wrong == 0);
  CHECK(s.test.seen("get.test.tide") == 1);
}

TEST_CASE("clients that join and leave during a storm always have a consistent state") {
  const std::size_t clients = 60, rounds = 4 * effort;
  test::stage s{{}, test::shared_nats(), shards()};
  std::atomic<long> n = 0;
  std::atomic<bool> over = false;
  s.access("tide");
  s.test.on("get.test.tide",
            [&](const test::request& q) { q.result(R"({"model":{"n":)" + std::to_string(n) + "}}"); });
  // Events come from the thread that answers gets, so that both are in one order.
  s.test.on("call.test.clock.tick", [&](const test::request& q) {
    for (int i = 0; i < 10; ++i) s.test.event("tide", "change", change(++n));
    q.result("null");
  });
  s.access("clock");
  std::thread clock{[&] {
    auto c = s.client();
    while (!over) c.result("call.test.clock.tick");
  }};
  {
    crowd all{s.port(), clients};
    std::vector<long> at(clients, -1);
    std::vector<std::size_t> round(clients, 0), heard(clients, 0);
    std::size_t finished = 0, wrong = 0;
    for (std::size_t c = 0; c < clients; ++c) all.send(c, subscribe("tide"));
    all.listen([&] { return finished == clients; },
               [&](std::size_t c, std::string_view text) {
                 const auto value = number_after(text, R"("n":)");
                 if (text.find("models") != text.npos) {
                   at[c] = value;
                   heard[c] = 0;
                 } else if (text.find("change") != text.npos) {
                   // Between the unsubscribe request and its answer events still come.
                   wrong += value != ++at[c];
                   if (++heard[c] == 20) all.send(c, R"({"id":3,"method":"unsubscribe.test.tide"})");
                 } else if (text == R"({"id":3})") {
                   if (++round[c] == rounds) {
                     ++finished;
                   } else {
                     all.send(c, subscribe("tide"));
                   }
                 }
               });
    CHECK(wrong == 0);
  }
  over = true;
  clock.join();
}

TEST_CASE("clients that vanish while their resources load disturb nobody, and nothing of them stays") {
  const std::size_t clients = 40 * effort;
  test::stage s{{}, test::shared_nats(), shards()};
  s.access("list");
  s.model("quick", R"({"n":1})");
  auto stays = s.client();
  {
    crowd leaving{s.port(), clients};
    for (std::size_t c = 0; c < clients; ++c) {
      leaving.send(c, subscribe("list"));
      leaving.send(c, subscribe("guarded"));  // whose access is never answered
    }
    const auto waiting = stays.send_request("subscribe.test.list");
    auto list = s.test.take("get.test.list");
    s.test.wait_seen("access.test.guarded", clients);
    for (std::size_t c = 0; c < clients / 2; ++c) vanish(leaving[c]);
    list.result(R"({"collection":[{"rid":"test.slow"},{"rid":"test.quick"}]})");
    auto slow = s.test.take("get.test.slow");
    for (std::size_t c = clients / 2; c < clients; ++c) vanish(leaving[c]);
    CHECK(falls_to(s, 1));
    slow.result(R"({"model":{"n":2}})");
    CHECK(test::result_of(stays, waiting).find("test.slow") != std::string::npos);
  }
  s.test.event("slow", "change", change(3));
  CHECK(number_after(stays.next_event(), R"("n":)") == 3);
  CHECK(s.test.seen("get.test.list") == 1);
  CHECK(s.test.seen("get.test.slow") == 1);
}

TEST_CASE("a service that starts anew brings all clients to its state with a reset") {
  const std::size_t clients = 20 * effort;
  constexpr std::size_t models = 10;
  test::stage s{{}, test::shared_nats(), shards()};
  for (std::size_t m = 0; m < models; ++m) s.model("m" + std::to_string(m), R"({"n":0,"old":true})");
  s.collection("list", R"(["a","b","c"])");
  crowd all{s.port(), clients};
  std::size_t ready = 0;
  for (std::size_t c = 0; c < clients; ++c) {
    for (std::size_t m = 0; m < models; ++m) all.send(c, subscribe("m" + std::to_string(m)));
    all.send(c, subscribe("list"));
  }
  all.listen([&] { return ready == clients * (models + 1); },
             [&](std::size_t, std::string_view text) {
               ready += text.find("result\":{\"") != text.npos && text.find("protocol") == text.npos;
             });
  for (std::size_t m = 0; m < models; ++m) s.model("m" + std::to_string(m), R"({"n":5})");
  s.collection("list", R"(["b","x"])");
  s.test.publish("system.reset", R"({"resources":["test.>"],"access":["test.>"]})");
  std::size_t changes = 0, list_events = 0, other = 0;
  all.listen(
      [&] { return changes == clients * models && list_events == clients * 3; },
      [&](std::size_t, std::string_view text) {
        if (text.find(R"("values":{"n":5,"old":{"action":"delete"}})") != text.npos) {
          ++changes;
        } else if (text.find("test.list.remove") != text.npos || text.find("test.list.add") != text.npos) {
          ++list_events;
        } else {
          ++other;
        }
      });
  CHECK(other == 0);
  for (std::size_t m = 0; m < models; ++m) CHECK(s.test.seen("get.test.m" + std::to_string(m)) == 2);
}

TEST_CASE("several gateways on one NATS work side by side") {
  test::stage one, two;
  // Both services answer; they say the same.
  for (auto* s : {&one, &two}) s->model("tide", R"({"n":0})");
  auto a = one.client(), b = two.client();
  a.result("subscribe.test.tide");
  b.result("subscribe.test.tide");
  for (long n = 1; n <= 200; ++n) one.test.event("tide", "change", change(n));
  for (auto* c : {&a, &b}) {
    for (long n = 1; n <= 200; ++n) REQUIRE(number_after(c->next_event(), R"("n":)") == n);
  }
}
