#include "protocol/version.hpp"

#include <doctest/doctest.h>

using actorgate::protocol::own_version;
using actorgate::protocol::version;

TEST_CASE("which versions are understood") {
  CHECK(version::parse("1.2.3") == version{1, 2, 3});
  CHECK(version::parse("1.0.0") == version{1, 0, 0});
  CHECK(version::parse("1.999.999") == version{1, 999, 999});
  CHECK(version::parse("1.02.003") == version{1, 2, 3});
  CHECK(version::parse(own_version).has_value());
  for (const char* text :
       {"",       "1",      "1.2",    "1.2.",   "1.2.3.",          "1.2.3.4", ".2.3",  "1..3",     "a.b.c",
        "1.2.x",  "v1.2.3", " 1.2.3", "1.2.3 ", "1,2,3",           "0.2.3",   "2.0.0", "1.1000.0", "1.0.1000",
        "1.-2.3", "-1.2.3", "1.2.-0", "+1.2.3", "1.2.99999999999", "1. 2.3"}) {
    CAPTURE(text);
    CHECK_FALSE(version::parse(text));
  }
}

TEST_CASE("what a version changes") {
  struct row {
    version v;
    bool wraps, knows;
  };
  const row table[] = {
      {version{}, false, false},   {{1, 0, 0}, false, false}, {{1, 1, 1}, false, false},
      {{1, 1, 999}, false, false}, {{1, 2, 0}, true, false},  {{1, 2, 1}, true, true},
      {{1, 2, 3}, true, true},     {{1, 3, 0}, true, true},   {{1, 999, 0}, true, true},
  };
  for (const auto& [v, wraps, knows] : table) {
    CHECK(v.wraps_payload() == wraps);
    CHECK(v.knows_data_values() == knows);
  }
}

TEST_CASE("a client that never tells its version speaks 1.1.1") { CHECK(version{} == version{1, 1, 1}); }
