#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "tests/cache/replica.hpp"
#include "tests/gateway/http_stage.hpp"
#include "tests/main/running_gateway.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/service.hpp"

namespace actorgate::test {

/// One gateway of a cluster: a process, with a name.
struct node {
  node(std::string called, const std::string& nats, arguments more = {});

  /// What the balancer asks.
  bool is_ready() const;
  bool becomes_ready(bool expected = true) const {
    return becomes([&] { return is_ready() == expected; });
  }
  /// Waits until its log has this in it; whether it ever has.
  bool comes_to_say(const std::string& text) const {
    return becomes([&] { return gateway.says(text); });
  }
  std::uint16_t port() const { return gateway.port; }
  /// As a machine that fails.
  void crash();
  /// In order; returns when it has ended.
  void end();

  const std::string name;
  const std::uint16_t metrics;
  running_gateway gateway;
};

/// Three servers that know each other.
class nats_cluster {
public:
  nats_cluster();
  /// All of them, that one first.
  std::string urls(std::size_t first = 0) const;
  nats_server& operator[](std::size_t i) { return *servers_[i]; }
  /// The server that this node is connected to at the start.
  nats_server& of(const node& n);

private:
  std::vector<std::unique_ptr<nats_server>> servers_;
};

/// A service whose resources change all the time, and that always knows what is true. What it answers and
/// what it tells come from one state under one lock.
class busy_service {
public:
  static constexpr std::size_t models = 5;

  explicit busy_service(const std::string& nats);
  /// Something changes.
  void step();
  /// Says that everybody should ask again, as a service does that may have lost words.
  void reset();
  /// What a client may subscribe to.
  static std::vector<std::string> rids();
  /// Whether the client knows of everything exactly what is true.
  bool is_known(const tests::replica& client) const;

  service test;

private:
  void change_model(std::size_t which);
  void change_list();
  std::string list() const;

  mutable std::mutex mutex_;  // handlers run on the service's thread
  std::mt19937 random_{4711};
  std::vector<long> numbers_ = std::vector<long>(models, 0);
  std::vector<std::string> elements_;
  long added_ = 0;
};

/// Clients that go to another gateway when theirs is gone, and begin anew there.
class travellers {
public:
  /// So many at each of these gateways.
  travellers(const std::vector<std::uint16_t>& gateways, std::size_t each);

  /// Hears what has come.
  void catch_up(int patience_ms = 0);
  /// Hears until all of them know what is true; whether that happens.
  bool get_to_know(const busy_service& truth);
  /// How often one of them had to move.
  std::size_t moves() const { return moves_; }
  /// How many are at that gateway.
  std::size_t at(std::uint16_t gateway) const;
  /// What none of them should ever have been sent.
  std::vector<std::string> complaints() const;

private:
  struct traveller {
    ws_client socket;
    tests::replica knows;
    std::size_t at;  ///< which gateway
  };
  void settle(traveller& t);
  void hear(traveller& t);

  const std::vector<std::uint16_t> gateways_;
  std::vector<traveller> all_;
  std::vector<std::string> old_complaints_;
  std::size_t moves_ = 0;
};

}  // namespace actorgate::test
