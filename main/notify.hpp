#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "main/environment.hpp"

namespace actorgate {

/// Tells systemd how the process is, as sd_notify(3) does: `Type=notify`, `Type=notify-reload`,
/// `WatchdogSec`. Without `NOTIFY_SOCKET` it says nothing. What cannot be sent is lost. From any thread.
class notifier {
public:
  explicit notifier(const environment& variables);

  /// Still on the way to `ready`, for which there is that much time from now on.
  void starting(std::chrono::microseconds time, std::string_view status) const;
  /// Serving, at the start and after `reloading`. `status` is a line that `systemctl status` shows.
  void ready(std::string_view status) const;
  /// About to read the configuration again.
  void reloading() const;
  /// About to end.
  void stopping() const;
  /// Still well. To be called once in each `watchdog_period` at the least, from `ready` to `stopping`, and
  /// only if it is true: whoever calls it has first seen that the process does its work.
  void alive() const;
  /// Half of the time after which systemd would end the process; 0: nobody watches.
  std::chrono::microseconds watchdog_period() const { return watchdog_period_; }

private:
  void send(const std::string& text) const;

  std::string socket_;  ///< a path; abstract behind an '@'
  std::chrono::microseconds watchdog_period_{0};
};

}  // namespace actorgate
