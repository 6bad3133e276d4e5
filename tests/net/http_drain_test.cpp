// How connections end when the service does: behind the requests that have begun.
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/net/street.hpp"
#include "tests/net/tls_client.hpp"
#include "tests/support/authority.hpp"

using namespace actorgate::net;
using namespace actorgate::net::test;

namespace {

/// A street whose requests wait for their answers.
struct slow_street : street {
  explicit slow_street(http_door_options o = {}) : street(std::move(o)) {
    owner.answer = [this](http_responder_ptr r) { waiting.push_back(std::move(r)); };
  }
  void await_requests(std::size_t count) {
    until([&] { return waiting.size() == count; });
  }
  void answer_all() {
    for (auto& r : std::exchange(waiting, {})) r->respond({.headers = {}, .body = "done"});
  }
  /// The first request of a client that stays, answered.
  template <class Client>
  void serve(Client& c) {
    c.send(get("/"));
    until([&] { return c.read(), waiting.size() == 1; });
    answer_all();
    CHECK_FALSE(has_line(answer(c), "Connection: close"));
  }
  template <class Client>
  void expect_last(Client& c) {
    const auto last = answer(c);
    CHECK(has_status(last, 200));
    CHECK(has_line(last, "Connection: close"));
    CHECK(last.ends_with("done"));
    expect_end(c);
  }

  std::vector<http_responder_ptr> waiting;
};

}  // namespace

TEST_CASE("a request that waits for its answer gets it, and then the connection ends") {
  slow_street s;
  raw_client c(s.door.port()), other(s.door.port());
  c.send(get("/1") + get("/behind-it"));
  other.send(get("/2"));
  s.await_requests(2);
  s.door.drain();
  s.a_few_ticks();
  CHECK(s.door.sessions() == 2);
  s.answer_all();
  s.expect_last(c);
  s.expect_last(other);
  CHECK(s.owner.requests.size() == 2);
  c.disconnect();
  other.disconnect();
  s.until([&] { return s.door.sessions() == 0; });
  CHECK_THROWS(raw_client(s.door.port()));
}

TEST_CASE("a request that has begun to come is awaited and answered") {
  slow_street s;
  const auto request = "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody";
  raw_client c(s.door.port());
  std::size_t known = 0;
  SUBCASE("in its header") { known = 10; }
  SUBCASE("in its body") { known = std::string(request).size() - 2; }
  SUBCASE("as the second one of its connection") {
    s.serve(c);
    known = 10;
  }
  c.send(std::string(request).substr(0, known));
  s.a_few_ticks();
  s.door.drain();
  s.a_few_ticks();
  c.send(std::string(request).substr(known));
  s.await_requests(1);
  s.answer_all();
  s.expect_last(c);
}

TEST_CASE("a connection that waits for another request ends at once, unless one is on its way") {
  slow_street s;
  raw_client idle(s.door.port()), quick(s.door.port());
  s.serve(idle);
  s.serve(quick);
  quick.send(get("/just-now"));
  s.door.drain();
  s.expect_end(idle);
  s.await_requests(1);
  s.answer_all();
  s.expect_last(quick);
}

TEST_CASE("a new connection has a moment to ask, and no more") {
  slow_street s;
  raw_client asks(s.door.port()), silent(s.door.port());
  s.until([&] { return s.door.sessions() == 2; });
  s.door.drain();
  s.a_few_ticks();
  CHECK_FALSE(asks.ended);
  asks.send(get("/"));
  s.await_requests(1);
  s.answer_all();
  s.expect_last(asks);
  s.expect_end(silent);
}

TEST_CASE("a client that has connected before, but has not been let in yet, is served") {
  slow_street s;
  raw_client c(s.door.port());  // and no loop has turned so far
  c.send(get("/"));
  s.door.drain();
  s.await_requests(1);
  s.answer_all();
  s.expect_last(c);
}

TEST_CASE("what is taken over stays, and no longer counts") {
  slow_street s;
  raw_client c(s.door.port());
  c.send(get("/", upgrade_headers));
  CHECK(has_status(s.answer(c), 101));
  s.until([&] { return s.door.sessions() == 0; });
  s.door.drain();
  s.a_few_ticks();
  c.read();
  CHECK_FALSE(c.ended);
}

TEST_CASE("a large answer is written to its end before its connection counts as ended") {
  slow_street s;
  raw_client c(s.door.port(), 4096);
  c.send(get("/"));
  s.await_requests(1);
  s.door.drain();
  s.a_few_ticks();
  const std::string body(20'000'000, 'x');
  std::exchange(s.waiting, {}).front()->respond({.headers = {}, .body = body});
  s.a_few_ticks();
  CHECK(s.door.sessions() == 1);
  CHECK((s.answer(c).ends_with("\r\n\r\n" + body)));
  s.expect_end(c);
}

TEST_CASE("connections over TLS are wound up as others are") {
  const actorgate::test::authority root;
  const auto files = root.issue("server");
  http_door_options options;
  options.tls = std::make_shared<const tls_context>(files.certificate, files.key);
  slow_street s(std::move(options));
  const auto trust = tls_client::trusting(root.certificate());
  tls_client idle(s.door.port(), trust), asks(s.door.port(), trust), begins(s.door.port(), trust);
  s.serve(idle);
  s.serve(asks);
  asks.send(get("/"));
  s.await_requests(1);
  s.door.drain();
  s.expect_end(idle);
  begins.send(get("/"));
  s.until([&] { return begins.read(), s.waiting.size() == 2; });
  s.answer_all();
  s.expect_last(asks);
  s.expect_last(begins);
}
