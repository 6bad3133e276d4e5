#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/net/websocket_dialogue.hpp"

using namespace actorgate::net;
using namespace actorgate::net::test;
using namespace std::string_literals;

TEST_CASE("messages reach the owner and its frames reach the client") {
  dialogue d;
  d.start();
  d.client->send(client_text("one") + client_frame(fin | 2, "two"));
  d.expect_told({"one", "two"});
  d.client->send(client_text("echo"));
  d.expect(wire_text("echo"));
}

TEST_CASE("what came behind the upgrade request is read first, and not from inside start") {
  dialogue d;
  const auto second = client_text("second");
  d.start(client_text("first") + second.substr(0, 3));
  CHECK(d.server->told.empty());
  d.client->send(second.substr(3));
  d.expect_told({"first", "second"});
}

TEST_CASE("a message that arrives byte by byte is put together") {
  dialogue d;
  d.start();
  for (char c : client_text("slowly")) {
    d.client->send({&c, 1});
    for (int i = 0; i < 3; ++i) tick(d.io);
  }
  d.expect_told({"slowly"});
}

TEST_CASE("a message longer than the read buffer arrives whole") {
  dialogue d;
  d.start();
  const std::string text(900'000, 'x');
  const auto bytes = client_text(text);
  std::size_t sent = 0;
  d.until([&] {
    sent += d.client->send(std::string_view(bytes).substr(sent));
    return !d.server->told.empty();
  });
  CHECK((d.server->told.front() == text));
}

TEST_CASE("what is sent in one tick waits for its end, and then leaves nothing queued") {
  dialogue d;
  d.start();
  d.socket().send(frame::text({"a"}));
  d.socket().send(frame::text({"b"}));
  CHECK(d.socket().queued_bytes() == 6);
  d.client->read();
  CHECK(d.client->received.empty());
  tick(d.io);
  CHECK(d.socket().queued_bytes() == 0);
  d.expect(wire_text("a") + wire_text("b"));
}

TEST_CASE("more frames than one sendmsg takes keep their order") {
  dialogue d;
  d.start();
  std::string want;
  for (int i = 0; i < 1000; ++i) {
    const auto text = std::to_string(i);
    d.socket().send(frame::text({text}));
    want += wire_text(text);
  }
  d.expect(want);
}

TEST_CASE("a client that reads late gets everything in order") {
  dialogue d({}, 4096);
  d.start();
  std::string want;
  for (int i = 0; i < 3000; ++i) {
    const auto text = std::to_string(i) + std::string(300, 'x');
    d.socket().send(frame::text({text}));
    want += wire_text(text);
    if (i % 10 == 0) tick(d.io);
  }
  CHECK(d.socket().queued_bytes() > 500'000);
  d.expect(want);
  CHECK(d.socket().queued_bytes() == 0);
  CHECK(d.server->closed.empty());
}

TEST_CASE("a ping is answered, between fragments too") {
  dialogue d;
  d.start();
  d.client->send(client_ping("") + client_frame(1, "hel"));
  d.expect(wire_pong(""));
  d.client->send(client_ping("still there?"));
  d.expect(wire_pong("still there?"));
  d.client->send(client_frame(fin, "lo"));
  d.expect_told({"hello"});
}

TEST_CASE("of the pings of a tick only the latest is answered") {
  dialogue d;
  d.start();
  d.client->send(client_ping("1") + client_ping("2") + client_ping("3"));
  d.expect(wire_pong("3"));
}

TEST_CASE("a flood of pings takes no memory while the client does not read") {
  dialogue d({}, 4096);
  d.start();
  for (int i = 0; i < 1000; ++i) d.socket().send(frame::text({std::string(1000, 'x')}));
  tick(d.io);
  const auto queued = d.socket().queued_bytes();
  CHECK(queued > 0);
  std::size_t sent = 0;
  while (sent < 1'000'000) {
    sent += d.client->send(client_ping(std::string(125, 'p')));
    tick(d.io);
  }
  CHECK(d.socket().queued_bytes() <= queued + 127);
  d.until([&] {
    d.client->read();
    return !parse(d.client->received).empty() && parse(d.client->received).back().first == 10;
  });
}

TEST_CASE("a message over the limit is reported by its beginning, and the socket goes on") {
  dialogue d({.message = 10'000});
  d.start();
  d.client->send(client_text(std::string(10'001, 'x')) + client_text("next"));
  d.expect_told({"oversize 4096", "next"});
}

// -- limits ---------------------------------------------------------------------------------------

TEST_CASE("a client that does not read is closed when more than the limit waits for it") {
  dialogue d({.queued = 200'000}, 4096);
  d.start();
  const auto text = frame::text({std::string(1000, 'x')});
  for (int i = 0; i < 2000 && d.socket().is_open(); ++i) {
    d.socket().send(text);
    CHECK(d.socket().queued_bytes() <= 200'000);
    if (i % 7 == 0) tick(d.io);
  }
  CHECK_FALSE(d.socket().is_open());
  CHECK(d.server->closed.empty());
  CHECK(d.socket().queued_bytes() < 1100);  // the frame that was under way, and the close frame
  SUBCASE("and, if it wakes up, gets whole frames and the reason") {
    d.until([&] {
      d.client->read();
      const auto frames = parse(d.client->received);
      return !frames.empty() && frames.back().first == 8;
    });
    const auto frames = parse(d.client->received);
    CHECK(frames.back().second == close_payload(4001, "slow consumer"));
    CHECK(std::all_of(frames.begin(), frames.end() - 1,
                      [](const auto& f) { return f.first == 1 && f.second == std::string(1000, 'x'); }));
    d.client->send(client_close(4001));
  }
  SUBCASE("and is left after a while, if it stays so") {}
  d.expect_closed(close_reason::slow_consumer);
}

TEST_CASE("a burst over the limit does no harm to a client that reads") {
  dialogue d({.queued = 20'000});
  d.start();
  std::string want;
  for (int i = 0; i < 60; ++i) {
    d.socket().send(frame::text({std::string(1000, 'x')}));
    want += wire_text(std::string(1000, 'x'));
  }
  CHECK(d.socket().is_open());
  d.expect(want);
}

TEST_CASE("a silent client is pinged, and closed if it stays silent") {
  dialogue d;
  d.start();
  d.socket().heartbeat();  // it has just come
  d.socket().heartbeat();
  d.expect("\x89\x00"s);
  SUBCASE("no answer") {
    d.socket().heartbeat();
    d.expect(wire_close(close_reason::idle_timeout));
    d.client->send(client_close(4002));
    d.expect_closed(close_reason::idle_timeout);
  }
  SUBCASE("a pong") {
    d.client->send(client_frame(fin | 10, "") + client_text("now"));
    d.expect_told({"now"});
    d.socket().heartbeat();
    d.socket().heartbeat();
    d.expect("\x89\x00"s);
    CHECK(d.socket().is_open());
  }
}

// -- lifetimes ------------------------------------------------------------------------------------

TEST_CASE("an owner without other references lives as long as its socket") {
  dialogue d;
  d.start();
  auto* server = d.server;
  SUBCASE("and goes when that ends") {
    d.release();
    d.client->disconnect();
  }
  SUBCASE("and may let go of itself in on_closed") {
    server->releases_itself = true;
    d.server = nullptr;
    d.client->send(client_close(1000));
  }
  SUBCASE("and goes after a close that nobody answers") {
    server->socket.close(close_reason::normal);
    d.release();
    tick(d.io);
    CHECK(d.alive);
  }
  d.until([&] { return !d.alive; });
}

TEST_CASE("a loop that ends lets go of the owners of open sockets") {
  bool alive = false;
  {
    dialogue d;
    d.start();
    d.socket().send(frame::text({"x"}));
    tick(d.io);
    auto* server = std::exchange(d.server, nullptr);
    server->drop_ref();
    CHECK(d.alive);
    alive = d.alive;
  }
  CHECK(alive);
}

// Of these, 16 are for what few sockets have: TLS, and somebody who counts connections.
TEST_CASE("an idle websocket is small") { static_assert(sizeof(websocket) <= 216); }
