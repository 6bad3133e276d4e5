// What goes through the door over TLS: requests, WebSockets, streams.
#include <memory>
#include <string>
#include <sys/socket.h>
#include <utility>

#include <doctest/doctest.h>

#include "net/event_stream.hpp"
#include "tests/net/street.hpp"
#include "tests/net/tls_client.hpp"
#include "tests/net/websocket_dialogue.hpp"
#include "tests/support/authority.hpp"

using namespace actorgate::net;
using namespace actorgate::net::test;
using namespace std::chrono_literals;
using actorgate::test::authority;

namespace {

/// Made once: what differs between the cases is not the certificate.
const authority& root() {
  static const authority a;
  return a;
}
std::shared_ptr<const tls_context> server_context() {
  static const auto files = root().issue("server");
  static const auto context = std::make_shared<const tls_context>(files.certificate, files.key);
  return context;
}
const tls_client::context_ptr& trust() {
  static const auto context = tls_client::trusting(root().certificate());
  return context;
}

http_door_options secure(http_door_options o = {}) {
  o.tls = server_context();
  return o;
}

struct counted_stream final : event_stream_owner {
  counted_stream(loop& l, http_taken taken) : stream(l, std::move(taken), 1u << 20, *this) {}
  void on_closed(close_reason why) override { closed.push_back(why); }
  void add_ref() noexcept override {}
  void drop_ref() noexcept override {}
  event_stream stream;
  std::vector<close_reason> closed;
};

/// A WebSocket over TLS that has been upgraded, with its client.
struct secure_dialogue {
  explicit secure_dialogue(websocket_limits l = {}, int buffer = 0)
      : limits(l), client(at.door.port(), trust(), {}, buffer) {
    client.send(get("/", upgrade_headers));
    CHECK(has_status(at.answer(client), 101));
    at.until([&] { return !at.owner.visitors.empty(); });
    auto& v = at.owner.visitors.front();
    server = new owner(*v.home, std::move(v.taken.socket), limits, alive);
    server->socket.start(v.taken.already_read);
  }
  ~secure_dialogue() { server->drop_ref(); }

  void expect_parsed(std::size_t frames) {
    at.until([&] {
      client.read();
      return parse(client.received).size() >= frames || client.ended;
    });
    CHECK(parse(client.received).size() == frames);
  }

  street at{secure()};
  websocket_limits limits;
  tls_client client;
  bool alive = false;
  owner* server = nullptr;
};

}  // namespace

