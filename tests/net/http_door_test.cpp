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
#include "tests/net/loopback.hpp"
#include "tests/net/websocket_bytes.hpp"

using namespace actorgate::net;
using namespace actorgate::net::test;
using namespace std::string_literals;

namespace {

/// Notes what comes through the door; what it answers is set by the test.
struct house final : http_door_owner {
  struct visitor {
    loop* home;
    tcp_socket socket;
    handshake said;
    std::string already_read;
  };

  void on_websocket(loop& l, tcp_socket socket, handshake said, std::string already_read) override {
    visitors.push_back({&l, std::move(socket), std::move(said), std::move(already_read)});
  }
  void on_upgrade(loop& l, const handshake& said, http_responder_ptr r) override {
    if (upgrade) return upgrade(std::move(r));
    http_door_owner::on_upgrade(l, said, std::move(r));
  }
  void on_request(loop& l, const http_request& request, http_responder_ptr r) override {
    requests.push_back(request);
    homes.push_back(&l);
    if (answer) return answer(std::move(r));
    http_door_owner::on_request(l, request, std::move(r));
  }
  bool admit() override { return admits; }

  std::function<void(http_responder_ptr)> upgrade, answer;
  std::vector<visitor> visitors;
  std::vector<http_request> requests;
  std::vector<loop*> homes;
  bool admits = true;
};

http_door_options local(http_door_options o = {}) {
  o.address = "127.0.0.1";
  o.port = 0;
  return o;
}

struct street {
  explicit street(http_door_options o = {}) : door({&first, &second}, owner, local(std::move(o))) {}
  ~street() { owner.visitors.clear(); }  // their sockets belong to the loops

  void until(const std::function<bool()>& condition) { run_until({&first, &second}, condition); }
  /// The next complete answer, header and body.
  std::string answer(raw_client& c, bool has_body = true) {
    std::size_t size = 0;
    until([&] {
      c.read();
      const auto end = c.received.find("\r\n\r\n");
      if (end == std::string::npos) return c.ended;
      const auto length = c.received.find("Content-Length: ");
      size = end + 4 + (has_body && length < end ? std::stoul(c.received.substr(length + 16)) : 0);
      return c.received.size() >= size;
    });
    const auto result = c.received.substr(0, size);
    c.received.erase(0, size);
    return result;
  }
  std::string ask(const std::string& request) {
    raw_client c(door.port());
    c.send(request);
    return answer(c);
  }
  void expect_end(raw_client& c) {
    until([&] {
      c.read();
      return c.ended;
    });
    CHECK_FALSE(c.reset);
    CHECK(c.received == "");
  }

