#include "protocol/service_request.hpp"

#include <doctest/doctest.h>

using namespace actorgate::protocol;

TEST_CASE("what services are told with an access request") {
  CHECK(access_payload({"c1", ""}, "") == R"({"token":null,"cid":"c1"})");
  CHECK(access_payload({"c1", R"({"id":9007199254740993})"}, "a=\"1\"") ==
        R"({"token":{"id":9007199254740993},"cid":"c1","query":"a=\"1\""})");
  CHECK(access_payload({"c1", "null", true}, "") == R"({"token":null,"cid":"c1","isHttp":true})");
}

TEST_CASE("a get without query is an empty object") {
  CHECK(get_payload("") == "{}");
  CHECK(get_payload("a=1&b=\\") == R"({"query":"a=1&b=\\"})");
}

TEST_CASE("what services are told with a call") {
  CHECK(call_payload({"c1", ""}, "", "") == R"({"token":null,"cid":"c1","params":null})");
  CHECK(call_payload({"c1", "\"t\"", true}, "q", R"([1.10,"\u00e9"])") ==
        R"({"token":"t","cid":"c1","query":"q","isHttp":true,"params":[1.10,"\u00e9"]})");
}

TEST_CASE("what services are told with an auth request") {
  CHECK(auth_payload({"c1", ""}, "", "", "") == R"({"token":null,"cid":"c1","params":null})");
  CHECK(
      auth_payload({"c1", ""}, "q", "{}",
                   R"("header":{"Origin":["x"]},"host":"h","remoteAddr":"r","uri":"/")") ==
      R"({"token":null,"cid":"c1","query":"q","params":{},"header":{"Origin":["x"]},"host":"h","remoteAddr":"r","uri":"/"})");
}

TEST_CASE("a query request always has its query") {
  CHECK(query_payload("") == R"({"query":""})");
  CHECK(query_payload("a=1") == R"({"query":"a=1"})");
}
