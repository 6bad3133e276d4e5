#include "tests/support/nats_server.hpp"

#include <random>
#include <utility>

namespace actorgate::test {

nats_server::nats_server(std::vector<std::string> arguments) : arguments_(std::move(arguments)) {
  std::random_device random;
  std::uniform_int_distribution<int> below_ephemeral(10'000, 32'000);
  for (int attempts = 20;; --attempts) {
    port_ = static_cast<std::uint16_t>(below_ephemeral(random));
    try {
      start();
      return;
    } catch (const net::embedded_nats_error&) {
      if (attempts == 1) throw;  // the port was taken, each time: something else is wrong
    }
  }
}

std::string nats_server::url() const { return "nats://127.0.0.1:" + std::to_string(port_); }

void nats_server::start() {
  net::embedded_nats_options options;
  options.port = port_;
  options.arguments = arguments_;
  server_ = std::make_unique<net::embedded_nats>(std::move(options));
}

}  // namespace actorgate::test
