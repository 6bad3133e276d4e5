#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tests/gateway/crowd.hpp"
#include "tests/gateway/inspection.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

using steady = std::chrono::steady_clock;
constexpr std::size_t clients = 200 * effort;
constexpr long events = 100;

/// Sends events to everybody, and checks that each gets all of them in order. How long it took.
std::chrono::milliseconds fan_out(stage& s, crowd& all, long first) {
  std::vector<long> last(all.size(), first - 1);
  std::size_t ready = 0;
  const auto begin = steady::now();
  for (long n = first; n < first + events; ++n) s.test.event("news", "item", std::to_string(n));
  all.listen([&] { return ready == all.size(); },
             [&](std::size_t who, std::string_view text) {
               const auto n = number_after(text, R"("data":)");
               if (n < 0) return;
               if (n != last[who] + 1) FAIL("client " << who << " got " << n << " after " << last[who]);
               last[who] = n;
               if (n == first + events - 1) ++ready;
             });
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - begin);
}

void subscribe(crowd& all) {
  std::size_t ready = 0;
  for (std::size_t who = 0; who < all.size(); ++who)
    all.send(who, R"({"id":2,"method":"subscribe.test.news"})");
  all.listen([&] { return ready == all.size(); },
             [&](std::size_t, std::string_view text) { ready += text.find("\"models\"") != text.npos; });
}

/// Asks for everything, again and again; how many questions were answered.
struct curious_operator {
  explicit curious_operator(std::uint16_t port) : thread([this, port] { inspect(port); }) {}
  ~curious_operator() { stop(); }
  void stop() {
    done = true;
    if (thread.joinable()) thread.join();
  }
  void inspect(std::uint16_t port) {
    inspecting_program program(port);
    while (!done) {
      const auto rows = program.all(i::list_connections{});
      seen = std::max<std::size_t>(seen, rows.size());
      program.ask(i::get_summary{});
      program.ask(i::list_actors{});
      program.all(i::list_entries{});
      program.ask(i::get_entry{"test.news"});
      if (!rows.empty()) program.ask(i::explain{rows.front().cid, "test.news"});
      rounds += 1;
    }
  }

  std::atomic<bool> done{false};
  std::atomic<std::size_t> rounds{0};
  std::size_t seen = 0;
  std::thread thread;
};

}  // namespace

TEST_CASE("clients get every event in order while everything is inspected all the time") {
  stage s(inspected());
  s.model("news", R"({"a":1})");
  crowd all(s.port(), clients);
  subscribe(all);
  std::chrono::milliseconds alone{0}, inspected_meanwhile{0};
  constexpr int repetitions = 5;
  long next_event = 0;
  for (int n = 0; n < repetitions; ++n)
    alone += fan_out(s, all, std::exchange(next_event, next_event + events));
  curious_operator who(s.inspection_port());
  for (int n = 0; n < repetitions; ++n) {
    inspected_meanwhile += fan_out(s, all, std::exchange(next_event, next_event + events));
  }
  REQUIRE(comes_true([&] { return who.rounds > 0; }));
  who.stop();
  CHECK(who.seen == clients);
  inspecting_program program(s.inspection_port());
  const auto cost = program.ask(i::get_summary{});
  CHECK(cost.websockets == static_cast<std::int64_t>(clients));
  MESSAGE(clients << " clients, " << repetitions * events << " events: " << alone.count() << " ms alone, "
                  << inspected_meanwhile.count() << " ms inspected (" << who.rounds.load() << " rounds, "
                  << cost.visits << " visits of shards, " << cost.visits_us << " us in all, the longest "
                  << cost.longest_visit_us << " us)");
}

TEST_CASE("a gateway ends while it is inspected all the time") {
  std::vector<std::thread> askers;
  std::atomic<int> asking{0};
  std::vector<std::string> ends(4);
  {
    stage s(inspected());
    s.model("news", R"({"a":1})");
    crowd all(s.port(), 20);
    subscribe(all);
    for (auto& end : ends) {
      askers.emplace_back([&asking, &end, port = s.inspection_port()] {
        inspecting_program program(port);
        ++asking;
        for (int n = 0; end.empty(); ++n) {
          end = n % 3 == 0   ? program.refusal(i::list_nodes{})
                : n % 3 == 1 ? program.refusal(i::get_entry{"test.news"})
                             : program.refusal(i::list_actors{});
        }
      });
    }
    REQUIRE(comes_true([&] { return asking == 4; }));
  }
  for (auto& asker : askers) asker.join();
  for (const auto& end : ends) CHECK_FALSE(end.empty());
}
