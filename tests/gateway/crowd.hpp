#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"
#include "tests/support/ws_client.hpp"

namespace actorgate::test {

/// Many WebSocket clients, driven by one loop.
class crowd {
public:
  /// What client `who` is sent.
  using listener = std::function<void(std::size_t who, std::string_view text)>;
  /// Which client the gateway has closed.
  using mourner = std::function<void(std::size_t who)>;

  crowd() = default;
  crowd(std::uint16_t port, std::size_t size) { join(port, size); }

  /// So many more clients, at that gateway.
  void join(std::uint16_t port, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      clients_.emplace_back(port);
      clients_.back().send_text(R"({"id":1,"method":"version","params":{"protocol":"1.2.3"}})");
    }
  }

  std::size_t size() const { return clients_.size(); }
  ws_client& operator[](std::size_t who) { return clients_[who]; }
  void send(std::size_t who, const std::string& text) { clients_[who].send_text(text); }
  /// From now on a client may be closed. Unless that is told, it fails the test case.
  void on_closed(mourner mourn) { mourn_ = std::move(mourn); }

  /// Hands over what comes until `done()`; fails the test case if nothing comes for a while before that.
  void listen(const std::function<bool()>& done, const listener& hear) {
    constexpr int patience_ms = 20'000;
    while (!done()) {
      if (!listen_once(patience_ms, hear)) throw std::runtime_error("crowd: nothing comes any more");
    }
  }
  /// Hands over what has come already.
  void catch_up(const listener& hear) { listen_once(0, hear); }

private:
  /// Whether anything has come in time.
  bool listen_once(int timeout_ms, const listener& hear) {
    std::vector<pollfd> fds;
    for (const auto& c : clients_) fds.push_back({c.closed() ? -1 : c.fd(), POLLIN, 0});
    if (::poll(fds.data(), fds.size(), timeout_ms) <= 0) return false;
    for (std::size_t i = 0; i < fds.size(); ++i) {
      if (fds[i].revents == 0) continue;
      const bool open = clients_[i].read_some();
      while (auto text = clients_[i].pop()) hear(i, *text);
      if (open && !clients_[i].close_code()) continue;
      if (!mourn_) throw std::runtime_error("crowd: a client was closed");
      mourn_(i);
      clients_[i].disconnect();
    }
    return true;
  }

  std::vector<ws_client> clients_;
  mourner mourn_;
};

/// Ends the connection as a pulled plug does: no close frame, and a reset.
inline void vanish(ws_client& c) {
  const linger hard{1, 0};
  ::setsockopt(c.fd(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  c.disconnect();
}

/// Waits until the gateway counts no more than that many connections.
inline bool falls_to(const stage& s, std::size_t connections) {
  for (int i = 0; i < 2000 && s.connections() > connections; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return s.connections() <= connections;
}

/// How many shards there are: the test case runs once for each number.
inline std::size_t shards() {
  std::size_t count = 2;
  SUBCASE("on two shards") {}
  SUBCASE("on four shards") { count = 4; }
  return count;
}

/// The number behind `key` in a message, or -1.
inline long number_after(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  return at == std::string_view::npos ? -1 : std::stol(std::string{text.substr(at + key.size(), 20)});
}

/// What the sanitizers make slow is done less often.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::size_t effort = 1;
#else
inline constexpr std::size_t effort = 5;
#endif

}  // namespace actorgate::test
