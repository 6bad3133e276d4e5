#pragma once
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <functional>
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

/// What is done while the end is waited for, on the thread that waits. Nothing of it may throw.
struct meanwhile {
  std::function<void()> on_reload = [] {};  ///< SIGHUP asks for it; two of them may be one call
  std::chrono::microseconds period{0};      ///< `on_period` is called once in it at the least; 0: never
  std::function<void()> on_period = [] {};
};

/// Waits for the end of the process: SIGINT, SIGTERM, SIGQUIT, or something that is lost. SIGHUP asks for a
/// reload instead, under nohup as well. To be made before any other thread, because it blocks these signals
/// for all threads made later.
///
/// A second signal that asks for the end makes it at once, with 128 and its number, unless it is the same one
/// within 200 ms; so does an orderly end that takes more than `patience`, with 1.
class stop_request {
public:
  explicit stop_request(std::chrono::seconds patience = std::chrono::seconds{10});
  stop_request(const stop_request&) = delete;
  stop_request& operator=(const stop_request&) = delete;
  ~stop_request();

  /// Asks for the end; from any thread. The first reason counts.
  void fail(std::string error);
  /// Whether the end is asked for within that time.
  bool is_asked_within(std::chrono::milliseconds time);
  /// Returns when the end is asked for.
  stop_reason wait(const meanwhile& todo = {});

private:
  void watch();
  void ask(stop_reason why);
  void ask_reload();
  bool is_asked();
  bool is_over();

  const std::chrono::seconds patience_;
  sigset_t signals_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<stop_reason> why_;
  bool reload_ = false;
  bool over_ = false;
  std::thread watcher_;
};

}  // namespace actorgate
