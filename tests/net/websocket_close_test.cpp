#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <fcntl.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include "tests/net/websocket_dialogue.hpp"

using namespace actorgate::net;
using namespace actorgate::net::test;
using namespace std::string_literals;

TEST_CASE("the client's close is echoed with its code, behind what is queued, and TCP ends at once") {
  dialogue d;
  d.start();
  d.client->send(client_text("echo") + client_close(3210, "bye") + client_text("too late"));
  d.until([&] {
    d.client->read();
    return d.client->received.size() >= (wire_text("echo") + wire_close(3210)).size();
  });
  CHECK(d.client->received == wire_text("echo") + wire_close(3210));
  d.expect_closed(close_reason::closed_by_peer);
  CHECK(d.server->told == std::vector<std::string>{"echo"});
}

TEST_CASE("a close without a code is echoed without one") {
  dialogue d;
  d.start();
  d.client->send(client_frame(fin | 8, ""));
  d.expect("\x88\x00"s);
  d.expect_end();
  d.expect_closed(close_reason::closed_by_peer);
}

TEST_CASE("our close goes behind what is queued and is complete when the client answers it") {
  dialogue d;
  d.start();
  d.socket().send(frame::text({"last words"}));
  d.socket().close(close_reason::going_away);
  CHECK_FALSE(d.socket().is_open());
  CHECK(d.server->closed.empty());
  d.socket().send(frame::text({"not any more"}));
  d.socket().close(close_reason::normal);
  d.expect(wire_text("last words") + wire_close(close_reason::going_away));
  CHECK(d.server->closed.empty());
  d.client->send(client_text("unheard") + client_ping("unanswered") + client_close(1001));
  d.expect_end();
  d.expect_closed(close_reason::going_away);
  CHECK(d.server->told.empty());
}

TEST_CASE("closing from inside a message ends the conversation there") {
  dialogue d;
  d.start();
  d.client->send(client_text("close") + client_text("unheard"));
  d.expect(wire_close(close_reason::going_away));
  d.client->send(client_close(1000));
  d.expect_end();
  d.expect_closed(close_reason::going_away);
  CHECK(d.server->told == std::vector<std::string>{"close"});
}

TEST_CASE("when both sides close at the same time, nothing is sent twice") {
  dialogue d;
  d.start();
  d.client->send(client_close(1000));
  d.socket().close(close_reason::normal);
  d.expect(wire_close(close_reason::normal));
  d.expect_end();
  d.expect_closed(close_reason::normal);
}

TEST_CASE("a client that does not answer our close is left after a while") {
  dialogue d;
  d.start();
  d.socket().close(close_reason::policy_violation);
  d.expect(wire_close(close_reason::policy_violation));
  const auto begin = std::chrono::steady_clock::now();
  d.expect_end();
  CHECK(std::chrono::steady_clock::now() - begin > websocket::close_wait - std::chrono::milliseconds(500));
  d.expect_closed(close_reason::policy_violation);
}

TEST_CASE("a socket may be closed before it is started") {
  dialogue d;
  d.socket().close(close_reason::try_again_later);
  d.start();
  d.expect(wire_close(close_reason::try_again_later));
  d.client->send(client_close(1013));
  d.expect_closed(close_reason::try_again_later);
}

