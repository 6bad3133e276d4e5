#include "bench/limit.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "bench/frame.hpp"
#include "bench/poller.hpp"
#include "bench/scan.hpp"
#include "bench/socket.hpp"

namespace actorgate::bench {
namespace {

// The answer to the only key that our clients use (it is the example of RFC 6455, section 1.3).
constexpr std::string_view upgrade_response =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

class limit_server final : public poller::handler {
public:
  explicit limit_server(std::uint16_t port) : listener_(listen_on(port)) {
    loop_.add(listener_, EPOLLIN, *this);
  }

  void run() {
    for (;;) loop_.poll(std::chrono::seconds(1));
  }

private:
  struct peer final : poller::handler {
    peer(limit_server& s, int f) : server(s), fd(f) {}
    void on_ready(std::uint32_t) override { server.read(*this); }

    limit_server& server;
    int fd;
    bool upgraded = false;
  };

  void on_ready(std::uint32_t) override {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    peers_.push_back(std::make_unique<peer>(*this, fd));
    loop_.add(fd, EPOLLIN, *peers_.back());
  }

  /// What our clients send always comes in one piece.
  void read(peer& p) {
    auto& buffer = loop_.buffer();
    const auto n = ::recv(p.fd, buffer.data(), buffer.size(), 0);
    if (n <= 0) return forget(p);
    if (!p.upgraded) {
      p.upgraded = true;
      return send(p.fd, upgrade_response);
    }
    const auto f = first_client_frame(buffer.data(), static_cast<std::size_t>(n));
    unsigned long first = 0;
    unsigned count = 0, frames = 0;
    const std::string text(f.payload);
    if (std::sscanf(text.c_str(), "burst %lu %u %u", &first, &count, &frames) == 3) {
      burst(p, first, count, frames);
    } else if (response_id(text)) {
      std::string answer;
      append_server_frame(answer, R"({"result":{"protocol":"1.2.3"},"id":1})");
      send(p.fd, answer);
    }
  }

  void burst(const peer& from, unsigned long first, unsigned count, unsigned frames) {
    std::vector<std::string> batches;
    for (unsigned i = 0; i < count; ++i) {
      if (i % frames == 0) batches.emplace_back();
      append_server_frame(batches.back(), R"({"event":"bench.fanout.1.change","data":{"values":{"value":)" +
                                              std::to_string(first + i) + "}}}");
    }
    for (const auto& bytes : batches) {
      for (const auto& p : peers_) {
        if (p.get() != &from) send(p->fd, bytes);
      }
    }
  }

  static void send(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
      if (n < 0 && errno != EAGAIN) return;
      pollfd full{fd, POLLOUT, 0};
      if (!bytes.empty()) ::poll(&full, 1, -1);
    }
  }

  void forget(peer& p) {
    loop_.remove(p.fd);
    ::close(p.fd);
    // Another event of this turn may still be for it.
    const auto at =
        std::find_if(peers_.begin(), peers_.end(), [&](const auto& other) { return other.get() == &p; });
    gone_.push_back(std::move(*at));
    peers_.erase(at);
  }

  int listener_;
  poller loop_;
  std::vector<std::unique_ptr<peer>> peers_, gone_;
};

}  // namespace

void serve_limit(std::uint16_t port) { limit_server(port).run(); }

}  // namespace actorgate::bench
