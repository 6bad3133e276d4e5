#include "net/event_stream.hpp"

#include <fcntl.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <doctest/doctest.h>

#include "tests/net/loopback.hpp"

using namespace actorgate::net;
using namespace actorgate::net::test;
using namespace std::string_literals;

namespace {

/// The plainest owner: counts its references, notes what it is told.
class listener final : public event_stream_owner {
public:
  listener(loop& l, http_taken taken, std::size_t queue_limit, bool& alive)
      : stream(l, std::move(taken), queue_limit, *this), alive_(alive) {
    alive_ = true;
  }
  ~listener() { alive_ = false; }

  void on_closed(close_reason why) override {
    closed.push_back(why);
    if (releases_itself) drop_ref();
  }
  void add_ref() noexcept override { ++references_; }
  void drop_ref() noexcept override {
    if (--references_ == 0) delete this;
  }

  event_stream stream;
  std::vector<close_reason> closed;
  bool releases_itself = false;

private:
  bool& alive_;
  int references_ = 1;
};

/// A stream and the client at its other end.
struct broadcast {
  explicit broadcast(bool chunked = true, std::size_t queue_limit = 1u << 20, int buffer = 0) {
    boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, executor> acceptor(
        io.context(), {boost::asio::ip::address_v4::loopback(), 0});
    client = std::make_unique<raw_client>(acceptor.local_endpoint().port(), buffer);
    auto accepted = acceptor.accept();
    if (buffer > 0) accepted.set_option(boost::asio::socket_base::send_buffer_size(buffer));
    server = new listener(io, {client_socket(accepted.release()), "", chunked}, queue_limit, alive);
    stream().start();
  }
  ~broadcast() {
    if (server != nullptr) release();
  }

  event_stream& stream() { return server->stream; }
  void release() { std::exchange(server, nullptr)->drop_ref(); }
  void until(const std::function<bool()>& condition) { run_until({&io}, condition); }
  void expect(std::string_view bytes) {
    until([&] {
      client->read();
      return client->received.size() >= bytes.size() || client->ended;
    });
    CHECK(client->received == bytes);
    client->received.clear();
  }
  void expect_end() {
    until([&] {
      client->read();
      return client->ended;
    });
    CHECK_FALSE(client->reset);
    CHECK(client->received == "");
  }
  void expect_closed(close_reason why) {
    until([&] { return !server->closed.empty(); });
    for (int i = 0; i < 10; ++i) tick(io);
    CHECK(server->closed == std::vector{why});
    CHECK_FALSE(stream().is_open());
  }

  bool alive = false;
  loop io;
  std::unique_ptr<raw_client> client;
  listener* server = nullptr;
};

/// The data of the complete chunks, and whether the last one came.
std::pair<std::string, bool> dechunk(const std::string& in) {
  std::string out;
  for (std::size_t at = 0;;) {
    const auto end = in.find("\r\n", at);
    if (end == std::string::npos) return {out, false};
    const auto size = std::stoul(in.substr(at, end - at), nullptr, 16);
    if (in.size() < end + 4 + size) return {out, false};
    CHECK(in.substr(end + 2 + size, 2) == "\r\n");
    if (size == 0) return {out, true};
    out += in.substr(end + 2, size);
    at = end + 4 + size;
  }
}

}  // namespace

TEST_CASE("events are written as HTML, section 9.2.6, reads them") {
  struct row {
    std::string event, data, want;
  };
  const std::vector<row> rows = {
      {"change", R"({"a":1})", "event: change\ndata: {\"a\":1}\n\n"},
      {"", "[]", "data: []\n\n"},
      {"x", "", "event: x\ndata: \n\n"},
      {"", "{\r\n  \"a\":\n1\r}", "data: {    \"a\": 1 }\n\n"},
      {"x\ndata: y", "1", "event: x data: y\ndata: 1\n\n"},
  };
  broadcast b(false);
  for (const auto& r : rows) {
    b.stream().send(r.event, r.data);
    b.expect(r.want);
  }
}

TEST_CASE("a chunked body has a chunk for each event, and a last one") {
  broadcast b;
  b.stream().send("a", std::string(300, 'x'));
  b.stream().send("", "1");
  b.stream().close(close_reason::going_away);
  CHECK_FALSE(b.stream().is_open());
  b.stream().send("", "not any more");
  b.stream().close(close_reason::normal);
  b.expect("13d\r\nevent: a\ndata: " + std::string(300, 'x') + "\n\n\r\n9\r\ndata: 1\n\n\r\n0\r\n\r\n");
  b.expect_end();
  CHECK(b.server->closed.empty());
  b.client->disconnect();
  b.expect_closed(close_reason::going_away);
}

