#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "bench/client.hpp"

namespace actorgate::bench {

/// Clients that do the same. Whoever drives them says what happens next; without, a message is a failure.
class crowd final : public client::owner {
public:
  crowd(poller& loop, std::uint16_t port) : loop_(loop), port_(port) {}

  /// Adds `count` clients, and waits until they are open; `at_once` connect at the same time.
  void open(unsigned count, unsigned at_once = 64);

  /// Adds clients without connecting them.
  void add(unsigned count);

  /// Closes every client in order, and waits until the gateway has done the same.
  void close();

  unsigned size() const { return static_cast<unsigned>(clients_.size()); }
  client& operator[](unsigned index) { return *clients_[index]; }
  poller& loop() { return loop_; }

  std::function<void(client&)> opened;
  std::function<void(client&, std::string_view)> heard;
  std::function<void(client&)> closed;

private:
  void on_open(client& c) override;
  void on_message(client& c, std::string_view text) override;
  void on_closed(client& c) override;

  poller& loop_;
  std::uint16_t port_;
  std::vector<std::unique_ptr<client>> clients_;
};

}  // namespace actorgate::bench
