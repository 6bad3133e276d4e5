#include "bench/limit.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <poll.h>
#include <span>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
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

  /// What our clients send always comes in whole frames.
  void read(peer& p) {
    auto& buffer = loop_.buffer();
    const auto n = ::recv(p.fd, buffer.data(), buffer.size(), 0);
    if (n <= 0) return forget(p);
    if (!p.upgraded) {
      p.upgraded = true;
      return send(p.fd, upgrade_response);
    }
    for (std::span<char> rest{buffer.data(), static_cast<std::size_t>(n)}; !rest.empty();) {
      const auto f = first_client_frame(rest.data(), rest.size());
      if (f.opcode == opcode_text) obey(p, std::string(f.payload));
      rest = rest.subspan(f.size > 0 ? f.size : rest.size());
    }
  }

  void obey(const peer& p, const std::string& text) {
    unsigned long first = 0;
    unsigned count = 0, frames = 0;
    char fault[16] = "";
    if (std::sscanf(text.c_str(), "burst %lu %u %u %15s", &first, &count, &frames, fault) >= 3) {
      std::vector<std::uint64_t> values;
      for (unsigned i = 0; i < count; ++i) values.push_back(first + i);
      spoil(values, fault);
      burst(p, values, frames);
    } else if (const auto id = response_id(text)) {
      send(p.fd, answer(text, *id));
    }
  }

  // For the check of the checks.

  static void spoil(std::vector<std::uint64_t>& values, std::string_view fault) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    if (fault == "lost") values.erase(middle);
    if (fault == "doubled") values.insert(middle, *middle);
    if (fault == "swapped") std::swap(*middle, *(middle + 1));
  }

  static std::string answer(std::string_view request, std::uint64_t id) {
    const auto has = [&](std::string_view word) { return request.find(word) != std::string_view::npos; };
    std::string out;
    const auto add = [&](std::string_view body, std::uint64_t to) {
      append_server_frame(out, "{" + std::string(body) + ",\"id\":" + std::to_string(to) + "}");
    };
    constexpr std::string_view good = R"("result":{"protocol":"1.2.3"})";
    if (has("\"error\"")) {
      add(R"("error":{"code":"system.notFound"})", id);
    } else {
      add(good, has("\"wrong\"") ? id + 1 : id);
    }
    if (has("\"twice\"")) add(good, id);
    if (has("\"event\"")) append_server_frame(out, R"({"event":"bench.a.change","data":{}})");
    return out;
  }

  void burst(const peer& from, const std::vector<std::uint64_t>& values, unsigned frames) {
    std::vector<std::string> batches;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i % frames == 0) batches.emplace_back();
      append_server_frame(batches.back(), R"({"event":"bench.fanout.1.change","data":{"values":{"value":)" +
                                              std::to_string(values[i]) + "}}}");
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