  house owner;
  loop first, second;
  http_door door;
};

std::string get(const std::string& target, const std::string& headers = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: example.com\r\n" + headers + "\r\n";
}

const std::string upgrade_headers =
    "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

bool has_status(const std::string& answer, int status) {
  return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

// -- the upgrade -------------------------------------------------------------------

TEST_CASE("an upgrade is answered with 101, and the socket is handed on with what the client said") {
  street s({.ws_path = "/ws"});
  raw_client c(s.door.port());
  const auto message = client_text("early");
  c.send(get("/ws?token=x", upgrade_headers + "x-forwarded-for: 1.2.3.4\r\nCookie: a=b\r\ncookie: c\r\n") +
         message);
  const auto answer = s.answer(c);
  CHECK(has_status(answer, 101));
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
  CHECK(v.already_read == message);
  CHECK(v.socket.is_open());
  v.socket.send(boost::asio::buffer("hi", 2));
  s.until([&] {
    c.read();
    return c.received == "hi";
  });
}

TEST_CASE("an upgrade that is none is refused with the status that says why") {
  street s({.allow_origin = {"https://a.example"}});
  auto without = [](std::string headers, const std::string& line) {
    return headers.replace(headers.find(line), line.size(), "");
  };
  CHECK(has_status(
      s.ask(get("/", without(upgrade_headers, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"))), 400));
  const auto version = s.ask(get("/", without(upgrade_headers, "Sec-WebSocket-Version: 13\r\n")));
  CHECK(has_status(version, 426));
  CHECK(contains(version, "Sec-WebSocket-Version: 13\r\n"));
  const auto origin = s.ask(get("/", upgrade_headers + "Origin: https://b.example\r\n"));
  CHECK(has_status(origin, 403));
  CHECK(contains(origin, R"({"code":"system.forbidden","message":"Forbidden origin"})"));
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
                     {"sec-websocket-protocol", "soap"}});
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

// -- other requests -------------------------------------------------------------------------------

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

TEST_CASE("a connection ends after its answer if the client wants it so") {
  street s;
  raw_client c(s.door.port());
  SUBCASE("HTTP/1.1 with Connection: close") { c.send(get("/", "Connection: close\r\n")); }
  SUBCASE("HTTP/1.0") { c.send("GET / HTTP/1.0\r\n\r\n"); }
  CHECK(has_status(s.answer(c), 404));
  s.expect_end(c);
}

TEST_CASE("an answer to HEAD, and one without content, has no body") {
  street s;
  raw_client c(s.door.port());
  c.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + get("/"));
  const auto head = s.answer(c, false);
  CHECK(contains(head, "Content-Length: 48\r\n"));
  CHECK(has_status(s.answer(c), 404));
  s.owner.answer = [](http_responder_ptr r) { r->respond({.status = 204, .headers = {}, .body = ""}); };
  c.send(get("/"));
  CHECK_FALSE(contains(s.answer(c), "Content-Length"));
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

TEST_CASE("an expectation of 100-continue is met before the body is read") {
  street s;
  raw_client c(s.door.port());
  c.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK(s.answer(c) == "HTTP/1.1 100 Continue\r\n\r\n");
  c.send("ab");
  CHECK(has_status(s.answer(c), 404));
  CHECK(s.owner.requests.back().body == "ab");
}

TEST_CASE("what is no request, or too long, is refused and the connection ends") {
  street s({.header_limit = 1000, .body_limit = 1000});
  struct row {
    std::string bytes;
    int status;
  };
  const std::vector<row> rows = {
      {"\x16\x03\x01 this is TLS\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {get("/", "X: " + std::string(2000, 'x') + "\r\n"), 431},
      {get("/" + std::string(2000, 'x')), 431},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'), 413},
  };
  for (const auto& r : rows) {
    CAPTURE(r.status);
    raw_client c(s.door.port());
    c.send(r.bytes);
    CHECK(has_status(s.answer(c), r.status));
    s.expect_end(c);
  }
  CHECK(s.owner.requests.empty());
}

TEST_CASE("a chunked body over the limit is refused, too") {
  street s({.body_limit = 1000});
  raw_client c(s.door.port());
  c.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n500\r\n" + std::string(0x500, 'x') +
         "\r\n0\r\n\r\n");
  CHECK(has_status(s.answer(c), 413));
}

TEST_CASE("a client that takes too long is left") {
  using std::chrono::milliseconds;
  SUBCASE("before its first header is complete") {
    street s({.header_timeout = milliseconds(50)});
    raw_client c(s.door.port());
    c.send("GET / HT");
    s.expect_end(c);
  }
  SUBCASE("within the body") {
    street s({.body_timeout = milliseconds(50)});
    raw_client c(s.door.port());
    c.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
    s.expect_end(c);
  }
  SUBCASE("with its next request") {
    street s({.idle_timeout = milliseconds(50)});
    raw_client c(s.door.port());
    c.send(get("/"));
    s.answer(c);
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

TEST_CASE("a connection that is not admitted is closed") {
  street s;
  s.owner.admits = false;
  raw_client c(s.door.port());
  s.expect_end(c);
  s.owner.admits = true;
  CHECK(has_status(s.ask(get("/")), 404));
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
    echo(loop& l, tcp_socket s, const websocket_limits& limits) : socket(l, std::move(s), limits, *this) {}
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
    void on_websocket(loop& l, tcp_socket socket, handshake, std::string already_read) override {
      const boost::intrusive_ptr<websocket_owner> owner(
          std::make_unique<echo>(l, std::move(socket), limits).release());
      static_cast<echo&>(*owner).socket.start(already_read);
    }
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
