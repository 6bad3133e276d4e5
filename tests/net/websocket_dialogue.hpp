#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <doctest/doctest.h>

#include "net/websocket.hpp"
#include "tests/net/loopback.hpp"
#include "tests/net/websocket_bytes.hpp"

namespace actorgate::net::test {

/// The plainest owner: counts its references, notes what it is told.
class owner final : public websocket_owner {
public:
  owner(loop& l, client_socket s, const websocket_limits& limits, bool& alive, bool compressed = false)
      : socket(l, std::move(s), limits, *this, compressed), alive_(alive) {
    alive_ = true;
  }
  ~owner() { alive_ = false; }

  void on_message(std::string_view text) override {
    told.emplace_back(text);
    if (text == "echo") socket.send(frame::text({text}));
    if (text == "close") socket.close(close_reason::going_away);
  }
  void on_oversize(std::string_view prefix) override {
    told.push_back("oversize " + std::to_string(prefix.size()));
  }
  void on_closed(close_reason why) override {
    closed.push_back(why);
    if (releases_itself) drop_ref();
  }
  void add_ref() noexcept override { ++references_; }
  void drop_ref() noexcept override {
    if (--references_ == 0) delete this;
  }

  websocket socket;
  std::vector<std::string> told;
  std::vector<close_reason> closed;
  bool releases_itself = false;

private:
  bool& alive_;
  int references_ = 1;
};

/// A websocket and the client at its other end.
struct dialogue {
  explicit dialogue(websocket_limits l = {}, int client_buffer = 0, bool compressed = false) : limits(l) {
    boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, executor> acceptor(
        io.context(), {boost::asio::ip::address_v4::loopback(), 0});
    client = std::make_unique<raw_client>(acceptor.local_endpoint().port(), client_buffer);
    auto accepted = acceptor.accept();
    if (client_buffer > 0) accepted.set_option(boost::asio::socket_base::send_buffer_size(client_buffer));
    server = new owner(io, client_socket(accepted.release()), limits, alive, compressed);
  }
  ~dialogue() {
    if (server != nullptr) release();
  }

  websocket& socket() { return server->socket; }
  void start(std::string_view already_read = "") { socket().start(already_read); }
  void release() { std::exchange(server, nullptr)->drop_ref(); }
  void until(const std::function<bool()>& condition) { run_until({&io}, condition); }
  /// Until the client has received these bytes, and no others.
  void expect(std::string_view bytes) {
    until([&] {
      client->read();
      return client->received.size() >= bytes.size() || client->ended;
    });
    CHECK((client->received == bytes));
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
  void expect_told(const std::vector<std::string>& want) {
    until([&] { return server->told.size() >= want.size(); });
    CHECK(server->told == want);
  }
  void expect_closed(close_reason why) {
    until([&] { return !server->closed.empty(); });
    for (int i = 0; i < 10; ++i) tick(io);
    CHECK(server->closed == std::vector{why});
    CHECK_FALSE(socket().is_open());
  }

  bool alive = false;
  loop io;
  websocket_limits limits;
  std::unique_ptr<raw_client> client;
  owner* server = nullptr;
};

inline std::string wire_text(std::string_view payload) {
  return std::string(frame::text({payload})->bytes());
}
inline std::string wire_pong(std::string_view payload) {
  return std::string(frame::control(10, payload)->bytes());
}
inline std::string wire_close(unsigned code, std::string_view text = "") {
  return std::string(frame::control(8, close_payload(code, text))->bytes());
}
inline std::string wire_close(close_reason why) { return wire_close(close_code(why), to_string(why)); }

/// Takes the complete server frames from the front of a client's input, as opcode and payload.
inline std::vector<std::pair<int, std::string>> parse(const std::string& in) {
  std::vector<std::pair<int, std::string>> out;
  auto at = [&](std::size_t i) { return static_cast<unsigned char>(in[i]); };
  for (std::size_t i = 0; i + 2 <= in.size();) {
    std::size_t size = at(i + 1), header = 2;
    if (size >= 126) {
      const std::size_t bytes = size == 126 ? 2 : 8;
      if (i + 2 + bytes > in.size()) break;
      size = 0;
      for (std::size_t b = 0; b < bytes; ++b) size = size << 8 | at(i + 2 + b);
      header += bytes;
    }
    if (i + header + size > in.size()) break;
    out.emplace_back(at(i) & 0x0f, in.substr(i + header, size));
    i += header + size;
  }
  return out;
}

}  // namespace actorgate::net::test
