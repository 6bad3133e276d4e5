#include "cache/difference.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace actorgate::cache;
using actorgate::protocol::value;
using actorgate::protocol::value_kind;
using list = std::vector<value>;
using places = std::vector<std::size_t>;

namespace {

value number(std::size_t n) { return value::make(value_kind::primitive, std::to_string(n)); }

list letters(std::string_view text) {
  list out;
  for (char c : text) out.push_back(value::make(value_kind::primitive, std::string{'"', c, '"'}));
  return out;
}

std::string text_of(const list& values) {
  std::string out;
  for (const auto& v : values) out += v.text();
  return out;
}

/// Does what the difference says, as a client would: the removals from the end, then the additions.
list applied(list before, const list& after, const list_difference& d) {
  for (auto i = d.removed.rbegin(); i != d.removed.rend(); ++i)
    before.erase(before.begin() + static_cast<std::ptrdiff_t>(*i));
  for (auto i : d.added) before.insert(before.begin() + static_cast<std::ptrdiff_t>(i), after[i]);
  return before;
}

/// The fewest steps, the slow way.
std::size_t fewest_steps(const list& a, const list& b) {
  std::vector<std::vector<std::size_t>> common(a.size() + 1, std::vector<std::size_t>(b.size() + 1, 0));
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      common[i][j] = a[i - 1].same_as(b[j - 1]) ? common[i - 1][j - 1] + 1
                                                : std::max(common[i - 1][j], common[i][j - 1]);
    }
  }
  return a.size() + b.size() - 2 * common[a.size()][b.size()];
}

list random_list(std::mt19937& random, std::size_t longest, std::size_t different) {
  list out(std::uniform_int_distribution<std::size_t>{0, longest}(random), number(0));
  for (auto& v : out) v = number(std::uniform_int_distribution<std::size_t>{0, different - 1}(random));
  return out;
}

}  // namespace

TEST_CASE("a difference removes what is gone and adds what is new") {
  struct row {
    const char *before, *after;
    places removed, added;
  };
  const row table[] = {
      {"", "", {}, {}},
      {"abc", "abc", {}, {}},
      {"", "ab", {}, {0, 1}},
      {"ab", "", {0, 1}, {}},
      {"abc", "ac", {1}, {}},
      {"ac", "abc", {}, {1}},
      {"abc", "xyz", {0, 1, 2}, {0, 1, 2}},
      {"aab", "ab", {1}, {}},
      {"abcd", "bcda", {0}, {3}},
      {"abc", "abcabc", {}, {3, 4, 5}},
  };
  for (const auto& [before, after, removed, added] : table) {
    CAPTURE(before);
    CAPTURE(after);
    const auto d = difference(letters(before), letters(after));
    CHECK(d.removed == removed);
    CHECK(d.added == added);
  }
}

TEST_CASE("values are compared as clients would: references by their rid, all else by its text") {
  const list before{value::make(value_kind::reference, R"({"rid":"a"})", "a"),
                    value::make(value_kind::primitive, "1.0")};
  const list after{value::make(value_kind::reference, R"({ "rid":"a" })", "a"),
                   value::make(value_kind::primitive, "1")};
  const auto d = difference(before, after);
  CHECK(d.removed == places{1});
  CHECK(d.added == places{1});
  const list soft{value::make(value_kind::soft_reference, R"({"rid":"a","soft":true})", "a")};
  CHECK(difference({before[0]}, soft).removed == places{0});
}

TEST_CASE("a difference leads from any list to any other by the fewest steps") {
  std::mt19937 random{7};
  for (int i = 0; i < 20'000; ++i) {
    const auto different = 1 + static_cast<std::size_t>(i % 9);
    const auto before = random_list(random, 14, different), after = random_list(random, 14, different);
    const auto d = difference(before, after);
    REQUIRE(std::ranges::is_sorted(d.removed));
    REQUIRE(std::ranges::is_sorted(d.added));
    REQUIRE(text_of(applied(before, after, d)) == text_of(after));
    REQUIRE(d.removed.size() + d.added.size() == fewest_steps(before, after));
  }
}

TEST_CASE("a list that was edited in a few places is told by about as many steps") {
  std::mt19937 random{11};
  for (int i = 0; i < 50; ++i) {
    auto before = random_list(random, 400, 1'000'000);
    auto after = before;
    for (int edit = 0; edit < 10; ++edit) {
      const auto place = std::uniform_int_distribution<std::size_t>{0, after.size()}(random);
      if (place < after.size() && edit % 2 == 0) {
        after.erase(after.begin() + static_cast<std::ptrdiff_t>(place));
      } else {
        after.insert(after.begin() + static_cast<std::ptrdiff_t>(place),
                     number(2'000'000 + static_cast<std::size_t>(edit)));
      }
    }
    const auto d = difference(before, after);
    REQUIRE(text_of(applied(before, after, d)) == text_of(after));
    CHECK(d.removed.size() + d.added.size() <= 10);
  }
}

TEST_CASE("beyond the limit of pairs all that differs is replaced, between the common ends") {
  const auto before = letters("xababay"), after = letters("xbababy");
  const auto exact = difference(before, after);
  CHECK(exact.removed.size() + exact.added.size() == 2);
  const auto rough = difference(before, after, 3);
  CHECK(rough.removed == places{1, 2, 3, 4, 5});
  CHECK(rough.added == places{1, 2, 3, 4, 5});
  CHECK(text_of(applied(before, after, rough)) == text_of(after));
}

TEST_CASE("long lists of few different values are not compared for long, and still correctly") {
  std::mt19937 random{13};
  list before(20'000, number(0)), after(20'000, number(0));
  for (auto* l : {&before, &after}) {
    for (auto& v : *l) v = number(std::uniform_int_distribution<std::size_t>{0, 1}(random));
  }
  CHECK(text_of(applied(before, after, difference(before, after))) == text_of(after));
}
