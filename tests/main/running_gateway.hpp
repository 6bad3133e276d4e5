#pragma once
#include <chrono>
#include <cstdint>
#include <fstream>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "tests/main/notify_socket.hpp"
#include "tests/main/process.hpp"
#include "tests/main/scratch.hpp"
#include "tests/support/loopback_address.hpp"

namespace actorgate::test {

/// A port that nobody has right now.
inline std::uint16_t free_port() {
  const int s = new_tcp_socket();
  const auto port = bind_to_free_port(s);
  ::close(s);
  if (port == 0) throw std::runtime_error("no port for the test");
  return port;
}

inline void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

/// Waits until that holds; false if it never does.
template <class F>
bool becomes(F holds) {
  const auto end = std::chrono::steady_clock::now() + 4 * patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

/// A gateway that serves, as systemd would have started it.
struct running_gateway {
  /// `config` is the content of its configuration file; the rest comes on the command line.
  explicit running_gateway(const std::string& config, const environment& more = {},
                           const std::string& nats = "embedded", const arguments& options = {})
      : port(free_port()),
        systemd(place / "notify"),
        runs((write(place / "a.json", config), told(nats, options)), with(more)) {
    const auto said = systemd.next();
    if (!said.starts_with("READY=1\nSTATUS=listening on 127.0.0.1:")) {
      throw std::runtime_error("the gateway does not serve: " + runs.errors());
    }
  }

  arguments told(const std::string& nats, const arguments& options) const {
    arguments result{"--nats", nats, "-i", "127.0.0.1", "-p", std::to_string(port), "-c", place / "a.json"};
    result.insert(result.end(), options.begin(), options.end());
    return result;
  }
  environment with(environment more) const {
    more["NOTIFY_SOCKET"] = place / "notify";
    return more;
  }
  /// Asks for a reload, and returns when it is over.
  void reload() const {
    runs.signal(SIGHUP);
    CHECK(systemd.next().starts_with("RELOADING=1\nMONOTONIC_USEC="));
    CHECK(systemd.next().starts_with("READY=1\n"));
  }
  /// Asks for the end, and returns when it has begun.
  void ask_to_end(int signal = SIGTERM) const {
    runs.signal(signal);
    CHECK(systemd.next().starts_with("STOPPING=1"));
  }
  /// Whether the log has this in it.
  bool says(const std::string& text) const { return contains(runs.errors(), text); }

  scratch place;
  std::uint16_t port;
  notify_socket systemd;
  process runs;
};

}  // namespace actorgate::test
