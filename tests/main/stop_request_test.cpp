#include "main/stop_request.hpp"

#include <csignal>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace actorgate;
using namespace std::chrono_literals;

namespace {

void signal_self(int signal) { ::kill(::getpid(), signal); }

/// What a process that does this ends with. It is a child, because signals are for whole processes.
int exit_code_of(const std::function<int()>& act) {
  const auto child = ::fork();
  if (child == 0) {
    ::alarm(20);
    ::_exit(act());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

/// Asks for the end, learns so, and never ends.
int hang(int first, int second) {
  stop_request stop{1s};
  signal_self(first);
  stop.wait();
  if (second != 0) signal_self(second);
  for (;;) ::pause();
}

}  // namespace

TEST_CASE("a signal that asks for the end is the reason of it") {
  for (int signal : {SIGINT, SIGTERM, SIGQUIT}) {
    CHECK(exit_code_of([&] {
            stop_request stop;
            signal_self(signal);
            return stop.wait().signal;
          }) == signal);
  }
}

TEST_CASE("a hangup asks for a reload, as often as it comes, and is no reason for the end") {
  CHECK(exit_code_of([] {
          stop_request stop;
          int reloads = 0;
          meanwhile todo;
          todo.on_reload = [&] { signal_self(++reloads < 3 ? SIGHUP : SIGTERM); };
          signal_self(SIGHUP);
          return stop.wait(todo).signal == SIGTERM ? reloads : 100;
        }) == 3);
}

TEST_CASE("a hangup asks for a reload under nohup, too") {
  CHECK(exit_code_of([] {
          std::signal(SIGHUP, SIG_IGN);
          stop_request stop;
          meanwhile todo;
          todo.on_reload = [] { signal_self(SIGINT); };
          signal_self(SIGHUP);
          return stop.wait(todo).signal;
        }) == SIGINT);
}

TEST_CASE("something is done in each period until the end, and without a period never") {
  CHECK(exit_code_of([] {
          stop_request stop;
          int times = 0;
          meanwhile todo;
          todo.period = 1ms;
          todo.on_period = [&] {
            if (++times == 5) signal_self(SIGTERM);
          };
          return stop.wait(todo).signal == SIGTERM && times >= 5 ? 0 : 1;
        }) == 0);
  CHECK(exit_code_of([] {
          stop_request stop;
          meanwhile todo;
          todo.on_reload = [] { signal_self(SIGTERM); };
          todo.on_period = [] { ::_exit(1); };
          signal_self(SIGHUP);
          stop.wait(todo);
          return 0;
        }) == 0);
}

TEST_CASE("a hangup during the end does not make it") {
  CHECK(exit_code_of([] { return hang(SIGTERM, SIGHUP); }) == 1);
}

TEST_CASE("something that is lost is a reason, and the first reason counts") {
  CHECK(exit_code_of([] {
          stop_request stop;
          std::thread([&] { stop.fail("lost"); }).join();
          stop.fail("lost as well");
          const auto why = stop.wait();
          return why.error == "lost" && why.signal == 0 ? 0 : 1;
        }) == 0);
}

TEST_CASE("a second signal ends the process at once") {
  CHECK(exit_code_of([] { return hang(SIGTERM, SIGINT); }) == 128 + SIGINT);
  CHECK(exit_code_of([] { return hang(SIGINT, SIGTERM); }) == 128 + SIGTERM);
}

TEST_CASE("the same signal is a second one, but not at the same moment") {
  CHECK(exit_code_of([] { return hang(SIGTERM, SIGTERM); }) == 1);
  CHECK(exit_code_of([]() -> int {
          stop_request stop;
          for (;;) {
            signal_self(SIGTERM);
            std::this_thread::sleep_for(10ms);
          }
        }) == 128 + SIGTERM);
}

TEST_CASE("an end that takes too long is made") {
  CHECK(exit_code_of([] { return hang(SIGTERM, 0); }) == 1);
}

TEST_CASE("a signal ends a process at once that is ending because something is lost") {
  CHECK(exit_code_of([]() -> int {
          stop_request stop;
          stop.fail("lost");
          signal_self(SIGTERM);
          for (;;) ::pause();
        }) == 128 + SIGTERM);
}

TEST_CASE("nobody has to ask") {
  CHECK(exit_code_of([] {
          { stop_request stop; }
          return 0;
        }) == 0);
}