TEST_CASE("a client that breaks the protocol is told why, whatever else it sends") {
  struct row {
    std::string bytes;
    close_reason why;
  };
  const std::vector<row> rows = {
      {"\x81\x05hello", close_reason::protocol_error},
      {client_text("\xff"), close_reason::invalid_payload},
      {"\x81\xff\x00\x00\x00\x00\x7f\xff\xff\xff"s + std::string(some_mask), close_reason::too_big},
      {client_close(1005), close_reason::protocol_error},
  };
  for (const auto& r : rows) {
    dialogue d;
    d.start();
    d.client->send(r.bytes + std::string(30'000, '\0'));
    d.expect(wire_close(r.why));
    // Garbage that is still under way does not turn our answer into a reset.
    d.client->send(std::string(30'000, '\0'));
    d.expect_end();
    CHECK(d.server->closed.empty());
    d.client->disconnect();
    d.expect_closed(r.why);
  }
}

TEST_CASE("garbage instead of an answer to our close ends TCP") {
  dialogue d;
  d.start();
  d.socket().close(close_reason::normal);
  d.expect(wire_close(close_reason::normal));
  d.client->send("\xff\xff");
  d.expect_closed(close_reason::normal);
}

TEST_CASE("a client that ends TCP without a close frame is gone") {
  dialogue d;
  d.start();
  SUBCASE("orderly") { d.client->disconnect(); }
  SUBCASE("by half") { d.client->end_sending(); }
  SUBCASE("by a reset") { d.client->abort(); }
  SUBCASE("in the middle of a message") {
    d.client->send(client_text("hello").substr(0, 8));
    d.client->disconnect();
  }
  SUBCASE("with our output under way") {
    d.client->abort();
    for (int i = 0; i < 100; ++i) d.socket().send(frame::text({std::string(10'000, 'x')}));
  }
  d.expect_closed(close_reason::peer_gone);
  d.socket().send(frame::text({"nobody hears"}));
  d.socket().close(close_reason::normal);
  d.socket().heartbeat();
  tick(d.io);
  CHECK(d.socket().queued_bytes() == 0);
}

TEST_CASE("a reset while output waits for the client ends the socket once") {
  dialogue d({}, 4096);
  d.start();
  for (int i = 0; i < 1000; ++i) d.socket().send(frame::text({std::string(1000, 'x')}));
  tick(d.io);
  CHECK(d.socket().queued_bytes() > 0);
  d.client->abort();
  d.expect_closed(close_reason::peer_gone);
}

TEST_CASE("a reset while we close keeps our reason") {
  dialogue d;
  d.start();
  d.socket().close(close_reason::going_away);
  tick(d.io);
  d.client->abort();
  d.expect_closed(close_reason::going_away);
}

TEST_CASE("a socket that cannot be watched is gone") {
  // What is no socket, the kernel does not watch.
  loop io;
  const websocket_limits limits;
  bool alive = false;
  auto* server = new owner(io, client_socket(::open("/dev/null", O_RDWR)), limits, alive);
  server->socket.start("");
  run_until({&io}, [&] { return !server->closed.empty(); });
  CHECK(server->closed == std::vector{close_reason::peer_gone});
  server->drop_ref();
  CHECK_FALSE(alive);
}

TEST_CASE("what one of several sockets is sent together does not depend on the others") {
  loop io;
  const websocket_limits limits;
  struct pair {
    owner* server;
    int client;
    bool alive = false;
  };
  std::deque<pair> all(20);
  for (auto& each : all) {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    each.server = new owner(io, client_socket(ends[0]), limits, each.alive);
    each.client = ends[1];
    each.server->socket.start("");
  }
  tick(io);
  // One has gone, another one does not read.
  ::close(all[3].client);
  const std::string large(1u << 20, 'l');
  all[7].server->socket.send(frame::text({large}));
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i != 7) all[i].server->socket.send(frame::text({std::to_string(i)}));
  }
  tick(io);
  CHECK(all[7].server->socket.queued_bytes() > 0);
  run_until({&io}, [&] { return !all[3].server->closed.empty(); });
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i);
    CHECK(all[i].server->socket.is_open() == (i != 3));
    if (i == 3 || i == 7) continue;
    std::array<char, 16> got{};
    const auto size = ::recv(all[i].client, got.data(), got.size(), 0);
    CHECK(std::string(got.data() + 2, static_cast<std::size_t>(size) - 2) == std::to_string(i));
  }
  // It reads after all.
  std::size_t arrived = 0;
  std::array<char, 65536> buffer;
  run_until({&io}, [&] {
    for (;;) {
      const auto size = ::recv(all[7].client, buffer.data(), buffer.size(), 0);
      if (size <= 0) break;
      arrived += static_cast<std::size_t>(size);
    }
    return arrived == large.size() + 10;
  });
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i != 3) ::close(all[i].client);
  }
  run_until({&io}, [&] {
    return std::ranges::all_of(all, [](const pair& each) { return !each.server->closed.empty(); });
  });
  for (auto& each : all) {
    each.server->drop_ref();
    CHECK_FALSE(each.alive);
  }
}
