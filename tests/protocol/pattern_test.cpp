#include "protocol/pattern.hpp"

#include <doctest/doctest.h>

using actorgate::protocol::name_pattern;

TEST_CASE("which names a pattern matches") {
  struct row {
    const char* pattern;
    const char* name;
    bool matches;
  };
  const row table[] = {
      {"a", "a", true},        {"a", "b", false},        {"a", "a.b", false},      {"a.b", "a", false},
      {"a.b", "a.b", true},    {"a.b", "a.bc", false},   {"a.b", "a.b.c", false},  {"*", "a", true},
      {"*", "a.b", false},     {"a.*", "a.b", true},     {"a.*", "a", false},      {"a.*", "a.b.c", false},
      {"*.b", "a.b", true},    {"*.b", "b", false},      {"a.*.c", "a.b.c", true}, {"a.*.c", "a.b.d", false},
      {">", "a", true},        {">", "a.b.c", true},     {"a.>", "a", false},      {"a.>", "a.b", true},
      {"a.>", "a.b.c", true},  {"a.>", "b.c", false},    {"*.>", "a.b", true},     {"*.>", "a", false},
      {"a.*.>", "a.b", false}, {"a.*.>", "a.b.c", true}, {"*.*", "a.b", true},     {"*.*", "a.b.c", false},
      {">", "", false},        {"*", "", false},         {"a", "A", false},        {"a.b", "ab", false},
  };
  for (const auto& [pattern, name, matches] : table) {
    CAPTURE(pattern);
    CAPTURE(name);
    CHECK(name_pattern{pattern}.is_valid());
    CHECK(name_pattern{pattern}.matches(name) == matches);
  }
}

TEST_CASE("an invalid pattern matches nothing") {
  for (const char* pattern : {"", ".", "a.", ".a", "a..b", ">.a", "a.>.b", "a.>b", "a.b>", "a*", "*a", "a.**",
                              ">>", "a b", "a?b", "a.*?q", "\xc3\xa9"}) {
    CAPTURE(pattern);
    CHECK_FALSE(name_pattern{pattern}.is_valid());
    for (const char* name : {"", "a", "a.b", "a.b.c"}) CHECK_FALSE(name_pattern{pattern}.matches(name));
  }
}
