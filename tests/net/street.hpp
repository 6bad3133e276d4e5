#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "net/http_door.hpp"
#include "tests/net/loopback.hpp"

namespace actorgate::net::test {

/// Notes what comes through the door; what it answers is set by the test.
struct house final : http_door_owner {
  struct visitor {
    loop* home;
    handshake said;
    http_taken taken;
  };

  void on_upgrade(loop& l, const handshake& said, http_responder_ptr r) override {
    if (upgrade) return upgrade(std::move(r));
    r->accept({}, take(l, said));
  }
  void on_request(loop& l, const http_request& request, http_responder_ptr r) override {
    requests.push_back(request);
    homes.push_back(&l);
    if (answer) return answer(std::move(r));
    r->respond(error_response(404, protocol::errors::not_found()));
  }
  bool admit(const std::string& from) override {
    if (admits) ++guests[from];
    return admits;
  }
  void left(const std::string& from) override { --guests[from]; }

  http_taken_over take(loop& l, const handshake& said) {
    return [this, &l, said](http_taken taken) { visitors.push_back({&l, said, std::move(taken)}); };
  }

  std::function<void(http_responder_ptr)> upgrade, answer;
  std::vector<visitor> visitors;
  std::vector<http_request> requests;
  std::vector<loop*> homes;
  std::map<std::string, int> guests;  ///< admitted connections of each address
  bool admits = true;
};

inline http_door_options local(http_door_options o = {}) {
  o.address = "127.0.0.1";
  o.port = 0;
  return o;
}

/// A house with a door and two loops.
struct street {
  explicit street(http_door_options o = {}) : door({&first, &second}, owner, local(std::move(o))) {}
  ~street() { owner.visitors.clear(); }  // their sockets belong to the loops

  void until(const std::function<bool()>& condition) { run_until({&first, &second}, condition); }
  void a_few_ticks() {
    for (int i = 0; i < 10; ++i) tick(first), tick(second);
  }
  /// The next complete answer, header and body.
  template <class Client>
  std::string answer(Client& c, bool has_body = true) {
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
  template <class Client>
  void expect_end(Client& c) {
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

inline std::string get(const std::string& target, const std::string& headers = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: example.com\r\n" + headers + "\r\n";
}

inline const std::string upgrade_headers =
    "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

inline bool has_status(const std::string& answer, int status) {
  return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Whether the header of an answer has this line.
inline bool has_line(const std::string& answer, const std::string& line) {
  return contains(answer.substr(0, answer.find("\r\n\r\n") + 2), "\r\n" + line + "\r\n");
}

}  // namespace actorgate::net::test