TEST_CASE("a body that is not chunked is ended by TCP") {
  broadcast b(false);
  b.stream().send("", "1");
  b.stream().close(close_reason::normal);
  b.expect("data: 1\n\n");
  b.expect_end();
  b.client->disconnect();
  b.expect_closed(close_reason::normal);
}

TEST_CASE("what is queued in a tick goes out at its end, and not before") {
  broadcast b(false);
  b.stream().send("", "1");
  b.stream().send("", "2");
  CHECK(b.stream().queued_bytes() == 18);
  b.client->read();
  CHECK(b.client->received == "");
  b.io.flush();
  CHECK(b.stream().queued_bytes() == 0);
  b.expect("data: 1\n\ndata: 2\n\n");
}

TEST_CASE("a heartbeat without output since the last one sends a comment") {
  broadcast b;
  const auto comment = "3\r\n:\n\n\r\n"s;
  b.stream().heartbeat();  // the head was just written
  for (int i = 0; i < 2; ++i) {
    b.stream().heartbeat();
    b.expect(comment);
  }
  b.stream().send("", "1");
  b.expect("9\r\ndata: 1\n\n\r\n");
  b.stream().heartbeat();
  b.stream().heartbeat();
  b.expect(comment);
}

TEST_CASE("the client's end is noticed, whatever it said before") {
  broadcast b;
  SUBCASE("orderly") { b.client->disconnect(); }
  SUBCASE("half") { b.client->end_sending(); }
  SUBCASE("reset") { b.client->abort(); }
  SUBCASE("behind input") {
    b.client->send("GET / HTTP/1.1\r\n\r\n");
    b.client->disconnect();
  }
  b.expect_closed(close_reason::peer_gone);
}

TEST_CASE("a flood of input is thrown away, and keeps no event waiting") {
  broadcast b(false);
  const std::string flood(1u << 16, 'x');
  std::size_t sent = 0;
  b.until([&] {
    sent += b.client->send(flood);
    return sent > 16u << 20;
  });
  b.stream().send("", "1");
  b.expect("data: 1\n\n");
  CHECK(b.stream().is_open());
}

TEST_CASE("a client that reads slowly gets everything in order") {
  broadcast b(true, 64u << 20, 4096);
  std::string want;
  for (int i = 0; i < 2000; ++i) {
    const auto data = std::to_string(i) + std::string(1000, 'x');
    b.stream().send("", data);
    want += "data: " + data + "\n\n";
  }
  b.stream().close(close_reason::normal);
  b.until([&] {
    b.client->read();
    return b.client->ended;
  });
  const auto [got, complete] = dechunk(b.client->received);
  CHECK((got == want));
  CHECK(complete);
  b.client->disconnect();
  b.expect_closed(close_reason::normal);
}

TEST_CASE("a client that does not read is left as a slow consumer, with whole chunks") {
  broadcast b(true, 100'000, 4096);
  const std::string data(10'000, 'x');
  b.until([&] {
    b.stream().send("", data);
    tick(b.io);
    return !b.stream().is_open();
  });
  CHECK(b.stream().queued_bytes() < 100'000);
  SUBCASE("and if it reads now, it sees an orderly end") {
    b.until([&] {
      b.client->read();
      return b.client->ended;
    });
    CHECK(dechunk(b.client->received).second);
    b.client->disconnect();
  }
  SUBCASE("and if it never reads, it is cut off") {}
  b.expect_closed(close_reason::slow_consumer);
}

TEST_CASE("much in one tick is not too much for a client that reads") {
  broadcast b(false, 100'000);
  for (int i = 0; i < 50; ++i) b.stream().send("", std::string(10'000, 'x'));
  CHECK(b.stream().is_open());
}

TEST_CASE("an owner may let go of itself when its stream has ended") {
  broadcast b;
  b.server->releases_itself = true;
  b.server = nullptr;
  b.client->disconnect();
  b.until([&] { return !b.alive; });
}

TEST_CASE("a stream with output may be destroyed before it was started") {
  loop io;
  bool alive = false;
  auto* server = new listener(io, {client_socket(-1), "", true}, 100, alive);
  server->stream.send("", "1");
  server->drop_ref();
  CHECK_FALSE(alive);
  io.flush();
}

TEST_CASE("a stream that cannot be waited for ends") {
  // What is no socket, the kernel does not watch.
  loop io;
  bool alive = false;
  auto* server = new listener(io, {client_socket(::open("/dev/null", O_RDWR)), "", true}, 100, alive);
  server->stream.start();
  run_until({&io}, [&] { return !server->closed.empty(); });
  CHECK(server->closed == std::vector{close_reason::peer_gone});
  server->drop_ref();
  CHECK_FALSE(alive);
}
