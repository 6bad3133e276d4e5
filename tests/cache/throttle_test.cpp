#include "cache/throttle.hpp"

#include <deque>
#include <map>
#include <random>
#include <set>

#include <doctest/doctest.h>

using actorgate::cache::throttle;

TEST_CASE("as many requests as the limit are sent, and the others in their order") {
  throttle t;
  CHECK(t.enter(1, 2, 101));
  CHECK(t.enter(1, 2, 102));
  CHECK_FALSE(t.enter(1, 2, 103));
  CHECK_FALSE(t.enter(1, 2, 104));
  CHECK(t.leave(1) == 103);
  CHECK_FALSE(t.enter(1, 2, 105));
  CHECK(t.leave(1) == 104);
  CHECK(t.leave(1) == 105);
  CHECK(t.leave(1) == 0);
  CHECK(t.enter(1, 2, 106));
  CHECK_FALSE(t.enter(1, 2, 107));
}

TEST_CASE("groups do not wait for each other") {
  throttle t;
  CHECK(t.enter(1, 1, 101));
  CHECK(t.enter(2, 1, 201));
  CHECK_FALSE(t.enter(1, 1, 102));
  CHECK_FALSE(t.enter(2, 1, 202));
  CHECK(t.leave(2) == 202);
  CHECK(t.leave(1) == 102);
}

TEST_CASE("a group is gone with its last request") {
  throttle t;
  t.enter(1, 1, 101);
  t.enter(1, 1, 102);
  CHECK(t.groups() == 1);
  t.leave(1);
  CHECK(t.groups() == 1);
  t.leave(1);
  CHECK(t.groups() == 0);
}

TEST_CASE("the end of a request that no group knows changes nothing") {
  throttle t;
  CHECK(t.leave(1) == 0);
  CHECK(t.groups() == 0);
  t.enter(1, 1, 101);
  CHECK(t.leave(2) == 0);
  CHECK_FALSE(t.enter(1, 1, 102));
}

TEST_CASE("a burst of endings neither loses a request nor sends more than the limit") {
  std::mt19937 random{3};
  throttle t;
  std::map<std::uint64_t, std::set<std::uint64_t>> flying;
  std::map<std::uint64_t, std::deque<std::uint64_t>> waiting;
  constexpr std::size_t limit = 3;
  std::uint64_t last = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t group = 1 + random() % 4;
    // Waves: many begin, then many end.
    if ((i / 200) % 2 == 0) {
      const bool may = t.enter(group, limit, ++last);
      REQUIRE(may == (flying[group].size() < limit));
      if (may) {
        flying[group].insert(last);
      } else {
        waiting[group].push_back(last);
      }
    } else if (!flying[group].empty()) {
      flying[group].erase(flying[group].begin());
      const auto next = t.leave(group);
      REQUIRE(next == (waiting[group].empty() ? 0 : waiting[group].front()));
      if (next) {
        waiting[group].pop_front();
        flying[group].insert(next);
      }
    }
  }
  for (auto& [group, tickets] : flying) {
    for (auto left = tickets.size() + waiting[group].size(); left > 0; --left) t.leave(group);
  }
  CHECK(t.groups() == 0);
}
