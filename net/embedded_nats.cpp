#include "net/embedded_nats.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <tuple>
#include <unistd.h>
#include <utility>
#include <vector>

namespace actorgate::net {
namespace {

namespace fs = std::filesystem;

class owned_fd {
public:
  explicit owned_fd(int fd = -1) : fd_(fd) {}
  owned_fd(owned_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  owned_fd& operator=(owned_fd other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~owned_fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

private:
  int fd_;
};

/// A directory that only we can read, gone with this object.
class private_directory {
public:
  private_directory() {
    std::error_code error;
    auto parent = fs::temp_directory_path(error);
    auto name = ((error ? fs::path("/tmp") : parent) / "actorgate-nats-XXXXXX").string();
    if (!::mkdtemp(name.data())) {
      throw embedded_nats_error("embedded NATS: cannot create " + name + ": " + std::strerror(errno));
    }
    path_ = name;
  }
  private_directory(const private_directory&) = delete;
  private_directory& operator=(const private_directory&) = delete;
  ~private_directory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

private:
  fs::path path_;
};

fs::path find_server() {
  const char* path = std::getenv("PATH");
  std::istringstream directories{std::string(path ? path : "") + ":/usr/sbin:/usr/local/sbin"};
  for (std::string directory; std::getline(directories, directory, ':');) {
    auto candidate = fs::path(directory) / "nats-server";
    if (!directory.empty() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  throw embedded_nats_error(
      "embedded NATS: nats-server is neither in PATH nor in /usr/sbin; install it or name a running server");
}

/// The port in the file that nats-server writes when it is ready: `{"nats":["nats://127.0.0.1:41667"]}`, or
/// with `tls://`.
/// Zero as long as it is not there, or not complete.
std::uint16_t read_port(const fs::path& directory) {
  constexpr std::string_view before = "://127.0.0.1:";
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() != ".ports") continue;
    std::ifstream in(entry.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto start = text.find(before);
    if (start == text.npos || text.find('}') == text.npos) continue;
    return static_cast<std::uint16_t>(std::strtoul(text.c_str() + start + before.size(), nullptr, 10));
  }
  return 0;
}

/// Runs in the forked child: only what is safe between fork and exec.
[[noreturn]] void become(char* const* arguments, int output, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // it died before the line above
  ::setpgid(0, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int s : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) ::signal(s, SIG_DFL);
  if (const int null = ::open("/dev/null", O_RDONLY); null > 0) ::dup2(null, 0);
  ::dup2(output, 1);
  ::dup2(output, 2);
  ::close_range(3, UINT_MAX, 0);
  ::execv(arguments[0], arguments);
  constexpr std::string_view failed = "cannot be executed\n";
  std::ignore = ::write(2, failed.data(), failed.size());
  ::_exit(127);
}

std::string describe(int status) {
  if (WIFSIGNALED(status)) return "killed by signal " + std::to_string(WTERMSIG(status));
  return "exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

/// The thread that forks the child reads its log until it ends, and reaps it.
class embedded_nats::supervisor {
public:
  explicit supervisor(embedded_nats_options options);
  supervisor(const supervisor&) = delete;
  supervisor& operator=(const supervisor&) = delete;
  ~supervisor();

  std::string url;
  std::uint16_t port = 0;
  pid_t pid = 0;

private:
  void run(const std::vector<std::string>& arguments);
  void fork_server(const std::vector<std::string>& arguments);
  void read_log();
  void reap();
  void wait_until_ready();
  void stop();
  void signal(int number);

  const embedded_nats_options options_;
  std::optional<private_directory> directory_{std::in_place};  // until the port is known
  owned_fd log_;
  std::string last_line_;  // read by others only when the child has ended

  std::mutex mutex_;
  std::condition_variable changed_;
  bool forked_ = false;
  bool ended_ = false;
  bool stopping_ = false;
  int status_ = 0;
  std::thread thread_;
};

embedded_nats::supervisor::supervisor(embedded_nats_options options) : options_(std::move(options)) {
  std::vector<std::string> arguments{find_server(),
                                     "--addr",
                                     "127.0.0.1",
                                     "--port",
                                     options_.port ? std::to_string(options_.port) : "-1",
                                     "--ports_file_dir",
                                     directory_->path()};
  arguments.insert(arguments.end(), options_.arguments.begin(), options_.arguments.end());
  thread_ = std::thread([this, arguments] { run(arguments); });
  try {
    wait_until_ready();
  } catch (...) {
    stop();
    throw;
  }
  url = "nats://127.0.0.1:" + std::to_string(port);
  directory_.reset();  // now: nobody could when we are killed
}

embedded_nats::supervisor::~supervisor() { stop(); }

void embedded_nats::supervisor::run(const std::vector<std::string>& arguments) {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);  // signals are for other threads
  fork_server(arguments);
  if (pid > 0) {
    read_log();
    reap();
  }
}

void embedded_nats::supervisor::fork_server(const std::vector<std::string>& arguments) {
  std::vector<char*> pointers;
  for (const auto& a : arguments) pointers.push_back(const_cast<char*>(a.c_str()));
  pointers.push_back(nullptr);
  int ends[2] = {-1, -1};
  pid_t child = -1;
  const pid_t self = ::getpid();
  if (::pipe2(ends, O_CLOEXEC) == 0) child = ::fork();
  if (child == 0) become(pointers.data(), ends[1], self);
  const int error = errno;
  log_ = owned_fd(ends[0]);
  owned_fd written_by_child(ends[1]);
  std::lock_guard lock(mutex_);
  pid = child;
  forked_ = true;
  if (child < 0) {
    last_line_ = std::strerror(error);
    ended_ = true;
  }
  changed_.notify_all();
}

void embedded_nats::supervisor::read_log() {
  std::string line;
  std::array<char, 4096> buffer;
  for (;;) {
    const auto n = ::read(log_.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    for (char c : std::string_view(buffer.data(), static_cast<std::size_t>(n))) {
      if (c != '\n') {
        if (line.size() < 4096) line += c;
        continue;
      }
      if (options_.on_log) options_.on_log(line);
      last_line_ = std::exchange(line, {});
    }
  }
}

void embedded_nats::supervisor::reap() {
  siginfo_t ignored;
  // Leaves it a zombie, so that signal() cannot meet another process of the same number.
  while (::waitid(P_PID, static_cast<id_t>(pid), &ignored, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  bool unexpected = false;
  {
    std::lock_guard lock(mutex_);
    ::waitpid(pid, &status_, 0);
    ended_ = true;
    unexpected = port != 0 && !stopping_;
    changed_.notify_all();
  }
  if (unexpected && options_.on_exit) options_.on_exit("nats-server ended: " + describe(status_));
}

void embedded_nats::supervisor::wait_until_ready() {
  using namespace std::chrono_literals;
  const auto deadline = std::chrono::steady_clock::now() + options_.start_timeout;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return forked_; });
  while (!ended_) {
    port = read_port(directory_->path());
    if (port != 0) return;
    if (std::chrono::steady_clock::now() > deadline) {
      throw embedded_nats_error("embedded NATS: nats-server did not get ready in time");
    }
    changed_.wait_for(lock, 5ms);
  }
  throw embedded_nats_error("embedded NATS: nats-server did not start: " + last_line_);
}

void embedded_nats::supervisor::stop() {
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    signal(SIGTERM);
    if (!changed_.wait_for(lock, options_.stop_grace, [this] { return ended_; })) signal(SIGKILL);
  }
  if (thread_.joinable()) thread_.join();
}

/// With the mutex held.
void embedded_nats::supervisor::signal(int number) {
  if (!ended_ && pid > 0) ::kill(pid, number);
}

embedded_nats::embedded_nats(embedded_nats_options options)
    : supervisor_(std::make_unique<supervisor>(std::move(options))) {}
embedded_nats::~embedded_nats() = default;

const std::string& embedded_nats::url() const { return supervisor_->url; }
std::uint16_t embedded_nats::port() const { return supervisor_->port; }
pid_t embedded_nats::pid() const { return supervisor_->pid; }

}  // namespace actorgate::net
