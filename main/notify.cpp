#include "main/notify.hpp"

#include <charconv>
#include <cstddef>
#include <ctime>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace actorgate {
namespace {

std::string value_of(const environment& variables, const std::string& name) {
  const auto found = variables.find(name);
  return found == variables.end() ? std::string{} : found->second;
}

/// 0 if it is no number.
long to_number(const std::string& text) {
  long number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  return result.ec == std::errc{} && result.ptr == text.data() + text.size() ? number : 0;
}

/// CLOCK_MONOTONIC, which systemd compares with its own.
std::string monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::to_string(now.tv_sec * 1'000'000 + now.tv_nsec / 1000);
}

}  // namespace

notifier::notifier(const environment& variables) : socket_(value_of(variables, "NOTIFY_SOCKET")) {
  // A child of ours, or our parent, may be who is watched.
  const auto watched = value_of(variables, "WATCHDOG_PID");
  if (!watched.empty() && watched != std::to_string(::getpid())) return;
  const auto limit = to_number(value_of(variables, "WATCHDOG_USEC"));
  if (!socket_.empty() && limit > 0) watchdog_period_ = std::chrono::microseconds{(limit + 1) / 2};
}

void notifier::starting(std::chrono::microseconds time, std::string_view status) const {
  send("EXTEND_TIMEOUT_USEC=" + std::to_string(time.count()) + "\nSTATUS=" + std::string(status));
}
void notifier::ready(std::string_view status) const { send("READY=1\nSTATUS=" + std::string(status)); }
void notifier::reloading() const { send("RELOADING=1\nMONOTONIC_USEC=" + monotonic_microseconds()); }
void notifier::stopping() const { send("STOPPING=1\nSTATUS=stopping"); }
void notifier::alive() const { send("WATCHDOG=1"); }

void notifier::send(const std::string& text) const {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (socket_.empty() || socket_.size() >= sizeof to.sun_path) return;
  socket_.copy(to.sun_path, socket_.size());
  // The name of an abstract socket begins with a zero byte, and ends with its length instead of one.
  if (socket_.front() == '@') to.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  const int from = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (from < 0) return;
  ::sendto(from, text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), size);
  ::close(from);
}

}  // namespace actorgate
