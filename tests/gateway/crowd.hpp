#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/ws_client.hpp"

namespace actorgate::test {

/// Many WebSocket clients, driven by one loop.
class crowd {
public:
  /// What client `who` is sent.
  using listener = std::function<void(std::size_t who, std::string_view text)>;

  crowd(std::uint16_t port, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      clients_.emplace_back(port);
      clients_.back().send_text(R"({"id":1,"method":"version","params":{"protocol":"1.2.3"}})");
    }
  }

  std::size_t size() const { return clients_.size(); }
  ws_client& operator[](std::size_t who) { return clients_[who]; }
  void send(std::size_t who, const std::string& text) { clients_[who].send_text(text); }

  /// Hands over what comes until `done()`; fails the test case if nothing comes for a while before that.
  void listen(const std::function<bool()>& done, const listener& hear) {
    constexpr int patience_ms = 20'000;
    while (!done()) {
      std::vector<pollfd> fds;
      for (const auto& c : clients_) fds.push_back({c.fd(), POLLIN, 0});
      if (::poll(fds.data(), fds.size(), patience_ms) <= 0)
        throw std::runtime_error("crowd: nothing comes any more");
      for (std::size_t i = 0; i < fds.size(); ++i) {
        if (fds[i].revents == 0) continue;
        if (!clients_[i].read_some()) throw std::runtime_error("crowd: a client was closed");
        while (auto text = clients_[i].pop()) hear(i, *text);
      }
    }
  }

private:
  std::vector<ws_client> clients_;
};

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
