#include <array>
#include <future>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "tests/support/json.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/res_client.hpp"
#include "tests/support/service.hpp"

using namespace actorgate::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

/// The server's end of a connection that needs no upgrade.
class peer {
public:
  explicit peer(ws_client& client) {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    fd_ = ends[0];
    client.adopt(ends[1]);
  }
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;
  ~peer() { ::close(fd_); }

  void send(const std::string& bytes) {
    REQUIRE(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }
  /// A short text message.
  void text(const std::string& s) { send("\x81"s + static_cast<char>(s.size()) + s); }
  std::string receive() {
    std::array<char, 1024> buffer;
    const auto n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0))};
  }
  void hang_up() { ::shutdown(fd_, SHUT_RDWR); }

private:
  int fd_ = -1;
};

}  // namespace

TEST_CASE("JSON is compared by members and elements, numbers by their spelling") {
  CHECK(json_equal(R"({"a":1,"b":[1,2]})", R"( { "b" : [1, 2], "a" : 1 } )"));
  CHECK(json_equal(R"("\u0041")", R"("A")"));
  CHECK_FALSE(json_equal("[1,2]", "[2,1]"));
  CHECK_FALSE(json_equal("1.10", "1.1"));
  CHECK_FALSE(json_equal("1", R"("1")"));
  CHECK(canonical(R"({"b":{"d":null,"c":true},"a":12345678901234567890.10})") ==
        R"({"a":12345678901234567890.10,"b":{"c":true,"d":null}})");
  CHECK_THROWS(canonical("{"));
  CHECK_THROWS(canonical(""));
}

TEST_CASE("a pointer finds members and elements") {
  const auto text = R"({"result":{"models":{"test.model":{"name":"a\"b"}},"list":[10,{"x":1}]},"a/b":2})";
  CHECK(text_at(text, "/result/models/test.model/name") == "a\"b");
  CHECK(json_at(text, "/result/list/1") == R"({"x":1})");
  CHECK(json_at(text, "/a~1b") == "2");
  CHECK(json_at(text, "/result/none").empty());
  CHECK(json_at("[1]", "") == "[1]");
}

TEST_CASE("a service answers by handler, by text, or when the test does, and counts") {
  nats_server server;
  service s{server.url(), "test"};
  service client{server.url(), "client"};
  client.listen("inbox.*");
  const auto ask = [&](const std::string& subject, const std::string& n) {
    client.publish(subject, n);  // without a reply subject: only counted
  };
  s.on("get.test.handled", [](const request& r) { CHECK(r.payload == "1"); });
  ask("get.test.handled", "1");
  s.wait_seen("get.test.handled", 1);
  CHECK(s.quiet(20ms));

  ask("get.test.b", "first");
  ask("access.test.a", "second");
  ask("get.test.b", "third");
  CHECK(s.take("access.test.a").payload == "second");
  CHECK(s.take_next().payload == "first");
  CHECK(s.take_next().payload == "third");
  CHECK(s.seen("get.test.b") == 2);
  CHECK(s.seen() == 4);
}

TEST_CASE("a handler given late answers the requests that wait already") {
  nats_server server;
  service s{server.url(), "test"};
  service client{server.url(), "client"};
  client.publish("call.test.a.go", "x");
  s.wait_seen("call.test.a.go", 1);
  std::promise<std::string> handled;
  s.on("call.test.a.go", [&](const request& r) { handled.set_value(r.payload); });
  auto future = handled.get_future();
  REQUIRE(future.wait_for(patience) == std::future_status::ready);
  CHECK(future.get() == "x");
}

TEST_CASE("a request that does not come is reported with those that did") {
  nats_server server;
  service s{server.url(), "test"};
  service client{server.url(), "client"};
  client.publish("access.test.a", "");
  s.wait_seen("access.test.a", 1);
  CHECK_THROWS_WITH(s.take("get.test.a", 10ms),
                    "service test: no request get.test.a within 10 ms; waiting: access.test.a");
  CHECK(s.quiet(0ms));
}

TEST_CASE("an event has the service's name, and listening follows a restart of the server") {
  nats_server server;
  service s{server.url(), "test"};
  service watcher{server.url(), "watcher"};
  watcher.listen("event.test.>");
  s.event("model", "change", R"({"values":{"a":1}})");
  CHECK(watcher.take("event.test.model.change").payload == R"({"values":{"a":1}})");
  server.stop();
  server.start();
  watcher.flush();
  s.flush();
  s.event("model", "change", "2");
  CHECK(watcher.take("event.test.model.change").payload == "2");
  watcher.unlisten("event.test.>");
  s.event("model", "change", "3");
  s.flush();
  CHECK(watcher.quiet(20ms));
}

TEST_CASE("a WebSocket client joins fragments, answers pings and reports the close code") {
  ws_client c;
  peer p{c};
  p.send("\x01\x03hel"s + "\x89\x01!"s + "\x80\x02lo"s);
  CHECK(c.recv() == "hello");
  CHECK(p.receive().substr(0, 2) == "\x8a\x81"s);
  p.send("\x81\x7e\x01\x00"s + std::string(256, 'x'));
  CHECK(c.recv() == std::string(256, 'x'));
  CHECK(c.quiet(1ms));
  p.send("\x88\x02\x03\xe8"s);
  p.hang_up();
  CHECK(c.recv_close() == 1000);
  CHECK(c.closed());
}

TEST_CASE("a WebSocket client masks, and sends what is forbidden when asked to") {
  ws_client c;
  peer p{c};
  c.send_frame(1, "ab", true, false);
  CHECK(p.receive() == "\x81\x02"s + "ab");
  c.send_frame(2, "", false, false, 4);
  CHECK(p.receive() == "\x42\x00"s);
  c.send_text("a");
  const auto masked = p.receive();
  REQUIRE(masked.size() == 7);
  CHECK(static_cast<char>(masked[6] ^ masked[2]) == 'a');
  c.send_frame(1, std::string(200, 'x'), true, false);
  CHECK(p.receive().substr(0, 4) == "\x81\x7e\x00\xc8"s);
}

TEST_CASE("a WebSocket client can be driven from outside") {
  ws_client c;
  peer p{c};
  CHECK(c.fd() >= 0);
  CHECK(c.read_some());
  CHECK_FALSE(c.pop());
  p.send("\x81\x03on"s);
  CHECK(c.read_some());
  CHECK_FALSE(c.pop());
  p.send("e\x81\x03two"s);
  CHECK(c.read_some());
  CHECK(c.pop() == "one");
  CHECK(c.pop() == "two");
  CHECK_FALSE(c.pop());
  p.hang_up();
  CHECK_FALSE(c.read_some());
  CHECK(c.recv_close() == 1006);
}

TEST_CASE("a RES client matches responses by number and keeps events in order") {
  res_client c;
  peer p{c};
  const auto first = c.send_request("subscribe.test.a");
  const auto second = c.send_request("call.test.a.go", R"({"x":1})");
  p.text(R"({"event":"test.a.one"})");
  p.text(R"({"id":2,"result":{"payload":1}})");
  p.text(R"({"event":"test.a.two"})");
  p.text(R"({"id":1,"error":{"code":"system.notFound"}})");
  CHECK(text_at(c.response(first), "/error/code") == "system.notFound");
  CHECK(json_at(c.response(second), "/result/payload") == "1");
  CHECK(c.next_event() == R"({"event":"test.a.one"})");
  CHECK_FALSE(c.no_event(1ms));
  CHECK(c.next_event() == R"({"event":"test.a.two"})");
  CHECK(c.no_event(1ms));
  CHECK_THROWS(c.next_event(1ms));
}
