#include "cache/small_map.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace actorgate::tests {
namespace {

using words = cache::small_map<std::string, int>;

std::string content(const words& w) {
  std::string all;
  w.for_each([&](const auto& each) { all += each.first + std::to_string(each.second) + ' '; });
  return all;
}

}  // namespace

TEST_CASE("a small map finds what was put in, and walks over it in the order of the keys") {
  words w;
  CHECK(w.empty());
  for (const auto* key : {"m", "z", "a"}) CHECK(w.obtain(key, static_cast<int>(w.size())).first == key);
  CHECK(w.size() == 3);
  CHECK(content(w) == "a2 m0 z1 ");
  CHECK(w.find(std::string_view{"z"})->second == 1);
  CHECK(w.find(std::string_view{"b"}) == nullptr);
  CHECK(w.obtain("z", 7).second == 1);
}

TEST_CASE("elements of a small map stay where they are while others come and go") {
  words w;
  auto& first = w.obtain("m", 1);
  auto& second = w.obtain("a", 2);
  w.erase(first);
  CHECK(w.find("m") == nullptr);
  auto& third = w.obtain("z", 3);
  CHECK(w.find("a") == &second);
  w.erase(second);
  CHECK(w.find("z") == &third);
  CHECK(content(w) == "z3 ");
  w.erase(third);
  CHECK(w.empty());
}

TEST_CASE("a walk over a small map ends when it is told to") {
  words w;
  w.obtain("b", 2), w.obtain("a", 1), w.obtain("c", 3);
  for (int most = 1; most <= 3; ++most) {
    std::string all;
    int seen = 0;
    w.for_each_while([&](const auto& each) {
      all += each.first;
      return ++seen < most;
    });
    CHECK(all == std::string("abc").substr(0, static_cast<std::size_t>(most)));
  }
}

TEST_CASE("a small map that has been cleared is empty") {
  words w;
  w.obtain("a", 1), w.obtain("b", 2);
  w.clear();
  CHECK(w.empty());
  CHECK(w.size() == 0);
  CHECK(content(w).empty());
}

}  // namespace actorgate::tests
