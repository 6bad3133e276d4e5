#pragma once
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace actorgate {

/// Why the process is to end.
struct stop_reason {
  int signal = 0;     ///< who asked for it; 0: nobody
  std::string error;  ///< what makes it impossible to go on; empty: nothing
};

/// Waits for the end of the process: SIGINT, SIGTERM, SIGQUIT, SIGHUP (but not under
/// nohup), or something that is lost. To be made
/// before any other thread, because it blocks these signals for all threads made later.
///
/// A second signal ends the process at once, with 128 and its number; so does an orderly end that takes more
/// than `patience`, with 1.
class stop_request {
public:
  explicit stop_request(std::chrono::seconds patience = std::chrono::seconds{10});
  stop_request(const stop_request&) = delete;
  stop_request& operator=(const stop_request&) = delete;
  ~stop_request();

  /// Asks for the end; from any thread. The first reason counts.
  void fail(std::string error);
  /// Returns when the end is asked for.
  stop_reason wait();

private:
  void watch();
  void ask(stop_reason why);
  bool is_asked();
  bool is_over();

  const std::chrono::seconds patience_;
  sigset_t signals_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<stop_reason> why_;
  bool over_ = false;
  std::thread watcher_;
};

}  // namespace actorgate
