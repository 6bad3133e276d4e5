#include "net/http_session.hpp"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/net/street.hpp"

using namespace actorgate::net;
using namespace actorgate::net::test;
using namespace std::string_literals;

// -- requests ---------------------------------------------------------------------

TEST_CASE("any other request is answered with 404, one after the other on the same connection") {
  street s;
  raw_client c(s.door.port());
  for (const auto* target : {"/", "/api/x?y=z"}) {
    c.send(get(target));
    const auto answer = s.answer(c);
    CHECK(has_status(answer, 404));
    CHECK(contains(answer, "Content-Type: application/json; charset=utf-8\r\n"));
    CHECK(
        answer.ends_with("\r\n\r\n"
                         R"({"code":"system.notFound","message":"Not found"})"));
    CHECK(s.owner.requests.back().said.uri == target);
  }
}

TEST_CASE("a request has its method, body and headers") {
  street s;
  s.ask("PUT /x HTTP/1.1\r\nhost: h\r\ncontent-length: 4\r\nx-A: 1\r\n\r\nbody");
  REQUIRE(s.owner.requests.size() == 1);
  const auto& r = s.owner.requests.front();
  CHECK(r.method == "PUT");
  CHECK(r.body == "body");
  CHECK((r.said.headers == http_headers{{"Content-Length", "4"}, {"X-A", "1"}}));
}

TEST_CASE("pipelined requests are taken one by one and answered in order") {
  street s;
  std::vector<http_responder_ptr> waiting;
  s.owner.answer = [&](http_responder_ptr r) { waiting.push_back(std::move(r)); };
  raw_client c(s.door.port());
  c.send(get("/1") + get("/2") + get("/3"));
  for (std::size_t i = 1; i <= 3; ++i) {
    s.until([&] { return waiting.size() == i; });
    for (int n = 0; n < 5; ++n) tick(s.first), tick(s.second);
    CHECK(waiting.size() == i);
    std::exchange(waiting.back(), nullptr)->respond({.headers = {}, .body = std::to_string(i)});
    CHECK(s.answer(c).ends_with("\r\n\r\n" + std::to_string(i)));
  }
}

TEST_CASE("an empty line before a request, and an absolute target, are put up with") {
  street s;
  raw_client c(s.door.port());
  c.send("\r\n\r\n" + get("http://other.example/a?b") + "\r\n" + get("HTTPS://other.example") + "\r");
  CHECK(has_status(s.answer(c), 404));
  CHECK(has_status(s.answer(c), 404));
  REQUIRE(s.owner.requests.size() == 2);
  CHECK(s.owner.requests[0].said.uri == "/a?b");
  CHECK(s.owner.requests[1].said.uri == "/");
}

TEST_CASE("a request means the same however it is cut into pieces") {
  street s;
  const auto request =
      "\r\nPOST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;a=b\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nHost: evil\r\n\r\n" +
      get("/y");
  for (const std::size_t piece : {1u, 2u, 3u, 7u, 1000u}) {
    CAPTURE(piece);
    s.owner.requests.clear();
    raw_client c(s.door.port());
    for (std::size_t at = 0; at < request.size(); at += piece) {
      c.send(request.substr(at, piece));
      tick(s.first), tick(s.second);
    }
    CHECK(has_status(s.answer(c), 404));
    CHECK(has_status(s.answer(c), 404));
    REQUIRE(s.owner.requests.size() == 2);
    CHECK(s.owner.requests[0].body == "abc0123456789abcdef");
    CHECK(s.owner.requests[0].said.host == "h");
    CHECK(s.owner.requests[0].said.headers.size() == 1);  // a trailer is no header
    CHECK(s.owner.requests[1].said.uri == "/y");
  }
}

TEST_CASE("a client that has ended its half of TCP behind its requests gets all answers") {
  street s;
  raw_client c(s.door.port());
  c.send(get("/1") + get("/2"));
  c.end_sending();
  CHECK(has_status(s.answer(c), 404));
  CHECK(has_status(s.answer(c), 404));
  s.expect_end(c);
}

