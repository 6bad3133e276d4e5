#include "net/http_door.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <doctest/doctest.h>

#include "net/websocket.hpp"
#include "tests/net/street.hpp"
#include "tests/net/websocket_bytes.hpp"
#include "tests/net/websocket_dialogue.hpp"

using namespace actorgate::net;
using namespace actorgate::net::test;
using namespace std::string_literals;

// -- the upgrade -------------------------------------------------------------------

TEST_CASE("an upgrade is answered with 101, and the socket is handed on with what the client said") {
  street s({.ws_path = "/ws"});
  raw_client c(s.door.port());
  const auto message = client_text("early");
  c.send(get("/ws?token=x", upgrade_headers + "x-forwarded-for: 1.2.3.4\r\nCookie: a=b\r\ncookie: c\r\n") +
         message);
  const auto answer = s.answer(c);
  CHECK(has_status(answer, 101));
  CHECK(contains(answer, "\r\nDate: "));
  CHECK(contains(answer, "Upgrade: websocket\r\n"));
  CHECK(contains(answer, "Connection: Upgrade\r\n"));
  CHECK(contains(answer, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  s.until([&] { return !s.owner.visitors.empty(); });
  auto& v = s.owner.visitors.front();
  CHECK(v.said.uri == "/ws?token=x");
  CHECK(v.said.host == "example.com");
  CHECK(v.said.remote_address.starts_with("127.0.0.1:"));
  CHECK((v.said.headers == http_headers{{"Upgrade", "websocket"},
                                        {"Connection", "keep-alive, Upgrade"},
                                        {"Sec-Websocket-Version", "13"},
                                        {"Sec-Websocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                        {"X-Forwarded-For", "1.2.3.4"},
                                        {"Cookie", "a=b"},
                                        {"Cookie", "c"}}));
  CHECK(v.taken.already_read == message);
  CHECK(v.taken.socket.is_open());
  char hi[] = "hi";
  const iovec part{hi, 2};
  CHECK(v.taken.socket.write({&part, 1}).bytes == 2);
  s.until([&] {
    c.read();
    return c.received == "hi";
  });
}

TEST_CASE("an upgrade that is none is refused with the status that says why") {
  street s({.cors = {.allow_origin = {"https://b.example", "https://a.example"}, .credentials = true}});
  auto without = [](std::string headers, const std::string& line) {
    return headers.replace(headers.find(line), line.size(), "");
  };
  CHECK(has_status(
      s.ask(get("/", without(upgrade_headers, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"))), 400));
  const auto version = s.ask(get("/", without(upgrade_headers, "Sec-WebSocket-Version: 13\r\n")));
  CHECK(has_status(version, 426));
  CHECK(contains(version, "Sec-WebSocket-Version: 13\r\n"));
  const auto origin = s.ask(get("/", upgrade_headers + "Origin: https://c.example\r\n"));
  CHECK(has_status(origin, 403));
  CHECK(contains(origin, R"({"code":"system.forbidden","message":"Forbidden origin"})"));
  CHECK(has_line(origin, "Access-Control-Allow-Origin: https://a.example"));
  CHECK(has_line(origin, "Access-Control-Allow-Credentials: true"));
  CHECK(has_line(origin, "Vary: Origin"));
  CHECK(has_status(s.ask(get("/elsewhere", upgrade_headers)), 404));
  CHECK(s.owner.visitors.empty());
  CHECK(has_status(s.ask(get("/", upgrade_headers + "Origin: https://A.example\r\n")), 101));
  CHECK(has_status(s.ask(get("/", upgrade_headers + "Origin: null\r\n")), 101));
}

TEST_CASE("the owner may ask before it accepts an upgrade, and add headers") {
  street s;
  http_responder_ptr waiting;
  s.owner.upgrade = [&](http_responder_ptr r) { waiting = std::move(r); };
  raw_client c(s.door.port());
  c.send(get("/", upgrade_headers));
  s.until([&] { return waiting != nullptr; });
  c.read();
  CHECK(c.received == "");
  SUBCASE("accepted") {
    waiting->accept({{"Set-Cookie", "a=1"},
                     {"Set-Cookie", "b=2"},
                     {"X-Bad", "1\r\nX-Injected: 2"},
                     {"sec-websocket-protocol", "soap"}},
                    s.owner.take(s.first, {}));
    const auto answer = s.answer(c);
    CHECK(has_status(answer, 101));
    CHECK(contains(answer, "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"));
    CHECK_FALSE(contains(answer, "Injected"));
    CHECK_FALSE(contains(answer, "soap"));
    s.until([&] { return s.owner.visitors.size() == 1; });
  }
  SUBCASE("refused") {
    waiting->respond({.status = 401, .headers = {}, .body = "no"});
    CHECK(has_status(s.answer(c), 401));
    CHECK(s.owner.visitors.empty());
  }
  SUBCASE("let go of") {
    waiting.reset();
    s.expect_end(c);
  }
}

// -- the listener ---------------------------------------------------------------------------------

TEST_CASE("connections are spread over the loops in turn") {
  street s;
  for (int i = 0; i < 6; ++i) s.ask(get("/"));
  CHECK(std::count(s.owner.homes.begin(), s.owner.homes.end(), &s.first) == 3);
  CHECK(std::count(s.owner.homes.begin(), s.owner.homes.end(), &s.second) == 3);
}

TEST_CASE("an address that cannot be listened on is named in the error") {
  street s;
  loop l;
  const auto port = s.door.port();
  auto message = [&](const std::string& address) -> std::string {
    try {
      http_door another({&l}, s.owner, {.address = address, .port = port});
    } catch (const std::system_error& e) {
      return e.what();
    }
    return "";
  };
  const auto in_use = message("127.0.0.1");
  CHECK(contains(in_use, "127.0.0.1"));
  CHECK(contains(in_use, std::to_string(port)));
  CHECK(contains(in_use, "in use"));
  CHECK(contains(message("no address"), "no address"));
}

TEST_CASE("a stopped door takes no more connections, but those that exist go on") {
  street s;
  raw_client c(s.door.port());
  c.send(get("/"));
  CHECK(has_status(s.answer(c), 404));
  s.door.stop();
  s.door.stop();
  for (int i = 0; i < 3; ++i) tick(s.first);
  CHECK_THROWS(raw_client(s.door.port()));
  c.send(get("/"));
  CHECK(has_status(s.answer(c), 404));
}

TEST_CASE("permessage-deflate is agreed upon if the client offers it and the door may take it") {
  for (const bool allowed : {false, true}) {
    for (const bool offered : {false, true}) {
      street s({.compression = allowed});
      raw_client c(s.door.port());
      c.send(get("/", upgrade_headers + (offered ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "")));
      const auto answer = s.answer(c);
      CHECK(has_status(answer, 101));
      s.until([&] { return s.owner.visitors.size() == 1; });
      CHECK(s.owner.visitors[0].taken.compressed == (allowed && offered));
      CHECK(contains(answer,
                     "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                     "client_no_context_takeover\r\n") == (allowed && offered));
    }
  }
}

TEST_CASE("a connection that is not admitted is answered with 503, and ends") {
  street s;
  s.owner.admits = false;
  raw_client c(s.door.port());
  SUBCASE("asking") { c.send(get("/") + get("/again")); }
  SUBCASE("upgrading") { c.send(get("/", upgrade_headers)); }
  const auto answer = s.answer(c);
  CHECK(has_status(answer, 503));
  CHECK(has_line(answer, "Retry-After: 5"));
  CHECK(has_line(answer, "Connection: close"));
  CHECK(contains(answer, R"({"code":"system.serviceUnavailable","message":"Too many connections"})"));
  s.expect_end(c);
  CHECK(s.owner.requests.empty());
  CHECK(s.owner.visitors.empty());
  CHECK(s.owner.guests.empty());
  s.owner.admits = true;
  CHECK(has_status(s.ask(get("/")), 404));
}

TEST_CASE("an admitted connection is reported as ended once, whoever held it then") {
  street s;
  auto& here = s.owner.guests["127.0.0.1"];
  raw_client c(s.door.port());
  s.until([&] { return here == 1; });
  SUBCASE("before a request") { c.disconnect(); }
  SUBCASE("behind an answer") {
    c.send(get("/", "Connection: close\r\n"));
    s.answer(c);
    s.a_few_ticks();
    CHECK(here == 1);
    c.disconnect();
  }
  SUBCASE("as a WebSocket") {
    c.send(get("/", upgrade_headers));
    s.answer(c);
    s.until([&] { return !s.owner.visitors.empty(); });
    auto& v = s.owner.visitors.front();
    const websocket_limits limits;
    bool alive = false;
    auto* served = new owner(*v.home, std::move(v.taken.socket), limits, alive);
    served->socket.start("");
    s.owner.visitors.clear();
    s.a_few_ticks();
    CHECK(here == 1);
    c.disconnect();
    s.until([&] { return !served->closed.empty(); });
    CHECK(here == 0);
    served->drop_ref();
  }
  SUBCASE("as nobody's") {
    c.send(get("/", upgrade_headers));
    s.answer(c);
    s.until([&] { return !s.owner.visitors.empty(); });
    CHECK(here == 1);
    s.owner.visitors.clear();
  }
  s.until([&] { return here == 0; });
  s.a_few_ticks();
  CHECK(here == 0);
  CHECK(s.owner.guests.size() == 1);
}

TEST_CASE("a loop that ends reports its connections as ended") {
  house owner;
  {
    loop l;
    http_door door({&l}, owner, local());
    raw_client c(door.port());
    run_until({&l}, [&] { return owner.guests["127.0.0.1"] == 1; });
    SUBCASE("begun") { tick(l); }
    SUBCASE("not yet begun") {}
  }
  CHECK(owner.guests["127.0.0.1"] == 0);
}

TEST_CASE("of many connections that are not admitted, most are just closed") {
  street s({.header_timeout = std::chrono::milliseconds(50)});
  s.owner.admits = false;
  std::vector<std::unique_ptr<raw_client>> crowd;
  for (int i = 0; i < 70; ++i) crowd.push_back(std::make_unique<raw_client>(s.door.port()));
  s.until([&] {
    crowd.back()->read();
    return crowd.back()->ended;
  });
  s.expect_end(*crowd.front());  // it has not asked in time
  CHECK(has_status(s.ask(get("/")), 503));
}

TEST_CASE("a refusal may outlive its door") {
  loop l;
  house owner;
  owner.admits = false;
  auto door = std::make_unique<http_door>(std::vector<loop*>{&l}, owner, local());
  raw_client c(door->port());
  c.send("GET / HTTP/1.1\r\n");
  for (int i = 0; i < 10; ++i) tick(l);
  door.reset();
  for (int i = 0; i < 10; ++i) tick(l);
  c.send("Host: h\r\n\r\n");
  run_until({&l}, [&] {
    c.read();
    return c.ended;
  });
  CHECK(has_status(c.received, 503));
}

TEST_CASE("without file descriptors the door waits, without spinning, until there are some") {
  street s;
  for (int i = 0; i < 3; ++i) tick(s.first);
  raw_client c(s.door.port());
  c.send(get("/"));
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const int next = ::dup(0);
  ::close(next);
  const rlimit full{static_cast<rlim_t>(next), before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &full);
  std::size_t handlers = 0;
  for (int i = 0; i < 1000; ++i) handlers += s.first.context().poll();
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(handlers > 0);
  CHECK(handlers < 10);
  CHECK(has_status(s.answer(c), 404));
}

TEST_CASE("a loop that ends takes its sessions along") {
  std::unique_ptr<raw_client> c;
  {
    street s;
    c = std::make_unique<raw_client>(s.door.port());
    c->send("GET / HT");
    for (int i = 0; i < 10; ++i) tick(s.first), tick(s.second);
  }
  c->read();
  CHECK(c->ended);
}

TEST_CASE("a dual-stack door knows its IPv4 clients by their IPv4 address") {
  house owner;
  loop l;
  try {
    http_door door({&l}, owner, {.address = "::", .port = 0});
    raw_client c(door.port());
    c.send(get("/"));
    run_until({&l}, [&] { return !owner.requests.empty(); });
    CHECK(owner.requests.front().said.remote_address.starts_with("127.0.0.1:"));
  } catch (const std::system_error& e) {
    MESSAGE("no IPv6 here: " << e.what());
  }
}

TEST_CASE("loops on threads of their own serve their clients side by side") {
  struct echo final : websocket_owner {
    echo(loop& l, client_socket s, const websocket_limits& limits) : socket(l, std::move(s), limits, *this) {}
    void on_message(std::string_view text) override { socket.send(frame::text({text})); }
    void on_oversize(std::string_view) override {}
    void on_closed(close_reason) override {}
    void add_ref() noexcept override { ++references; }
    void drop_ref() noexcept override {
      if (--references == 0) delete this;
    }
    websocket socket;
    int references = 0;
  };
  struct echo_house final : http_door_owner {
    void on_upgrade(loop& l, const handshake&, http_responder_ptr r) override {
      r->accept({}, [this, &l](http_taken taken) {
        const boost::intrusive_ptr<websocket_owner> owner(
            std::make_unique<echo>(l, std::move(taken.socket), limits).release());
        static_cast<echo&>(*owner).socket.start(taken.already_read);
      });
    }
    void on_request(loop&, const http_request&, http_responder_ptr) override {}
    websocket_limits limits;
  } owner;
  loop first, second;
  http_door door({&first, &second}, owner, local());
  std::atomic<bool> stop = false;
  auto run = [&stop](loop& l) {
    const auto work = boost::asio::make_work_guard(l.context());
    while (!stop) {
      l.context().run_one_for(std::chrono::milliseconds(10));
      l.context().poll();
      l.flush();
    }
  };
  std::thread one([&] { run(first); }), two([&] { run(second); });
  std::vector<std::unique_ptr<raw_client>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<raw_client>(door.port()));
    clients.back()->send(get("/", upgrade_headers) + client_text(std::to_string(i)));
  }
  for (int i = 0; i < 50; ++i) {
    auto& c = *clients[static_cast<std::size_t>(i)];
    const auto want = frame::text({std::to_string(i)});
    run_until({}, [&] {
      c.read();
      return c.received.ends_with(want->bytes());
    });
    if (i % 3 == 0) c.abort();
  }
  door.stop();
  stop = true;
  one.join();
  two.join();
}
