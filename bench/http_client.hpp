#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "bench/poller.hpp"

namespace actorgate::bench {

/// One keep-alive connection that carries one request at a time.
class http_client final : public poller::handler {
public:
  http_client(poller& loop, std::uint16_t port, unsigned index);
  ~http_client();
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  /// Sends a whole request.
  void send(std::string_view request);

  /// Of the response: its status code, and the bytes of its body as they came, chunk headers included.
  std::function<void(http_client&, unsigned status, std::string_view body)> answered;

  std::uint64_t sent_at = 0;

private:
  void on_ready(std::uint32_t events) override;
  void take_response();

  poller& loop_;
  int fd_;
  bool waiting_ = false;
  std::string input_;
};

}  // namespace actorgate::bench
