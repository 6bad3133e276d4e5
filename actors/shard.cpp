#include "actors/shard.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <caf/detail/set_thread_name.hpp>

namespace actorgate::actors {
namespace {
thread_local const shard* current_shard = nullptr;
}

shard::shard(caf::actor_system& system, std::size_t index, std::size_t max_throughput,
             wakefulness::duration patience)
    : caf::execution_unit(&system), index_(index), max_throughput_(max_throughput), wakefulness_(patience) {}

shard::~shard() { stop(); }

void shard::exec_later(caf::resumable* actor) {
  if (current_shard == this) {
    runnable_.push_back(actor);
    return;
  }
  bool wake = false;
  {
    const std::lock_guard lock{mutex_};
    wake = remote_.empty();
    remote_.push_back(actor);
  }
  if (wake) boost::asio::post(loop_.context(), [this] { take_remote(); });
}

void shard::take_remote() {
  {
    const std::lock_guard lock{mutex_};
    taken_.swap(remote_);
  }
  runnable_.insert(runnable_.end(), taken_.begin(), taken_.end());
  taken_.clear();
}

void shard::start() {
  thread_ = std::thread([this] {
    caf::detail::set_thread_name("actorgate.shard");
    current_shard = this;
    loop_.settle_here();
    run();
    current_shard = nullptr;
  });
}

void shard::stop() {
  stopping_ = true;
  boost::asio::post(loop_.context(), [] {});
  if (thread_.joinable()) thread_.join();
}

void shard::run() {
  const auto stay = boost::asio::make_work_guard(loop_.context());
  while (!stopping_) {
    if (runnable_.empty() && !loop_.has_dirty()) {
      wait();
    } else {
      loop_.context().poll();
    }
    run_actors();
    loop_.flush();
  }
}

/// For I/O, which is handled, with all that comes along.
void shard::wait() {
  auto& io = loop_.context();
  if (!wakefulness_.ever()) {
    io.run_one();
    io.poll();
    return;
  }
  loop_.take_messages();
  const auto begin = std::chrono::steady_clock::now();
  const auto end = begin + wakefulness_.patience();
  std::size_t came = 0;
  for (auto now = begin; came == 0 && now < end; now = std::chrono::steady_clock::now()) {
    came = io.poll();
    if (came == 0) std::this_thread::yield();
  }
  if (came == 0) came = io.run_one();
  const auto length = std::chrono::steady_clock::now() - begin;
  came += io.poll();
  wakefulness_.on_wait(length, std::max(came, loop_.take_messages()));
}

void shard::run_actors() {
  // Only those that are runnable now: an actor that keeps itself busy does not keep sockets waiting.
  for (auto count = runnable_.size(); count > 0; --count) {
    auto* actor = runnable_.front();
    runnable_.pop_front();
    if (actor->resume(this, max_throughput_) == caf::resumable::resume_later) {
      runnable_.push_back(actor);
    } else {
      caf::intrusive_ptr_release(actor);
    }
  }
}

std::vector<caf::resumable*> shard::take_runnable() {
  take_remote();
  std::vector<caf::resumable*> left{runnable_.begin(), runnable_.end()};
  runnable_.clear();
  return left;
}

}  // namespace actorgate::actors
