#include "main/stop_request.hpp"

#include <cerrno>
#include <cstdlib>
#include <pthread.h>
#include <unistd.h>
#include <utility>

#include <spdlog/spdlog.h>

namespace actorgate {
namespace {

/// Wakes the watcher; nobody else sends it.
constexpr int wake_up = SIGUSR1;

/// timeout(1) and those who wrap a program signal it and then its group, which it is in: that is one signal.
constexpr std::chrono::milliseconds echo{200};

bool asks_for_end(int signal) { return signal > 0 && signal != SIGHUP && signal != wake_up; }

}  // namespace

stop_request::stop_request(std::chrono::seconds patience) : patience_(patience) {
  ::sigemptyset(&signals_);
  for (int s : {SIGINT, SIGTERM, SIGQUIT, SIGHUP, wake_up}) ::sigaddset(&signals_, s);
  ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  watcher_ = std::thread([this] { watch(); });
}

stop_request::~stop_request() {
  {
    std::lock_guard lock{mutex_};
    over_ = true;
  }
  ::pthread_kill(watcher_.native_handle(), wake_up);
  watcher_.join();
}

void stop_request::fail(std::string error) {
  ask({0, std::move(error)});
  ::pthread_kill(watcher_.native_handle(), wake_up);
}

bool stop_request::is_asked_within(std::chrono::milliseconds time) {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, time, [this] { return why_.has_value(); });
}

stop_reason stop_request::wait(const meanwhile& todo) {
  std::unique_lock lock{mutex_};
  const auto is_due = [this] { return why_ || reload_; };
  for (;;) {
    if (todo.period.count() > 0) {
      changed_.wait_for(lock, todo.period, is_due);
    } else {
      changed_.wait(lock, is_due);
    }
    if (why_) return *why_;
    const bool reload = std::exchange(reload_, false);
    lock.unlock();
    if (reload) todo.on_reload();
    if (todo.period.count() > 0) todo.on_period();
    lock.lock();
  }
}

void stop_request::ask(stop_reason why) {
  std::lock_guard lock{mutex_};
  if (!why_) why_ = std::move(why);
  changed_.notify_all();
}

void stop_request::ask_reload() {
  std::lock_guard lock{mutex_};
  reload_ = true;
  changed_.notify_all();
}

void stop_request::watch() {
  int first = wake_up;
  while (!is_asked()) {
    ::sigwait(&signals_, &first);
    if (first == SIGHUP) ask_reload();
    if (asks_for_end(first)) ask({first, {}});
  }
  const auto echo_end = std::chrono::steady_clock::now() + echo;
  const timespec limit{patience_.count(), 0};
  for (;;) {
    if (is_over()) return;
    const int signal = ::sigtimedwait(&signals_, nullptr, &limit);
    const bool is_echo = signal == first && std::chrono::steady_clock::now() < echo_end;
    if (asks_for_end(signal) && !is_echo) ::_exit(128 + signal);
    if (signal < 0 && errno == EAGAIN) {
      spdlog::critical("could not stop in {} seconds", patience_.count());
      ::_exit(EXIT_FAILURE);
    }
  }
}

bool stop_request::is_asked() {
  std::lock_guard lock{mutex_};
  return why_.has_value() || over_;
}

bool stop_request::is_over() {
  std::lock_guard lock{mutex_};
  return over_;
}

}  // namespace actorgate
