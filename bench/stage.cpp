#include "bench/stage.hpp"

#include <thread>

#include "bench/socket.hpp"

namespace actorgate::bench {

stage::stage(const settings& s) : settings_(s) {
  if (!is_limit()) service_ = std::make_unique<service>(s.nats);
}

double stage::start_gateway() {
  port_ = free_port();
  const auto port = std::to_string(port_);
  const auto start = now_ns();
  const std::vector<std::string> limit{"/proc/self/exe", "limit", "--port", port};
  const std::vector<std::string> real{settings_.gateway, "--nats",   settings_.nats,
                                      "--port",          port,       "--addr",
                                      "127.0.0.1",       "--config", settings_.directory + "/gateway.json"};
  gateway_ = std::make_unique<process>(is_limit() ? limit : real, settings_.directory + "/gateway.log");
  while (!accepts(port_)) {
    if (!gateway_->alive()) fail("the gateway ended at its start");
    if (seconds_since(start) > 30) fail("the gateway does not listen");
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  return seconds_since(start) * 1e3;
}

bool stage::gateway_alive() {
  for (int i = 0; i < 100 && gateway_ && gateway_->alive(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return gateway_ && gateway_->alive();
}

double stage::settled_memory() {
  loop.linger(std::chrono::milliseconds(1500));
  return gateway_->used_memory().resident;
}

void meter::report_cost(report& out, const std::string& name, double units) const {
  out.add(name + ".cpu_us", cpu_us() / units);
  out.add(name + ".load_us", static_cast<double>(own_cpu_ns() - own_) / 1e3 / units);
}

void meter::report_all(report& out, const std::string& name, double units) const {
  const auto time = seconds();
  report_cost(out, name, units);
  out.add(name + ".per_s", units / time);
}

}  // namespace actorgate::bench
