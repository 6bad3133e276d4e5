#include "actors/deadlines.hpp"

#include <doctest/doctest.h>

using actorgate::actors::deadlines;
using namespace std::chrono_literals;

namespace {
std::vector<std::uint64_t> late_at(deadlines& d, deadlines::time now) {
  std::vector<std::uint64_t> late;
  d.collect(now, [&](std::uint64_t id) { late.push_back(id); });
  return late;
}
}  // namespace

TEST_CASE("a deadline is never called early, and at most two slots late") {
  for (auto offset : {0ms, 1ms, 7ms, 19ms, 20ms, 33ms}) {
    deadlines d;
    const deadlines::time due{1'000'000ms + offset};
    d.add(1, due);
    CHECK(late_at(d, due - 1ns).empty());
    CHECK(late_at(d, due + 2 * deadlines::slot) == std::vector<std::uint64_t>{1});
    CHECK(d.empty());
  }
}

TEST_CASE("deadlines come in the order of their slots, each once") {
  deadlines d;
  const deadlines::time start{5'000ms};
  d.add(3, start + 300ms);
  d.add(1, start + 100ms);
  d.add(2, start + 200ms);
  CHECK(late_at(d, start + 250ms) == std::vector<std::uint64_t>{1, 2});
  CHECK(late_at(d, start + 250ms).empty());
  CHECK_FALSE(d.empty());
  CHECK(late_at(d, start + 1s) == std::vector<std::uint64_t>{3});
}

TEST_CASE("what is added again while deadlines are collected waits for its new time") {
  deadlines d;
  const deadlines::time start{5'000ms};
  d.add(1, start);
  int calls = 0;
  d.collect(start + 1s, [&](std::uint64_t id) {
    ++calls;
    d.add(id, start + 2s);
  });
  CHECK(calls == 1);
  CHECK(late_at(d, start + 3s) == std::vector<std::uint64_t>{1});
}
