#include "actors/identity.hpp"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "protocol/json.hpp"
#include "protocol/rid.hpp"

using namespace actorgate;

TEST_CASE("connection ids are all different, and each can be part of a subject") {
  std::set<std::string> cids;
  for (int i = 0; i < 20'000; ++i) {
    const auto made = actors::make_cid();
    const std::string cid{made.begin(), made.end()};
    CHECK(cid.size() == 15);
    REQUIRE(protocol::is_valid_part(cid));
    cids.insert(cid);
  }
  CHECK(cids.size() == 20'000);
}

TEST_CASE("a handshake is described as auth requests have it") {
  const net::handshake said{
      "/ws?a=\"b\"", "localhost:80", "127.0.0.1:4", {{"Cookie", "a=1"}, {"Accept", "x"}, {"Cookie", "b=2"}}};
  CHECK(
      actors::describe(said) ==
      R"("header":{"Cookie":["a=1","b=2"],"Accept":["x"]},"host":"localhost:80","remoteAddr":"127.0.0.1:4","uri":"/ws?a=\"b\"")");
}

TEST_CASE("a client's trace goes on with what services do for it") {
  const std::string parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto traced = [](net::http_headers headers) {
    const auto found = actors::trace_headers({"/", "h", "r", std::move(headers)});
    return found ? *found : net::http_headers{};
  };
  CHECK(traced({}).empty());
  CHECK(traced({{"Traceparent", parent}}) == net::http_headers{{"traceparent", parent}});
  CHECK(traced({{"Tracestate", "a=1"}, {"Traceparent", parent}, {"Tracestate", "b=2"}}) ==
        net::http_headers{{"traceparent", parent}, {"tracestate", "a=1, b=2"}});
  CHECK(traced({{"Traceparent", parent}, {"Tracestate", std::string(513, 'x')}}) ==
        net::http_headers{{"traceparent", parent}});
  CHECK(traced({{"Tracestate", "a=1"}}).empty());
  CHECK(traced({{"Traceparent", parent + "\r\nX: y"}}).empty());
  CHECK(traced({{"Traceparent", parent}, {"Traceparent", parent}}).empty());
}

TEST_CASE("bytes of a handshake that are not UTF-8 do not break the JSON") {
  const net::handshake said{"/", "h", "r", {{"X-Odd", "caf\xe9"}, {"X-Good", "caf\xc3\xa9"}}};
  const auto text = actors::describe(said);
  CHECK(protocol::is_json('{' + text + '}'));
  CHECK(text.find("caf?") != std::string::npos);
  CHECK(text.find("caf\xc3\xa9") != std::string::npos);
}
