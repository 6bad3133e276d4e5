#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/embedded_nats.hpp"

namespace actorgate::test {

/// A nats-server of its own for one test. Its port lies below the ephemeral range, so that nobody takes it
/// (not even a client that tries to reconnect) between `stop()` and `start()`.
class nats_server {
public:
  /// `arguments` go to nats-server.
  explicit nats_server(std::vector<std::string> arguments = {});

  std::string url() const;
  std::uint16_t port() const { return port_; }
  pid_t pid() const { return server_->pid(); }
  bool running() const { return server_ != nullptr; }

  /// Ends it: its clients lose their connections.
  void stop() { server_.reset(); }
  /// Starts it again on the same port; ready when this returns.
  void start();

private:
  std::vector<std::string> arguments_;
  std::uint16_t port_ = 0;
  std::unique_ptr<net::embedded_nats> server_;
};

}  // namespace actorgate::test
