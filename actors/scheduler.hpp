#pragma once
#include <memory>
#include <thread>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/detail/thread_safe_actor_clock.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include "actors/shard.hpp"

namespace actorgate::actors {

/// CAF's scheduler module, made of shards. Its own work-stealing one is quadratic in runnable actors, and
/// knows nothing of sockets. Load it with `actor_system_config::load<scheduler>()`; `scheduler.max-threads`
/// is the number of shards, `patience_key` how long they stay awake (a `caf::timespan`; none: they sleep).
class scheduler final : public caf::scheduler::abstract_coordinator {
public:
  static constexpr const char* patience_key = "scheduler.patience";

  explicit scheduler(caf::actor_system& system) : abstract_coordinator(system) {}
  ~scheduler() override;
  static caf::actor_system::module* make(caf::actor_system& system, caf::detail::type_list<>);

  /// That of a system which has been configured with it.
  static scheduler& of(caf::actor_system& system);

  std::size_t size() const { return shards_.size(); }
  shard& at(std::size_t index) { return *shards_[index]; }

  /// Ends all shards and the clock. Actors and sockets stay as they are, for their owners to let go of.
  void halt();

  // -- CAF's side: actors without a home go to the shards in turn
  void enqueue(caf::resumable* actor) override;
  caf::actor_clock& clock() noexcept override { return clock_; }
  void init(caf::actor_system_config& config) override;
  void start() override;
  void stop() override;

private:
  std::vector<std::unique_ptr<shard>> shards_;
  std::atomic<std::size_t> next_{0};
  caf::detail::thread_safe_actor_clock clock_;
  std::thread timer_;
};

}  // namespace actorgate::actors