TEST_CASE("a connection lasts as long as the client, and its version, want it") {
  street s;
  struct row {
    std::string request, connection;
  };
  const std::vector<row> rows = {
      {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", ""},
      {"GET / HTTP/1.1\r\nHost: h\r\nConnection: Close\r\n\r\n", "close"},
      {"GET / HTTP/1.0\r\n\r\n", "close"},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "keep-alive"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.request);
    raw_client c(s.door.port());
    c.send(r.request);
    const auto answer = s.answer(c);
    CHECK(has_status(answer, 404));
    CHECK(contains(answer, "Connection: ") == !r.connection.empty());
    if (!r.connection.empty()) CHECK(has_line(answer, "Connection: " + r.connection));
    if (r.connection == "close") {
      s.expect_end(c);
    } else {
      c.send(r.request);
      CHECK(s.answer(c).substr(0, 30) == answer.substr(0, 30));
    }
  }
}

TEST_CASE("an idle time-out of nothing gives each request a connection of its own") {
  street s({.idle_timeout = {}});
  raw_client c(s.door.port());
  c.send(get("/") + get("/"));
  CHECK(has_line(s.answer(c), "Connection: close"));
  s.expect_end(c);
}

// -- answers ----------------------------------------------------------------------

TEST_CASE("HEAD is answered with the headers of GET, and without a body") {
  street s;
  s.owner.answer = [](http_responder_ptr r) { r->respond({.headers = {{"X", "y"}}, .body = "whole"}); };
  raw_client c(s.door.port());
  c.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + get("/"));
  auto without_date = [](const std::string& a) {
    const auto date = a.find("Date: ");
    return a.substr(0, date) + a.substr(a.find("\r\n", date) + 2);
  };
  const auto head = without_date(s.answer(c, false));
  CHECK(has_line(head, "Content-Length: 5"));
  CHECK(head + "whole" == without_date(s.answer(c)));
}

TEST_CASE("an answer without content has no body, whatever it is given") {
  street s;
  for (const unsigned status : {204u, 304u}) {
    s.owner.answer = [=](http_responder_ptr r) {
      r->respond({.status = status, .headers = {}, .body = "none"});
    };
    raw_client c(s.door.port());
    c.send(get("/") + get("/"));
    for (int i = 0; i < 2; ++i) {
      const auto answer = s.answer(c);
      CHECK(has_status(answer, static_cast<int>(status)));
      CHECK_FALSE(contains(answer, "Content-Length"));
    }
    CHECK(c.received == "");
  }
}

TEST_CASE("every answer has a date") {
  street s({.header_limit = 100});
  for (const auto& request :
       {get("/"), get("/", upgrade_headers), "NONSENSE\r\n\r\n"s, std::string(101, 'x')}) {
    const auto answer = s.ask(request);
    const auto at = answer.find("\r\nDate: ");
    REQUIRE(at != std::string::npos);
    std::tm t{};
    const auto* end = ::strptime(answer.c_str() + at + 8, "%a, %d %b %Y %H:%M:%S GMT", &t);
    REQUIRE(end != nullptr);
    CHECK(std::string(end, 2) == "\r\n");
    CHECK(std::abs(::timegm(&t) - std::time(nullptr)) <= 2);
    CHECK(answer.find("Date: ", at + 8) == std::string::npos);
  }
}

TEST_CASE("a responder answers its own request once, and no other") {
  street s;
  std::vector<http_responder_ptr> kept;
  s.owner.answer = [&](http_responder_ptr r) { kept.push_back(std::move(r)); };
  raw_client c(s.door.port());
  c.send(get("/1") + get("/2"));
  s.until([&] { return kept.size() == 1; });
  kept[0]->respond({.headers = {}, .body = "first"});
  kept[0]->respond({.headers = {}, .body = "again"});
  s.until([&] { return kept.size() == 2; });
  kept[0]->respond({.headers = {}, .body = "late"});
  kept[0]->stream({}, [](http_taken) { FAIL("nothing to take"); });
  kept[1]->respond({.headers = {}, .body = "second"});
  CHECK(s.answer(c).ends_with("first"));
  CHECK(s.answer(c).ends_with("second"));
  kept[1].reset();
  s.a_few_ticks();
  CHECK_FALSE(c.ended);
}

