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

/// One that is ignored would come again when it is blocked.
bool is_ignored(int signal) {
  struct sigaction now {};
  return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

}  // namespace

stop_request::stop_request(std::chrono::seconds patience) : patience_(patience) {
  ::sigemptyset(&signals_);
  for (int s : {SIGINT, SIGTERM, SIGQUIT, wake_up}) ::sigaddset(&signals_, s);
  if (!is_ignored(SIGHUP)) ::sigaddset(&signals_, SIGHUP);
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

stop_reason stop_request::wait() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return why_.has_value(); });
  return *why_;
}

void stop_request::ask(stop_reason why) {
  std::lock_guard lock{mutex_};
  if (!why_) why_ = std::move(why);
  changed_.notify_all();
}

void stop_request::watch() {
  int signal = wake_up;
  while (signal == wake_up && !is_asked()) ::sigwait(&signals_, &signal);
  if (signal != wake_up) ask({signal, {}});
  const timespec limit{patience_.count(), 0};
  for (;;) {
    if (is_over()) return;
    signal = ::sigtimedwait(&signals_, nullptr, &limit);
    if (signal > 0 && signal != wake_up) ::_exit(128 + signal);
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
