#include "bench/process.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "bench/failure.hpp"

namespace actorgate::bench {
namespace {

std::uint64_t read_clock(clockid_t clock) {
  timespec t{};
  if (::clock_gettime(clock, &t) != 0) fail_errno("clock_gettime");
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(t.tv_nsec);
}

[[noreturn]] void become(std::vector<char*>& arguments, const std::string& log) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int in = ::open("/dev/null", O_RDONLY);
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

}  // namespace

process::process(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) fail_errno("fork");
  if (pid_ == 0) become(arguments, log);
}

process::~process() { stop(); }

std::uint64_t process::cpu_ns() const {
  clockid_t clock = 0;
  if (::clock_getcpuclockid(pid_, &clock) != 0) fail("the gateway has ended");
  return read_clock(clock);
}

memory process::used_memory() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  memory result;
  for (std::string line; std::getline(status, line);) {
    const auto kilobytes = [&] { return std::strtod(line.c_str() + line.find(':') + 1, nullptr) * 1024; };
    if (line.starts_with("VmRSS:")) result.resident = kilobytes();
    if (line.starts_with("VmHWM:")) result.peak = kilobytes();
  }
  if (result.resident == 0) fail("the gateway has ended");
  return result;
}

bool process::alive() {
  if (pid_ >= 0) reaped(WNOHANG);
  return pid_ >= 0;
}

bool process::reaped(int options) {
  if (::waitpid(pid_, nullptr, options) != pid_) return false;
  pid_ = -1;
  return true;
}

void process::stop() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  for (int i = 0; i < 300; ++i) {
    if (reaped(WNOHANG)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ::kill(pid_, SIGKILL);
  reaped(0);
}

std::uint64_t own_cpu_ns() { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }

}  // namespace actorgate::bench
