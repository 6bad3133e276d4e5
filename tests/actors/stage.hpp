#pragma once
#include <chrono>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include "actors/address_book.hpp"
#include "actors/hub.hpp"
#include "actors/lean_actor.hpp"
#include "actors/message_bus.hpp"
#include "actors/messages.hpp"

namespace actorgate::test {

/// A NATS that keeps what it is told, and says what a test wants.
class fake_bus final : public actors::message_bus {
public:
  struct sent_message {
    std::string subject, reply, data;
    net::shared_headers headers;
  };

  net::nats_subscription_ptr subscribe(std::string_view subject, std::string_view queue) override;
  net::sent publish(std::string_view subject, std::string_view reply, std::string_view data,
                    const net::shared_headers& headers) override;
  const std::string& inbox_prefix() const override { return prefix_; }

  /// The oldest message that has not been taken; fails the test if there is none.
  sent_message take();
  bool quiet() const { return published.empty(); }

  std::vector<sent_message> published;
  std::multiset<std::string> subscriptions;  ///< subjects
  std::vector<std::string> log;  ///< everything, in order: `SUB subject`, `UNSUB subject`, `PUB subject`
  net::sent answer = net::sent::ok;

private:
  std::string prefix_ = "_INBOX.test";
};

/// A connection that writes down what it is told.
class probe final : public actors::lean_actor<probe, actors::connection_actor> {
public:
  static constexpr auto actor_name = "probe";
  probe(caf::actor_config& config, caf::execution_unit* home, std::vector<std::string>& log)
      : lean_actor(config, home), log_(log) {}

  void on(actors::slot_loaded& fact);
  void on(actors::slots_loaded& facts);
  void on(actors::slot_failed& fact);
  void on(actors::slot_event& fact);
  void on(actors::slot_reaccess& fact);
  void on(actors::service_replied& reply);
  void on(actors::event_arrived& event);
  void on(actors::reset_tokens&) { log_.push_back("tokens reset"); }
  void on(actors::close_connections&) { log_.push_back("close"); }
  void on(actors::tick&) { log_.push_back("tick"); }

private:
  std::vector<std::string>& log_;
};

/// The actors of a gateway without threads, sockets and NATS: two shards in name, in virtual time.
class stage {
public:
  explicit stage(actors::settings settings = {});
  ~stage();

  /// Has all actors run until none has anything to do.
  void run();
  /// Has the one run whose turn it is.
  void run_one();
  /// Lets time pass, and has them run.
  void pass(std::chrono::milliseconds time);
  /// What NATS delivers.
  void deliver(std::string_view subject, std::string_view data, bool no_responders = false);
  /// A request that NATS delivers, to be answered at `reply`.
  void request(std::string_view subject, std::string_view data, const std::string& reply);
  /// An answer to a message that was sent.
  void reply(const fake_bus::sent_message& to, std::string_view data) { deliver(to.reply, data); }

  /// A place for what a connection is told; lives as long as the stage.
  std::vector<std::string>& new_log() { return logs_.emplace_back(); }
  actors::connection_actor connect(std::vector<std::string>& log);
  actors::hub& hub(cache::watcher_id shard);
  void subscribe(cache::watcher_id shard, const actors::connection_actor& who, cache::slot_id slot,
                 const std::string& name, const std::string& query = {});
  void unsubscribe(cache::watcher_id shard, const actors::connection_actor& who, cache::slot_id slot,
                   const std::string& name, const std::string& query = {});

  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  actors::address_book book;
  std::shared_ptr<fake_bus> bus = std::make_shared<fake_bus>();

private:
  caf::scheduler::test_coordinator& clockwork();

  std::deque<std::vector<std::string>> logs_;
};

}  // namespace actorgate::test
