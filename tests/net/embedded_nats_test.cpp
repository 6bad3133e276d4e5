#include "net/embedded_nats.hpp"

#include <cerrno>
#include <cstdlib>
#include <future>
#include <mutex>
#include <signal.h>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/nats_server.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/service.hpp"

using namespace actorgate;

namespace {

constexpr const char* helper_output = "EMBEDDED_NATS_TEST_OUTPUT";

/// Sets an environment variable for a scope.
class environment {
public:
  environment(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    ::setenv(name, value, 1);
  }
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;
  ~environment() { ::setenv(name_, old_.c_str(), 1); }

private:
  const char* name_;
  std::string old_;
};

template <class Condition>
bool eventually(Condition holds) {
  const auto deadline = std::chrono::steady_clock::now() + test::patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

bool gone(pid_t pid) { return ::kill(pid, 0) < 0 && errno == ESRCH; }

}  // namespace

TEST_CASE("an embedded server is ready when its constructor returns, and gone when its destructor does") {
  pid_t pid = 0;
  {
    net::embedded_nats server;
    pid = server.pid();
    CHECK(server.url() == "nats://127.0.0.1:" + std::to_string(server.port()));
    test::service s{server.url(), "test"};
    CHECK_FALSE(gone(pid));
    CHECK(::getpgid(pid) == pid);  // a Ctrl-C in the terminal does not reach it
  }
  CHECK(gone(pid));
}

TEST_CASE("two embedded servers do not meet") {
  net::embedded_nats one;
  net::embedded_nats two;
  CHECK(one.port() != two.port());
}

TEST_CASE("what the embedded server logs goes to the callback, line by line") {
  std::vector<std::string> lines;
  {
    net::embedded_nats_options options;
    options.on_log = [&](std::string_view line) { lines.emplace_back(line); };
    net::embedded_nats server{std::move(options)};
  }
  bool ready = false;
  for (const auto& line : lines) ready |= line.find("Server is ready") != line.npos;
  CHECK(ready);
}

TEST_CASE("a taken port is reported with the server's own words") {
  net::embedded_nats first;
  net::embedded_nats_options options;
  options.port = first.port();
  std::string message;
  try {
    net::embedded_nats second{std::move(options)};
  } catch (const net::embedded_nats_error& e) {
    message = e.what();
  }
  CAPTURE(message);
  CHECK(message.find("did not start") != message.npos);
  CHECK(message.find("address already in use") != message.npos);
  CHECK(message.find('\n') == message.npos);
}

TEST_CASE("a missing nats-server is reported as such") {
  // Only meaningful where no nats-server lies in the directories that are always looked at.
  const bool always_found = ::access("/usr/sbin/nats-server", X_OK) == 0;
  const environment path{"PATH", "/nonexistent"};
  if (always_found) {
    net::embedded_nats server;
    CHECK(server.port() != 0);
  } else {
    CHECK_THROWS_AS(net::embedded_nats{}, net::embedded_nats_error);
  }
}

TEST_CASE("an embedded server that dies by itself is reported once") {
  std::promise<std::string> reason;
  net::embedded_nats_options options;
  options.on_exit = [&](std::string_view text) { reason.set_value(std::string(text)); };
  net::embedded_nats server{std::move(options)};
  ::kill(server.pid(), SIGKILL);
  auto future = reason.get_future();
  REQUIRE(future.wait_for(test::patience) == std::future_status::ready);
  CHECK(future.get() == "nats-server ended: killed by signal 9");
}

TEST_CASE("an embedded server that ignores SIGTERM is killed after the grace") {
  net::embedded_nats_options options;
  options.stop_grace = std::chrono::milliseconds(50);
  pid_t pid = 0;
  {
    net::embedded_nats server{std::move(options)};
    pid = server.pid();
    ::kill(pid, SIGSTOP);
  }
  CHECK(gone(pid));
}

/// Runs only as a process of its own, started by the case below, which tells it where to write.
TEST_CASE("helper: holds an embedded server until it is killed" * doctest::skip()) {
  const char* output = std::getenv(helper_output);
  if (!output) return;
  net::embedded_nats server;
  const pid_t child = server.pid();
  REQUIRE(::write(std::atoi(output), &child, sizeof child) == sizeof child);
  for (;;) ::pause();
}

TEST_CASE("an embedded server dies with a parent that is SIGKILLed") {
  // The grandchild is given to us, so that its end can be waited for.
  REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const environment output{helper_output, std::to_string(ends[1]).c_str()};
  const pid_t parent = ::fork();
  REQUIRE(parent >= 0);
  if (parent == 0) {
    ::execl("/proc/self/exe", "net_test", "--no-skip", "--test-case=helper: holds an embedded server*",
            nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  pid_t server = 0;
  REQUIRE(::read(ends[0], &server, sizeof server) == sizeof server);
  ::close(ends[0]);
  CHECK_FALSE(gone(server));
  ::kill(parent, SIGKILL);
  int status = 0;
  CHECK(::waitpid(parent, &status, 0) == parent);
  CHECK(eventually([&] { return ::waitpid(server, &status, WNOHANG) == server; }));
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGKILL);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST_CASE("a test server comes back on the same port") {
  test::nats_server server;
  const auto port = server.port();
  const auto first = server.pid();
  server.stop();
  CHECK(gone(first));
  server.start();
  CHECK(server.port() == port);
  test::service s{server.url(), "test"};
}
