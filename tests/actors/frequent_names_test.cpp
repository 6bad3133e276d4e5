#include "actors/frequent_names.hpp"

#include <cmath>

#include <doctest/doctest.h>

using actorgate::actors::frequent_names;

namespace {

std::vector<std::string> names(const frequent_names& f, std::size_t limit) {
  std::vector<std::string> all;
  for (const auto& [name, count] : f.first(limit))
    all.push_back(name + ' ' + std::to_string(std::llround(count)));
  return all;
}

}  // namespace

TEST_CASE("the most frequent names come first, equal ones by name") {
  frequent_names f;
  for (const auto* name : {"b", "a", "c", "c", "d", "d", "d"}) f.count(name);
  CHECK(names(f, 3) == std::vector<std::string>{"d 3", "c 2", "a 1"});
  CHECK(names(f, 9).size() == 4);
  CHECK(names(frequent_names{}, 3).empty());
}

TEST_CASE("what was longer ago counts for less, and is forgotten") {
  frequent_names f;
  for (int interval = 0; interval < 30; ++interval) {
    f.age();
    for (int i = 0; i < 3; ++i) f.count("steady");
  }
  f.count("once");
  CHECK(f.first(1).front().count == doctest::Approx(6).epsilon(0.01));
  for (int interval = 0; interval < 3; ++interval) f.age();
  CHECK(names(f, 9) == std::vector<std::string>{"steady 1"});
}

TEST_CASE("a frequent name is found among any number of rare ones, in bounded memory") {
  frequent_names f;
  for (int i = 0; i < 20'000; ++i) {
    f.count("rare " + std::to_string(i));
    if (i % 20 == 0) f.count("frequent");
  }
  CHECK(f.first(100'000).size() <= frequent_names::capacity);
  CHECK(f.first(1).front().name == "frequent");
  CHECK(f.first(1).front().count >= 1000 - 21'000 / 256);
}
