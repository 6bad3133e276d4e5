#pragma once
#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>

#include "actors/wakefulness.hpp"
#include "net/loop.hpp"

namespace actorgate::actors {

/// One thread that runs actors and sockets: a CAF execution unit and an Asio loop in one. Actors that are
/// pinned to a shard and the sockets on its loop share state without locks.
///
/// A tick is: all ready I/O, then every actor that was runnable when the tick began, then one write per dirty
/// socket.
class shard final : public caf::execution_unit {
public:
  /// `patience`: how long the thread stays awake for what comes next.
  shard(caf::actor_system& system, std::size_t index, std::size_t max_throughput,
        wakefulness::duration patience);
  ~shard() override;

  std::size_t index() const { return index_; }
  net::loop& loop() { return loop_; }
  /// Actors that wait for their turn. On the shard's thread.
  std::size_t queue_depth() const { return runnable_.size(); }

  /// Has an actor run in this shard's next tick. From any thread.
  void exec_later(caf::resumable* actor) override;

  void start();
  /// Ends the thread after its tick; what is runnable then is never run. Waits for it.
  void stop();
  /// Hands over the actors that were left runnable, each with a reference; call it when all shards have
  /// stopped.
  std::vector<caf::resumable*> take_runnable();

private:
  void run();
  void wait();
  void run_actors();
  void take_remote();

  net::loop loop_;
  std::size_t index_;
  std::size_t max_throughput_;
  wakefulness wakefulness_;
  std::deque<caf::resumable*> runnable_;
  std::mutex mutex_;  // guards remote_, the only thing that other threads touch
  std::vector<caf::resumable*> remote_;
  std::vector<caf::resumable*> taken_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace actorgate::actors
