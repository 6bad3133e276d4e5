#include "actors/wakefulness.hpp"

#include <doctest/doctest.h>

using actorgate::actors::wakefulness;
using namespace std::chrono_literals;

namespace {

wakefulness in_dialogue() {
  wakefulness w{200us};
  for (unsigned i = 0; i < wakefulness::proof; ++i) w.on_wait(200us, 1);
  return w;
}

}  // namespace

TEST_CASE("A dialogue is awaited awake once it has proved to be one") {
  wakefulness w{200us};
  for (unsigned i = 0; i < wakefulness::proof; ++i) {
    CHECK(w.patience() == 0us);
    w.on_wait(i % 2 == 0 ? 200us : 0us, 1);
  }
  CHECK(w.patience() == 200us);
  for (int i = 0; i < 1000; ++i) w.on_wait(150us, 1);
  CHECK(w.patience() == 200us);
}

TEST_CASE("Silence ends it, and so does company") {
  const auto ends = [](std::chrono::microseconds length, std::size_t count) {
    auto w = in_dialogue();
    w.on_wait(length, count);
    if (w.patience() > 0us) return false;
    // It has to be proved anew.
    for (unsigned i = 1; i < wakefulness::proof; ++i) w.on_wait(1us, 1);
    CHECK(w.patience() == 0us);
    w.on_wait(1us, 1);
    CHECK(w.patience() == 200us);
    return true;
  };
  CHECK_FALSE(ends(200us, 1));
  CHECK(ends(201us, 1));
  CHECK(ends(10us, 2));
  CHECK(ends(10us, 64));
}

TEST_CASE("Without patience nobody stays awake") {
  wakefulness w{0us};
  CHECK_FALSE(w.ever());
  for (unsigned i = 0; i < 2 * wakefulness::proof; ++i) w.on_wait(0us, 1);
  CHECK(w.patience() == 0us);
  CHECK(in_dialogue().ever());
}
