#pragma once
#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace actorgate::bench {

/// Resident memory of a process, in bytes.
struct memory {
  double resident = 0;  // VmRSS
  double peak = 0;      // VmHWM
};

/// A program that we started, and end with its owner. What it prints goes into a file.
class process {
public:
  process(const std::vector<std::string>& command, const std::string& log);
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  /// CPU time of all its threads, ended ones included, in user and kernel mode: the scheduler's own count, in
  /// nanoseconds (what /proc/PID/task/*/schedstat shows for threads that live).
  std::uint64_t cpu_ns() const;

  memory used_memory() const;

  /// Whether it still runs.
  bool alive();

  /// SIGTERM, and SIGKILL if that does not help soon.
  void stop();

private:
  bool reaped(int options);

  pid_t pid_ = -1;
};

/// CPU time of this process, in nanoseconds.
std::uint64_t own_cpu_ns();

}  // namespace actorgate::bench
