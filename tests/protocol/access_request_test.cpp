#include "protocol/access_request.hpp"

#include <doctest/doctest.h>

using namespace actorgate;

TEST_CASE("an access request names the connection, its token as it is, and HTTP") {
  const auto r = protocol::read_access_request(R"({"token":{"a":1.0},"cid":"c1","isHttp":true,"new":[]})");
  REQUIRE(r);
  CHECK(r->cid == "c1");
  CHECK(r->token == R"({"a":1.0})");
  CHECK(r->is_http);
  // What the gateway writes of it is what it has read.
  CHECK(protocol::access_payload(r->who(), "") == R"({"token":{"a":1.0},"cid":"c1","isHttp":true})");
}

TEST_CASE("a token that is null or missing is none") {
  for (const auto* text : {R"({"token":null,"cid":"c1"})", R"({"cid":"c1"})"}) {
    const auto r = protocol::read_access_request(text);
    REQUIRE(r);
    CHECK(r->token.empty());
    CHECK_FALSE(r->is_http);
  }
}

TEST_CASE("what names no connection is no access request") {
  for (const auto* text : {"", "{}", "null", "[]", R"({"cid":""})", R"({"cid":1})", R"({"cid":"c1"} x)",
                           R"({"cid":"c1","token":})", R"({"cid":"c1","isHttp":"yes"})"}) {
    CAPTURE(text);
    CHECK_FALSE(protocol::read_access_request(text));
  }
}
