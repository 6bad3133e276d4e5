#include "protocol/rid.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace actorgate::protocol;

TEST_CASE("a rid is split at its first question mark") {
  const auto plain = split_rid("user.list");
  CHECK(plain.name == "user.list");
  CHECK(plain.query.empty());
  const auto query = split_rid("user.list?a=1?b=2.x");
  CHECK(query.name == "user.list");
  CHECK(query.query == "a=1?b=2.x");
  const auto empty = split_rid("user.list?");
  CHECK(empty.name == "user.list");
  CHECK(empty.query.empty());
}

TEST_CASE("which texts are rids") {
  for (const char* rid : {"a", "a.b", "user.42.roles", "a.{cid}.b", "!~", "a-b_c", "a.b?", "a?x=1",
                          "a? *>.\x01\xff", "a.b?..", "a?b?c"}) {
    CAPTURE(rid);
    CHECK(is_valid_rid(rid));
  }
  for (const char* rid : {"",    ".",    "a.",    ".a",   "a..b",        "a.*", "*",  "a.>",  "a>b", "a*b",
                          "a b", "a\tb", "a\x7f", "\x80", "caf\xc3\xa9", "?",   "?a", "a.?q", " a",  "a\n"}) {
    CAPTURE(rid);
    CHECK_FALSE(is_valid_rid(rid));
  }
}

TEST_CASE("a name is a rid without query") {
  CHECK(is_valid_name("a.b"));
  for (const char* name : {"", "a?", "a.b?q", "a..b", "a.", ".a", "a.*"}) {
    CAPTURE(name);
    CHECK_FALSE(is_valid_name(name));
  }
}

TEST_CASE("a part is one piece of a name") {
  CHECK(is_valid_part("set"));
  CHECK(is_valid_part("{cid}"));
  for (const char* part : {"", "a.b", "a?b", "*", ">", "a b", "\xc3\xa9", "a\x7f"}) {
    CAPTURE(part);
    CHECK_FALSE(is_valid_part(part));
  }
}

TEST_CASE("every connection id tag is replaced, and nothing else") {
  std::string storage;
  CHECK(expand_cid("user.{cid}.x", "c1", storage) == "user.c1.x");
  CHECK(expand_cid("{cid}{cid}?id={cid}", "c1", storage) == "c1c1?id=c1");
  CHECK(expand_cid("user.{CID}.{cid", "c1", storage) == "user.{CID}.{cid");
  CHECK(expand_cid("", "c1", storage).empty());
  constexpr std::string_view plain = "user.x";
  CHECK(expand_cid(plain, "c1", storage).data() == plain.data());
  CHECK(expand_cid("{cid}", "{cid}", storage) == "{cid}");
}
