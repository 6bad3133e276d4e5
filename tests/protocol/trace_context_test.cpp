#include "protocol/trace_context.hpp"

#include <string>

#include <doctest/doctest.h>

using actorgate::protocol::is_traceparent;

namespace {
const std::string trace = "0af7651916cd43dd8448eb211c80319c", parent = "b7ad6b7169203331";
}

TEST_CASE("a traceparent has a version, two ids and flags") {
  CHECK(is_traceparent("00-" + trace + '-' + parent + "-01"));
  CHECK(is_traceparent("00-" + trace + '-' + parent + "-00"));
  CHECK(is_traceparent("cc-" + trace + '-' + parent + "-01"));
  CHECK(is_traceparent("cc-" + trace + '-' + parent + "-01-what-the-future-brings"));
}

TEST_CASE("what is no traceparent is not passed on") {
  const std::string zeros(32, '0');
  for (const auto& bad :
       {std::string{}, std::string{"00"}, "00-" + trace + '-' + parent, "ff-" + trace + '-' + parent + "-01",
        "00-" + zeros + '-' + parent + "-01", "00-" + trace + '-' + zeros.substr(16) + "-01",
        "00-" + trace + '-' + parent + "-01-more", "cc-" + trace + '-' + parent + "-01more",
        "00-" + trace + '-' + parent + "-0G", "00-0AF7651916CD43DD8448EB211C80319C-" + parent + "-01",
        "00_" + trace + '-' + parent + "-01", "00-" + trace + '_' + parent + "-01",
        "00-" + trace + '-' + parent + "_01", "0x-" + trace + '-' + parent + "-01",
        "cc-" + trace + '-' + parent + "-01-" + std::string(600, 'x')}) {
    CAPTURE(bad);
    CHECK_FALSE(is_traceparent(bad));
  }
}
