// The laws of order, with many clients and resources over several shards (docs/architecture.md, "Order").
#include <atomic>
#include <map>
#include <utility>

#include <doctest/doctest.h>

#include "crowd.hpp"
#include "stage.hpp"

using namespace actorgate;
using test::crowd;
using test::effort;
using test::number_after;
using test::shards;

namespace {

constexpr std::size_t resources = 12;

std::string name_of(std::size_t resource) { return "m" + std::to_string(resource); }

/// The resource that a message is about.
std::size_t resource_of(std::string_view text) {
  return static_cast<std::size_t>(number_after(text, "test.m"));
}

}  // namespace

TEST_CASE("a reply stands between the events that the service sent before and after it") {
  constexpr std::size_t clients = 24;
  const std::size_t calls = 30 * effort;
  test::stage s{{}, test::shared_nats(), shards()};
  std::vector<long> state(resources, 0);
  for (std::size_t r = 0; r < resources; ++r) {
    const auto name = name_of(r);
    s.model(name, R"({"n":0})");
    const auto change = [&s, &state, r, name] {
      s.test.event(name, "change", R"({"values":{"n":)" + std::to_string(++state[r]) + "}}");
    };
    // One event before the reply and one after it; the reply says how far the model is in between.
    s.test.on("call.test." + name + ".step", [&state, r, change](const test::request& q) {
      change();
      q.result(std::to_string(state[r]));
      change();
    });
  }
  crowd all{s.port(), clients};
  std::map<std::pair<std::size_t, std::size_t>, long> seen;  // client and resource -> n
  std::size_t subscribed = 0, replies = 0, wrong = 0;
  for (std::size_t c = 0; c < clients; ++c) {
    for (std::size_t r = 0; r < resources; ++r) {
      all.send(c,
               R"({"id":)" + std::to_string(100 + r) + R"(,"method":"subscribe.test.)" + name_of(r) + "\"}");
    }
  }
  all.listen([&] { return subscribed == clients * resources; },
             [&](std::size_t, std::string_view text) { subscribed += text.find("models") != text.npos; });

  std::vector<std::size_t> left(clients, calls);
  const auto call = [&](std::size_t c) {
    const auto r = (c * 7 + left[c]) % resources;
    all.send(c,
             R"({"id":)" + std::to_string(1000 + r) + R"(,"method":"call.test.)" + name_of(r) + R"(.step"})");
  };
  for (std::size_t c = 0; c < clients; ++c) call(c);
  std::size_t events = 0;
  const auto expected_events = clients * calls * 2 * clients;
  all.listen([&] { return replies == clients * calls && events == expected_events; },
             [&](std::size_t c, std::string_view text) {
               if (text.find("\"event\"") != text.npos) {
                 auto& n = seen[{c, resource_of(text)}];
                 wrong += number_after(text, R"("n":)") != ++n;
                 ++events;
               } else {
                 const auto r = static_cast<std::size_t>(number_after(text, R"("id":)")) - 1000;
                 wrong += number_after(text, R"("payload":)") != seen[{c, r}];
                 ++replies;
                 if (--left[c] > 0) call(c);
               }
             });
  CHECK(wrong == 0);
}

TEST_CASE("a get reply has the events before it in it, and is followed by all events after it") {
  const std::size_t rounds = 20 * effort;
  test::stage s{{}, test::shared_nats(), shards()};
  // Each get reply is surrounded by events; the client counts on from what it was given.
  for (std::size_t round = 0; round < rounds; ++round) {
    const auto name = "tide" + std::to_string(round);
    s.access(name);
    long count = 0;
    const auto step = [&] {
      s.test.event(name, "change", R"({"values":{"n":)" + std::to_string(++count) + "}}");
    };
    s.test.on("get.test." + name, [&](const test::request& q) {
      for (int i = 0; i < 5; ++i) step();
      q.result(R"({"model":{"n":)" + std::to_string(count) + "}}");
      for (int i = 0; i < 5; ++i) step();
    });
    auto c = s.client();
    const auto first = number_after(c.result("subscribe.test." + name), R"("n":)");
    REQUIRE(first == 5);
    for (long expected = 6; expected <= 10; ++expected) {
      REQUIRE(number_after(c.next_event(), R"("n":)") == expected);
    }
    s.test.off("get.test." + name);
  }
}

TEST_CASE("a token is there when the reply that followed it has arrived") {
  constexpr std::size_t clients = 40;
  const std::size_t logins = 20 * effort;
  test::stage s{{}, test::shared_nats(), shards()};
  std::atomic<std::size_t> wrong = 0;
  // A login sets a token with a number, and its answer is that number; what follows must carry it.
  s.test.on("auth.test.gate.login", [&](const test::request& q) {
    const auto wish = test::json_at(q.payload, "params");
    s.test.publish("conn." + test::text_at(q.payload, "cid") + ".token", R"({"token":)" + wish + "}");
    q.result(wish);
  });
  s.test.on("auth.test.gate.check", [&](const test::request& q) {
    wrong += test::json_at(q.payload, "params") != test::json_at(q.payload, "token");
    q.result("true");
  });
  crowd all{s.port(), clients};
  std::vector<std::size_t> number(clients, 1);
  std::size_t finished = 0;
  const auto send = [&](std::size_t c, const char* method) {
    all.send(c, R"({"id":7,"method":"auth.test.gate.)" + std::string{method} + R"(","params":)" +
                    std::to_string(number[c]) + '}');
  };
  for (std::size_t c = 0; c < clients; ++c) send(c, "login");
  all.listen([&] { return finished == clients; },
             [&](std::size_t c, std::string_view text) {
               if (text.find(R"("id":7)") == text.npos) return;
               if (text.find("true") == text.npos) return send(c, "check");
               if (++number[c] > logins) {
                 ++finished;
               } else {
                 send(c, "login");
               }
             });
  CHECK(wrong == 0);
}

TEST_CASE("access that is withdrawn as soon as it was granted is not kept") {
  const std::size_t rounds = 40 * effort;
  test::stage s{{}, test::shared_nats(), shards()};
  for (std::size_t round = 0; round < rounds; ++round) {
    const auto name = "door" + std::to_string(round);
    s.model(name, "{}");
    bool open = true;
    s.test.on("access.test." + name, [&, name](const test::request& q) {
      if (!std::exchange(open, false)) return q.result("{}");
      q.result(R"({"get":true})");
      s.test.event(name, "reaccess");
    });
    auto c = s.client();
    // It may be refused at once.
    if (!test::json_at(c.request("subscribe.test." + name), "/error").empty()) continue;
    s.test.wait_seen("access.test." + name, 2);
    CHECK(test::text_at(c.next_event(), "/event") == "test." + name + ".unsubscribe");
    s.test.off("access.test." + name);
  }
}