TEST_CASE("a connection whose responder is let go of ends") {
  street s;
  s.owner.answer = [](http_responder_ptr) {};
  raw_client c(s.door.port());
  c.send(get("/"));
  s.expect_end(c);
}

TEST_CASE("a connection may be accepted as a WebSocket only if it asks for it") {
  street s;
  s.owner.answer = [&](http_responder_ptr r) { r->accept({}, s.owner.take(s.first, {})); };
  CHECK(has_status(s.ask(get("/")), 500));
  CHECK(s.owner.visitors.empty());
}

TEST_CASE("a streamed answer has a head, and a socket for whoever goes on") {
  street s;
  s.owner.answer = [&](http_responder_ptr r) {
    r->stream({{"Content-Type", "text/event-stream"}, {"Content-Length", "3"}}, s.owner.take(s.first, {}));
  };
  raw_client c(s.door.port());
  SUBCASE("HTTP/1.1: chunked") {
    c.send(get("/") + "more");
    const auto answer = s.answer(c);
    CHECK(has_status(answer, 200));
    CHECK(has_line(answer, "Content-Type: text/event-stream"));
    CHECK(has_line(answer, "Transfer-Encoding: chunked"));
    CHECK_FALSE(contains(answer, "Content-Length"));
    s.until([&] { return s.owner.visitors.size() == 1; });
    CHECK(s.owner.visitors[0].taken.chunked);
    CHECK(s.owner.visitors[0].taken.already_read == "more");
    CHECK(s.owner.visitors[0].taken.socket.is_open());
  }
  SUBCASE("HTTP/1.0: ended by TCP") {
    c.send("GET / HTTP/1.0\r\n\r\n");
    const auto answer = s.answer(c);
    CHECK_FALSE(contains(answer, "chunked"));
    CHECK(has_line(answer, "Connection: close"));
    s.until([&] { return s.owner.visitors.size() == 1; });
    CHECK_FALSE(s.owner.visitors[0].taken.chunked);
  }
  SUBCASE("HEAD: no more than that") {
    c.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(has_status(s.answer(c), 200));
    s.expect_end(c);
    CHECK(s.owner.visitors.empty());
  }
}

