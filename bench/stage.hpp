#pragma once
#include <memory>
#include <string>

#include "bench/crowd.hpp"
#include "bench/poller.hpp"
#include "bench/process.hpp"
#include "bench/report.hpp"
#include "bench/service.hpp"

namespace actorgate::bench {

struct settings {
  std::string gateway;    // program; empty: the physical limit, a server of our own that speaks no RES
  std::string name;       // of the gateway, in the report
  std::string nats;       // URL
  std::string directory;  // for the gateway's configuration and log
  bool quick = false;
};

/// Where a scenario plays: a gateway of its own, the service, and the loop of its clients.
class stage {
public:
  explicit stage(const settings& s);

  /// `full`, or `quick` in a quick run.
  unsigned count(unsigned full, unsigned quick) const { return settings_.quick ? quick : full; }

  bool is_limit() const { return settings_.gateway.empty(); }

  /// Starts the gateway and waits until it listens; returns how long that took, in milliseconds.
  double start_gateway();
  void stop_gateway() { gateway_.reset(); }

  process& gateway() { return *gateway_; }

  /// Whether it still runs, a moment after something went wrong.
  bool gateway_alive();
  std::uint16_t port() const { return port_; }
  service& services() { return *service_; }

  /// Resident memory of the gateway once it has come to rest.
  double settled_memory();

  poller loop;
  report out;

private:
  settings settings_;
  std::uint16_t port_ = 0;
  std::unique_ptr<service> service_;
  std::unique_ptr<process> gateway_;
};

/// Time and CPU time from its making on.
class meter {
public:
  explicit meter(const process& p) : process_(p), cpu_(p.cpu_ns()), own_(own_cpu_ns()), start_(now_ns()) {}

  double seconds() const { return seconds_since(start_); }
  double cpu_us() const { return static_cast<double>(process_.cpu_ns() - cpu_) / 1e3; }

  /// Adds `name`.cpu_us and .load_us (CPU of load generator and service), for each of `units` pieces of work.
  void report_cost(report& out, const std::string& name, double units) const;

  /// The same, and .per_s: for work that goes as fast as it can.
  void report_all(report& out, const std::string& name, double units) const;

private:
  const process& process_;
  std::uint64_t cpu_, own_, start_;
};

}  // namespace actorgate::bench
