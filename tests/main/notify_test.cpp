#include "main/notify.hpp"

#include <ctime>

#include <doctest/doctest.h>

#include "tests/main/notify_socket.hpp"
#include "tests/main/scratch.hpp"

using namespace actorgate;
using namespace actorgate::test;
using namespace std::chrono_literals;

namespace {

long long monotonic_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000LL + now.tv_nsec / 1000;
}

void check_dialogue(const std::string& name) {
  const notify_socket systemd{name};
  const notifier n{{{"NOTIFY_SOCKET", name}}};
  CHECK(systemd.is_silent());
  n.starting(2s, "waiting");
  CHECK(systemd.next() == "EXTEND_TIMEOUT_USEC=2000000\nSTATUS=waiting");
  n.ready("listening on here");
  CHECK(systemd.next() == "READY=1\nSTATUS=listening on here");
  n.alive();
  CHECK(systemd.next() == "WATCHDOG=1");
  n.stopping();
  CHECK(systemd.next() == "STOPPING=1\nSTATUS=stopping");
}

}  // namespace

TEST_CASE("systemd learns of each step, on a path") {
  const scratch place;
  check_dialogue(place / "notify");
}

TEST_CASE("systemd learns of each step, on an abstract socket") {
  check_dialogue("@actorgate-test-" + std::to_string(::getpid()));
}

TEST_CASE("a reload tells systemd when it begins") {
  const scratch place;
  const notify_socket systemd{place / "notify"};
  const auto before = monotonic_now();
  notifier{{{"NOTIFY_SOCKET", place / "notify"}}}.reloading();
  const auto said = systemd.next();
  const std::string expected = "RELOADING=1\nMONOTONIC_USEC=";
  REQUIRE(said.starts_with(expected));
  const auto at = std::stoll(said.substr(expected.size()));
  CHECK(at >= before);
  CHECK(at <= monotonic_now());
}

TEST_CASE("without systemd, nothing is said, and nothing goes wrong") {
  const scratch place;
  for (const auto& name : {std::string{}, place / "missing", std::string(500, 'x'), std::string("/")}) {
    const notifier n{{{"NOTIFY_SOCKET", name}}};
    n.ready("here");
    n.reloading();
    n.stopping();
    n.alive();
  }
  notifier{{}}.ready("here");
}

TEST_CASE("the watchdog is told twice in its time, if it is ours") {
  const auto pid = std::to_string(::getpid());
  const std::vector<std::pair<environment, std::chrono::microseconds>> cases{
      {{}, 0us},
      {{{"WATCHDOG_USEC", "3000000"}}, 1500ms},
      {{{"WATCHDOG_USEC", "3000000"}, {"WATCHDOG_PID", pid}}, 1500ms},
      {{{"WATCHDOG_USEC", "3000000"}, {"WATCHDOG_PID", "1"}}, 0us},
      {{{"WATCHDOG_USEC", "1"}}, 1us},
      {{{"WATCHDOG_USEC", "0"}}, 0us},
      {{{"WATCHDOG_USEC", "-4"}}, 0us},
      {{{"WATCHDOG_USEC", "4s"}}, 0us},
      {{{"WATCHDOG_USEC", ""}}, 0us},
  };
  for (auto [variables, period] : cases) {
    CHECK(notifier{variables}.watchdog_period() == 0us);  // nobody to be told
    variables["NOTIFY_SOCKET"] = "/run/notify";
    CHECK(notifier{variables}.watchdog_period() == period);
  }
}