TEST_CASE("requests over TLS are answered one after the other, with bodies over many records") {
  street s(secure());
  tls_client c(s.door.port(), trust());
  const std::string body(300'000, 'b');
  s.owner.answer = [&](http_responder_ptr r) {
    const auto size = s.owner.requests.back().body.size();
    r->respond({.headers = {}, .body = std::string(size * 3, 'a')});
  };
  for (int i = 0; i < 2; ++i) {
    c.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n" + body);
    const auto answer = s.answer(c);
    CHECK(has_status(answer, 200));
    CHECK((s.owner.requests.back().body == body));
    CHECK(answer.ends_with("\r\n\r\n" + std::string(900'000, 'a')));
  }
}

TEST_CASE("a connection over TLS ends with close_notify") {
  street s(secure());
  tls_client c(s.door.port(), trust());
  c.send(get("/", "Connection: close\r\n"));
  CHECK(has_line(s.answer(c), "Connection: close"));
  s.expect_end(c);
}

TEST_CASE("a client may end TLS in order or not") {
  street s(secure());
  tls_client c(s.door.port(), trust());
  c.send(get("/"));
  s.answer(c);
  SUBCASE("in order") { c.end_sending(); }
  SUBCASE("not") { c.tcp.end_sending(); }
  SUBCASE("by a reset") { c.tcp.abort(); }
  s.until([&] { return s.owner.guests["127.0.0.1"] == 0; });
}

TEST_CASE("a plain request on a TLS port is told so") {
  street s(secure());
  std::string line;
  SUBCASE("GET") { line = "GET / HTTP/1.1\r\n"; }
  SUBCASE("OPTIONS") { line = "OPTIONS * HTTP/1.1\r\n"; }
  const auto answer = s.ask(line + "Host: h\r\n\r\n");
  CHECK(has_status(answer, 400));
  CHECK(has_line(answer, "Connection: close"));
  CHECK(contains(
      answer, R"({"code":"system.badRequest","message":"Client sent an HTTP request to an HTTPS server"})"));
  CHECK(s.owner.requests.empty());
}

TEST_CASE("garbage on a TLS port just ends") {
  street s(secure());
  raw_client c(s.door.port());
  SUBCASE("no TLS at all") { c.send("\x01garbage"); }
  SUBCASE("TLS that is none") { c.send("\x16\x03\x01 garbage that is long enough for a record's header"); }
  SUBCASE("nothing") { c.end_sending(); }
  s.until([&] {
    c.read();
    return c.ended;
  });
  CHECK_FALSE(c.received.starts_with("HTTP"));
  s.until([&] { return s.owner.guests["127.0.0.1"] == 0; });
}

TEST_CASE("a client that does not get on with TLS is sent away") {
  street s(secure({.header_timeout = 50ms}));
  raw_client c(s.door.port());
  SUBCASE("silent") {}
  SUBCASE("half a record") { c.send("\x16\x03\x01"); }
  s.expect_end(c);
}

TEST_CASE("a connection that is not admitted is told so over TLS") {
  street s(secure());
  s.owner.admits = false;
  tls_client c(s.door.port(), trust());
  c.send(get("/"));
  CHECK(has_status(s.answer(c), 503));
  s.expect_end(c);
}

TEST_CASE("messages go both ways over TLS") {
  secure_dialogue d;
  const std::string large(700'000, 'x');
  d.client.send(client_text("echo") + client_text(large) + client_ping("p"));
  d.at.until([&] { return d.server->told.size() == 2; });
  CHECK((d.server->told == std::vector<std::string>{"echo", large}));
  d.at.until([&] {
    d.client.read();
    return d.client.received == wire_text("echo") + wire_pong("p");
  });
}

TEST_CASE("a tick's output is as few records of TLS as can be") {
  secure_dialogue d;
  d.client.records.clear();
  std::string expected;
  for (int i = 0; i < 500; ++i) {
    const auto text = std::to_string(i) + std::string(100, '.');
    d.server->socket.send(frame::text({text}));
    expected += wire_text(text);
  }
  d.at.until([&] {
    d.client.read();
    return d.client.received.size() >= expected.size();
  });
  CHECK((d.client.received == expected));
  // 500 frames leave the queue 64 at a time.
  CHECK(d.client.records.size() == 8);
}

TEST_CASE("what a slow client reads late is whole and in order") {
  secure_dialogue d({}, 4096);
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    const auto text = std::to_string(i) + std::string(static_cast<std::size_t>(i * 97), '.');
    expected += wire_text(text);
    d.server->socket.send(frame::text({text}));
    if (i % 10 == 0) d.at.a_few_ticks();
  }
  CHECK(d.server->socket.queued_bytes() > 0);
  d.at.until([&] {
    d.client.read();
    return d.client.received.size() >= expected.size() || d.client.ended;
  });
  CHECK((d.client.received == expected));
  CHECK(d.server->socket.queued_bytes() == 0);
}

TEST_CASE("a client that is too slow for TLS sees whole frames, and why it is closed") {
  secure_dialogue d({.queued = 100'000}, 4096);
  const std::string text(1000, 'x');
  int sent = 0;
  for (; d.server->socket.is_open(); ++sent) {
    d.server->socket.send(frame::text({text}));
    if (sent % 7 == 0) d.at.a_few_ticks();
  }
  d.at.until([&] {
    d.client.read();
    return d.client.ended;
  });
  CHECK_FALSE(d.client.failed);
  const auto frames = parse(d.client.received);
  REQUIRE(frames.size() > 1);
  CHECK(frames.size() < static_cast<std::size_t>(sent));
  for (std::size_t i = 0; i + 1 < frames.size(); ++i) CHECK((frames[i] == std::pair(1, text)));
  CHECK(frames.back().first == 8);
  CHECK(frames.back().second.substr(0, 2) == close_payload(4001));
}

TEST_CASE("the handshake that closes a WebSocket is followed by that of TLS") {
  secure_dialogue d;
  SUBCASE("by the client") {
    d.client.send(client_close(1000));
    d.expect_parsed(1);
  }
  SUBCASE("by us") {
    d.server->socket.close(close_reason::going_away);
    d.expect_parsed(1);
    d.client.send(client_close(1001));
  }
  SUBCASE("by a breach of the protocol") {
    d.client.send(client_frame(fin | 3, ""));
    d.expect_parsed(1);
    d.at.a_few_ticks();
    d.client.end_sending();
  }
  d.client.received.clear();
  d.at.expect_end(d.client);
  d.at.until([&] { return !d.server->closed.empty(); });
}

TEST_CASE("a client that renews its keys is served on") {
  secure_dialogue d;
  for (int i = 0; i < 3; ++i) {
    SSL_key_update(d.client.ssl(), SSL_KEY_UPDATE_REQUESTED);
    d.client.received.clear();
    d.client.send(client_text("echo"));
    d.at.until([&] {
      d.client.read();
      return d.client.received == wire_text("echo");
    });
  }
}

TEST_CASE("TLS that ends without a word is a peer that has gone") {
  secure_dialogue d;
  SUBCASE("in order") { d.client.end_sending(); }
  SUBCASE("not") { d.client.tcp.end_sending(); }
  SUBCASE("broken") { d.client.tcp.send("garbage garbage garbage"); }
  d.at.until([&] { return !d.server->closed.empty(); });
  CHECK(d.server->closed == std::vector{close_reason::peer_gone});
}

TEST_CASE("events are streamed over TLS, and the end of the stream is in order") {
  street s(secure());
  std::unique_ptr<counted_stream> streaming;
  s.owner.answer = [&](http_responder_ptr r) {
    r->stream({}, [&](http_taken taken) {
      streaming = std::make_unique<counted_stream>(*s.owner.homes.back(), std::move(taken));
      streaming->stream.start();
    });
  };
  tls_client c(s.door.port(), trust());
  c.send(get("/events"));
  CHECK(has_line(s.answer(c), "Transfer-Encoding: chunked"));
  s.until([&] { return streaming != nullptr; });
  streaming->stream.send("change", R"({"a":1})");
  s.until([&] {
    c.read();
    return contains(c.received, "event: change\ndata: {\"a\":1}\n\n");
  });
  streaming->stream.close(close_reason::going_away);
  s.until([&] {
    c.read();
    return c.ended;
  });
  CHECK_FALSE(c.reset);
  CHECK(c.received.ends_with("0\r\n\r\n"));
  c.end_sending();
  s.until([&] { return !streaming->closed.empty(); });
}
