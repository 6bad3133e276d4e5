#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace actorgate::net {

/// Why there is no embedded server: one line for the person who started the gateway.
class embedded_nats_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

struct embedded_nats_options {
  /// Zero: a free port chosen by the server.
  std::uint16_t port = 0;
  /// What else it is started with, such as `--config` and a file.
  std::vector<std::string> arguments;
  /// Gets each line that the server logs, on the supervising thread. Without it they are dropped.
  std::function<void(std::string_view)> on_log;
  /// Told once, on the supervising thread, when the server ends without having been asked to.
  std::function<void(std::string_view reason)> on_exit;
  std::chrono::milliseconds start_timeout{10'000};
  /// Between SIGTERM and SIGKILL.
  std::chrono::milliseconds stop_grace{2'000};
};

/// A nats-server as our own child on a loopback port: `--nats embedded`.
///
/// It cannot outlive us: the kernel kills it when the thread that forked it ends, and that is a thread of
/// this object which lives as long as the child, so a crash or SIGKILL of the gateway takes it along. It has
/// its own process group: a Ctrl-C in the terminal reaches the gateway only, which ends it when it is done.
class embedded_nats {
public:
  /// Starts nats-server (from PATH, else /usr/sbin) and waits until it accepts connections.
  /// Throws `embedded_nats_error`.
  explicit embedded_nats(embedded_nats_options options = {});
  embedded_nats(const embedded_nats&) = delete;
  embedded_nats& operator=(const embedded_nats&) = delete;
  /// Stops it: SIGTERM, and SIGKILL after the grace.
  ~embedded_nats();

  /// `nats://127.0.0.1:<port>`
  const std::string& url() const;
  std::uint16_t port() const;
  pid_t pid() const;

private:
  class supervisor;
  std::unique_ptr<supervisor> supervisor_;
};

}  // namespace actorgate::net
