#include "cache/small_set.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "cache/walk.hpp"

namespace actorgate::tests {
namespace {

struct text_of {
  using type = std::string_view;
  type operator()(const std::unique_ptr<std::string>& s) const { return *s; }
};
using words = cache::small_set<std::unique_ptr<std::string>, text_of>;

constexpr std::size_t few = words::few;

void insert(words& w, std::size_t first, std::size_t last) {
  for (auto n = first; n < last; ++n) w.insert(std::make_unique<std::string>(std::to_string(n)));
}

/// Whether exactly those of `first` to `last` are in it, of all that are below `limit`.
bool holds(const words& w, std::size_t first, std::size_t last, std::size_t limit) {
  bool right = w.size() == last - first && w.empty() == (first == last);
  for (std::size_t n = 0; n < limit; ++n) {
    const auto* found = w.find(std::to_string(n));
    right &= (found != nullptr) == (n >= first && n < last);
    right &= !found || **found == std::to_string(n);
  }
  return right;
}

std::size_t count(const words& w) {
  return w.visit([](const auto& all) {
    std::size_t number = 0;
    for (auto place = all.begin(); place != all.end(); ++place) ++number;
    return number;
  });
}

}  // namespace

TEST_CASE("a small set finds what has been inserted, few or many") {
  for (const auto size : {std::size_t{0}, std::size_t{1}, few, few + 1, 100 * few}) {
    CAPTURE(size);
    words w;
    insert(w, 0, size);
    CHECK(holds(w, 0, size, size + few));
    CHECK(count(w) == size);
  }
}

TEST_CASE("elements of a small set stay the same when it gets its table") {
  words w;
  insert(w, 0, few);
  const auto* first = w.find("0")->get();
  insert(w, few, 2 * few);
  CHECK(w.find("0")->get() == first);
}

TEST_CASE("what is erased from a small set is gone, and may come again") {
  for (const auto size : {few, 10 * few}) {
    CAPTURE(size);
    words w;
    insert(w, 0, size);
    for (std::size_t n = 0; n + 1 < size; ++n) w.erase(std::to_string(n));
    CHECK(holds(w, size - 1, size, size));
    w.erase("0");
    w.erase("none");
    CHECK(holds(w, size - 1, size, size));
    insert(w, 0, size - 1);
    CHECK(holds(w, 0, size, size));
  }
}

TEST_CASE("a small set that has been cleared is empty, and starts anew") {
  for (const auto size : {few, 10 * few}) {
    CAPTURE(size);
    words w;
    insert(w, 0, size);
    w.clear();
    CHECK(holds(w, 0, 0, size));
    CHECK(count(w) == 0);
    insert(w, 1, 3);
    CHECK(holds(w, 1, 3, size));
  }
}

TEST_CASE("a walk over a small set goes on where it has ended, although what it has seen is erased") {
  words w;
  insert(w, 0, few);
  std::vector<std::string> trail, seen;
  const auto walk = [&](std::size_t items) {
    return w.visit([&](const auto& all) {
      return cache::walk_on(
          all, trail, {.items = items}, [&](const std::string& key) { return words::place_in(all, key); },
          [](const auto& each) { return *each; },
          [&](const auto& each) { return seen.push_back(*each), true; });
    });
  };
  CHECK(walk(3).more);
  w.erase(seen[0]);
  w.erase(seen[2]);
  CHECK_FALSE(walk(2 * few).more);
  CHECK(seen.size() == few);
  std::ranges::sort(seen);
  CHECK(std::ranges::adjacent_find(seen) == seen.end());
}

}  // namespace actorgate::tests