TEST_CASE("a client that does not read its answer is left, and its other requests are not read") {
  street s({.body_timeout = std::chrono::milliseconds(100)});
  int asked = 0;
  s.owner.answer = [&](http_responder_ptr r) {
    ++asked;
    r->respond({.headers = {}, .body = std::string(8u << 20, 'x')});
  };
  raw_client c(s.door.port(), 4096);
  c.send(get("/") + get("/") + get("/"));
  s.until([&] { return asked == 1; });
  // Nothing tells from here when the session has gone, but that the last bytes come without the answer's end.
  ::usleep(150'000);
  s.a_few_ticks();
  s.until([&] {
    c.read();
    return c.ended;
  });
  CHECK(asked == 1);
  CHECK(c.received.size() < 8u << 20);
}

TEST_CASE("what delimits an answer is not the owner's to say") {
  street s;
  s.owner.answer = [](http_responder_ptr r) {
    r->respond({.headers = {{"content-length", "1"}, {"Transfer-Encoding", "chunked"}, {"Set-Cookie", "a"}},
                .body = "whole"});
  };
  const auto answer = s.ask(get("/"));
  CHECK(answer.ends_with("\r\n\r\nwhole"));
  CHECK(contains(answer, "Content-Length: 5\r\n"));
  CHECK(contains(answer, "Set-Cookie: a\r\n"));
  CHECK_FALSE(contains(answer, "chunked"));
}

// -- expectations -----------------------------------------------------------------

TEST_CASE("an expectation of 100-continue is met before the body is read") {
  street s;
  raw_client c(s.door.port());
  c.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n");
  CHECK(s.answer(c) == "HTTP/1.1 100 Continue\r\n\r\n");
  c.send("ab");
  CHECK(has_status(s.answer(c), 404));
  CHECK(s.owner.requests.back().body == "ab");
}

TEST_CASE("an expectation that needs no 100, or cannot be met, is answered at once") {
  street s({.body_limit = 10});
  struct row {
    std::string rest;
    int status;
  };
  const std::vector<row> rows = {
      {"1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nab", 404},
      {"1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n", 404},
      {"1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nab", 404},
      {"1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n", 413},
      {"1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: a-miracle\r\n\r\n", 417},
      {"1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\nExpect: more\r\n\r\n", 417},
  };
  for (const auto& r : rows) {
    CAPTURE(r.rest);
    CHECK(has_status(s.ask("POST / HTTP/" + r.rest), r.status));
  }
}

// -- refusals ---------------------------------------------------------------------

TEST_CASE("what is no request, or one that could be read in two ways, is refused and the connection ends") {
  street s;
  const auto post = [](const std::string& headers, const std::string& body = "") {
    return "POST / HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n" + body;
  };
  struct row {
    std::string bytes;
    int status;
  };
  const std::vector<row> rows = {
      {"\x16\x03\x01 this is TLS", 400},
      {"nonsense\r\n\r\n", 400},
      {"GET /\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET / HTTP/1.1\nHost: h\n\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n"s, 400},
      {"GET / HTTP/1.1\r\nHost: h\r\nX : a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\n: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n\tb\r\n\r\n", 400},
      // the version
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505},
      {"GET / HTTP/0.9\r\n\r\n", 505},
      {"GET / HTTP/11\r\nHost: h\r\n\r\n", 400},
      {"GET / http/1.1\r\nHost: h\r\n\r\n", 400},
      // the host and the target
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"GET / HTTP/1.0\r\nHost: a\r\nhost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      // the length of the body
      {post("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), 400},
      {post("Content-Length: 1\r\nContent-Length: 1\r\n", "a"), 400},
      {post("Content-Length: 1, 1\r\n", "a"), 400},
      {post("Content-Length: -1\r\n"), 400},
      {post("Content-Length: +1\r\n", "a"), 400},
      {post("Content-Length: 0x1\r\n", "a"), 400},
      {post("Content-Length: 1 \v\r\n", "a"), 400},
      {post("Content-Length:\r\n"), 400},
      {post("Content-Length: 99999999999999999999\r\n"), 400},
      {post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 501},
      {post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {post("Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding: identity\r\n"), 400},
      {post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding:\r\nContent-Length: 1\r\n", "a"), 400},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      // chunks
      {post("Transfer-Encoding: chunked\r\n", "x\r\nabcde"), 400},
      {post("Transfer-Encoding: chunked\r\n", "-1\r\nabcde"), 400},
      {post("Transfer-Encoding: chunked\r\n", "1\r\nab\r\n0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked\r\n", "ffffffffffffffffff\r\nab"), 400},
      {post("Transfer-Encoding: chunked\r\n", "1;" + std::string(20000, 'x')), 431},
      {post("Transfer-Encoding: chunked\r\n", "0\r\nX: " + std::string(20000, 'x')), 431},
  };
  for (const auto& r : rows) {
    CAPTURE(r.bytes.substr(0, 150));
    raw_client c(s.door.port());
    c.send(r.bytes);
    const auto answer = s.answer(c);
    CHECK(has_status(answer, r.status));
    CHECK(has_line(answer, "Connection: close"));
    CHECK(has_line(answer, "Content-Type: application/json; charset=utf-8"));
    CHECK(contains(answer, R"({"code":"system.badRequest","message":")"));
    s.expect_end(c);
  }
  CHECK(s.owner.requests.empty());
}

TEST_CASE("what is too long is refused and the connection ends") {
  street s({.header_limit = 1000, .body_limit = 1000});
  const auto exactly = [](const std::string& begin, std::size_t size) {
    return begin + std::string(size - begin.size() - 4, 'x') + "\r\n\r\n";
  };
  const auto chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"s;
  const auto sized = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: "s;
  struct row {
    std::string bytes;
    int status;
  };
  const std::vector<row> rows = {
      {exactly("GET / HTTP/1.1\r\nHost: h\r\nX: ", 1000), 404},
      {exactly("GET / HTTP/1.1\r\nHost: h\r\nX: ", 1001), 431},
      {"GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(2000, 'x'), 431},
      {get("/" + std::string(2000, 'x')), 431},
      {sized + "1000\r\n\r\n" + std::string(1000, 'x'), 404},
      {sized + "1001\r\n\r\n" + std::string(1001, 'x'), 413},
      {sized + "1001\r\n\r\n", 413},
      {chunked + "3e8\r\n" + std::string(1000, 'x') + "\r\n0\r\n\r\n", 404},
      {chunked + "3e8\r\n" + std::string(1000, 'x') + "\r\n1\r\nx\r\n0\r\n\r\n", 413},
      {chunked + "3e9\r\n", 413},
  };
  for (const auto& r : rows) {
    CAPTURE(r.bytes.substr(0, 100));
    raw_client c(s.door.port());
    c.send(r.bytes);
    CHECK(has_status(s.answer(c), r.status));
    if (r.status != 404) s.expect_end(c);
  }
}

// -- time -------------------------------------------------------------------------

TEST_CASE("a client that takes too long is told so if it has begun a request, and left") {
  using std::chrono::milliseconds;
  constexpr milliseconds little{50};
  struct row {
    http_door_options patience;
    std::string bytes;
    bool told;
  };
  const std::vector<row> rows = {
      {{.header_timeout = little}, "", false},
      {{.header_timeout = little}, "\r\n", false},
      {{.header_timeout = little}, "GET / HT", true},
      {{.header_timeout = little}, get("/").substr(0, 30), true},
      {{.body_timeout = little}, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc", true},
      {{.body_timeout = little},
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0",
       true},
  };
  for (const auto& r : rows) {
    CAPTURE(r.bytes);
    street s(r.patience);
    raw_client c(s.door.port());
    c.send(r.bytes);
    if (r.told) CHECK(has_status(s.answer(c), 408));
    s.expect_end(c);
    CHECK(s.owner.requests.empty());
  }
}

TEST_CASE("a client that sends its header byte by byte has no more time for it") {
  street s({.header_timeout = std::chrono::milliseconds(100)});
  raw_client c(s.door.port());
  s.until([&] {
    c.send("x");
    c.read();
    return c.ended;
  });
  CHECK(has_status(c.received, 408));
}

TEST_CASE("a client that waits too long with its next request is left without a word") {
  street s({.idle_timeout = std::chrono::milliseconds(50)});
  raw_client c(s.door.port());
  c.send(get("/"));
  s.answer(c);
  s.expect_end(c);
}

TEST_CASE("there is no time limit for the owner") {
  using std::chrono::milliseconds;
  street s({.header_timeout = milliseconds(20),
            .body_timeout = milliseconds(20),
            .idle_timeout = milliseconds(20)});
  http_responder_ptr waiting;
  s.owner.answer = [&](http_responder_ptr r) { waiting = std::move(r); };
  raw_client c(s.door.port());
  c.send(get("/"));
  s.until([&] { return waiting != nullptr; });
  const auto soon = std::chrono::steady_clock::now() + milliseconds(60);
  s.until([&] { return std::chrono::steady_clock::now() > soon; });
  c.read();
  CHECK_FALSE(c.ended);
  waiting->respond({});
  CHECK(has_status(s.answer(c), 200));
}
