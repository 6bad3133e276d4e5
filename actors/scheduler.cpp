#include "actors/scheduler.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/detail/set_thread_name.hpp>
#include <caf/timespan.hpp>

namespace actorgate::actors {

scheduler::~scheduler() = default;

caf::actor_system::module* scheduler::make(caf::actor_system& system, caf::detail::type_list<>) {
  return std::make_unique<scheduler>(system).release();
}

scheduler& scheduler::of(caf::actor_system& system) { return static_cast<scheduler&>(system.scheduler()); }

void scheduler::enqueue(caf::resumable* actor) { shards_[next_++ % shards_.size()]->exec_later(actor); }

void scheduler::init(caf::actor_system_config& config) {
  abstract_coordinator::init(config);
  const auto patience = caf::get_or(config, patience_key, caf::timespan{0});
  for (std::size_t i = 0; i < num_workers_; ++i) {
    shards_.push_back(std::make_unique<shard>(system_, i, max_throughput_, patience));
  }
}

void scheduler::start() {
  for (auto& s : shards_) s->start();
  timer_ = std::thread([this] {
    caf::detail::set_thread_name("actorgate.clock");
    clock_.run_dispatch_loop();
  });
  abstract_coordinator::start();
}

void scheduler::halt() {
  if (!timer_.joinable()) return;
  // CAF's own helpers need running shards to end.
  stop_actors();
  for (auto& s : shards_) s->stop();
  clock_.cancel_dispatch_loop();
  timer_.join();
}

void scheduler::stop() {
  halt();
  for (auto& s : shards_) {
    for (auto* actor : s->take_runnable()) cleanup_and_release(actor);
  }
}

}  // namespace actorgate::actors
