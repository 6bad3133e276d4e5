#include "net/http_headers.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace actorgate::net;
using namespace std::string_literals;

TEST_CASE("header names are written as Go writes them") {
  CHECK(canonical_header_name("x-forwarded-FOR") == "X-Forwarded-For");
  CHECK(canonical_header_name("Sec-WebSocket-Key") == "Sec-Websocket-Key");
  CHECK(canonical_header_name("eTag") == "Etag");
  CHECK(canonical_header_name("") == "");
  CHECK(canonical_header_name("-a--b") == "-A--B");
}

TEST_CASE("the stronger headers take the place of the others, but cookies are added") {
  struct row {
    http_headers into, stronger, want;
  };
  const std::vector<row> rows = {
      {{{"A", "1"}}, {}, {{"A", "1"}}},
      {{{"A", "1"}}, {{"a", "2"}}, {{"A", "2"}}},
      {{{"A", "1"}, {"B", "1"}, {"A", "2"}}, {{"A", "3"}, {"a", "4"}}, {{"B", "1"}, {"A", "3"}, {"A", "4"}}},
      {{{"Set-Cookie", "a"}}, {{"set-cookie", "b"}}, {{"Set-Cookie", "a"}, {"Set-Cookie", "b"}}},
      {{}, {{"LOCATION", ""}}, {{"Location", ""}}},
      // what belongs to the gateway
      {{{"Content-Type", "json"}}, {{"content-type", "html"}}, {{"Content-Type", "json"}}},
      {{}, {{"Content-Length", "1"}, {"Transfer-Encoding", "chunked"}, {"connection", "close"}}, {}},
      {{}, {{"Date", "x"}, {"Upgrade", "x"}, {"Trailer", "x"}, {"Keep-Alive", "x"}}, {}},
      {{}, {{"Access-Control-Allow-Origin", "*"}, {"access-control-allow-credentials", "true"}}, {}},
      {{}, {{"Sec-WebSocket-Extensions", "x"}, {"Sec-WebSocket-Protocol", "x"}}, {}},
      {{}, {{"Sec-WebSocket-Accept", "x"}}, {}},
      // what could be read as something else
      {{}, {{"", "x"}, {"A B", "x"}, {"A:", "x"}, {"A\r\nB", "x"}, {"\xc3\xa4", "x"}}, {}},
      {{}, {{"A", "1\r\nB: 2"}, {"B", "1\n"}, {"C", "\0"s}, {"D", "\x7f"}, {"E", "\x1b"}}, {}},
      {{{"A", "1"}}, {{"A", "\r"}}, {{"A", "1"}}},
      {{}, {{"A", "tab\tand \xc3\xa4"}}, {{"A", "tab\tand \xc3\xa4"}}},
  };
  for (auto r : rows) {
    merge_headers(r.into, r.stronger);
    CHECK((r.into == r.want));
  }
}

TEST_CASE("lists go over all headers of a name") {
  const http_headers headers = {{"A", "x, y"}, {"B", "q"}, {"A", " ,Z\t"}};
  CHECK(joined(headers, "A") == "x, y,  ,Z\t");
  CHECK(joined(headers, "C") == "");
  for (const auto* token : {"x", "Y", "z"}) CHECK(has_token(headers, "A", token));
  for (const auto* token : {"q", "x, y", "xy"}) CHECK_FALSE(has_token(headers, "A", token));
}

TEST_CASE("Vary names each header once") {
  http_headers headers;
  add_vary(headers, "Origin");
  add_vary(headers, "Accept-Encoding");
  add_vary(headers, "origin");
  CHECK((headers == http_headers{{"Vary", "Origin, Accept-Encoding"}}));
  http_headers star = {{"Vary", "*"}};
  add_vary(star, "Origin");
  CHECK((star == http_headers{{"Vary", "*"}}));
}
