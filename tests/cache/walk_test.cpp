#include "cache/walk.hpp"

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include <doctest/doctest.h>

using namespace actorgate::cache;

namespace {

using numbers = boost::unordered_flat_map<int, int>;

numbers up_to(int count) {
  numbers all;
  for (int n = 0; n < count; ++n) all.emplace(n, n);
  return all;
}

template <class Map>
walk_end walk(const Map& map, std::vector<std::string>& trail, const walk_bounds& bounds,
              std::multiset<int>& seen, int divisor = 1) {
  return walk_on(
      map, trail, bounds, [&map](const std::string& key) { return map.find(std::stoi(key)); },
      [](const auto& each) { return std::to_string(each.first); },
      [&](const auto& each) {
        if (each.first % divisor != 0) return false;
        seen.insert(each.first);
        return true;
      });
}

}  // namespace

TEST_CASE("a walk sees everything once, a stretch at a time") {
  const auto map = up_to(1000);
  std::vector<std::string> trail;
  std::multiset<int> seen;
  int stretches = 1;
  for (walk_end end{true, true}; end.more; ++stretches) {
    const auto before = seen.size();
    end = walk(map, trail, {.items = 30, .looks = 2000}, seen);
    CHECK(end.complete);
    CHECK(seen.size() - before <= 30);
  }
  CHECK(stretches > 1000 / 30);
  CHECK(seen.size() == 1000);
  CHECK(std::set<int>(seen.begin(), seen.end()).size() == 1000);
}

TEST_CASE("a walk ends a stretch when it has looked at enough, even if it took nothing") {
  const auto map = up_to(1000);
  std::vector<std::string> trail;
  std::multiset<int> seen;
  CHECK(walk(map, trail, {.items = 100, .looks = 100}, seen, 5000).more);
  CHECK(seen.size() <= 1);
  int looks = 0;
  trail.clear();
  CHECK(
      walk(map, trail, {.items = 100, .looks = 100, .enough = [&looks] { return ++looks == 7; }}, seen).more);
  CHECK(looks == 7);
}

TEST_CASE("a walk goes on from where it was, even if that is gone") {
  auto map = up_to(1000);
  std::vector<std::string> trail;
  std::multiset<int> seen;
  CHECK(walk(map, trail, {.items = 500}, seen).more);
  REQUIRE(trail.size() == 8);
  for (std::size_t last = 1; last < trail.size(); ++last) map.erase(std::stoi(trail[last]));
  const auto end = walk(map, trail, {.items = 1000}, seen);
  CHECK_FALSE(end.more);
  CHECK(end.complete);
  CHECK(std::set<int>(seen.begin(), seen.end()).size() == 1000);
}

TEST_CASE("a walk that cannot go on says that something may be missing") {
  auto map = up_to(100);
  std::vector<std::string> trail;
  std::multiset<int> seen;
  CHECK(walk(map, trail, {.items = 50}, seen).more);
  for (const auto& key : trail) map.erase(std::stoi(key));
  const auto end = walk(map, trail, {.items = 50}, seen);
  CHECK_FALSE(end.more);
  CHECK_FALSE(end.complete);
}

TEST_CASE("a walk over nothing is over") {
  const std::unordered_map<int, int> map;
  std::vector<std::string> trail;
  std::multiset<int> seen;
  const auto end = walk(map, trail, {}, seen);
  CHECK_FALSE(end.more);
  CHECK(end.complete);
}
