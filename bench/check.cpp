#include "bench/check.hpp"

#include "bench/audience.hpp"
#include "bench/stage.hpp"
#include "bench/storm.hpp"

namespace actorgate::bench {
namespace {

template <class Run>
void expect(bool right, const std::string& what, Run run) {
  bool passed = true;
  try {
    run();
  } catch (const failure&) {
    passed = false;
  }
  if (passed != right) fail((right ? "taken for a fault: " : "unnoticed: ") + what);
}

void check_events(stage& s, const std::string& fault) {
  expect(fault == "none", fault + " events", [&] {
    crowd clients(s.loop, s.port()), publisher(s.loop, s.port());
    publisher.open(1);
    clients.open(3);
    audience all(clients, 1);
    for (std::uint64_t value = 1; value <= 10; ++value) all.publishing(value);
    publisher[0].send("burst 1 10 4 " + fault);
    all.wait();
    s.loop.linger(std::chrono::milliseconds(50));
  });
}

void check_requests(stage& s, const std::string& answer) {
  const compose_for next = [&](std::string& out, const client&, std::uint32_t, std::uint64_t) {
    out += "\"method\":\"" + answer + "\"";
  };
  expect(answer == "once", "an answer: " + answer, [&] {
    crowd clients(s.loop, s.port());
    clients.open(2);
    storm(clients, 7, next);
    s.loop.linger(std::chrono::milliseconds(50));
  });
  expect(answer == "once", "one of several answers: " + answer, [&] {
    crowd one(s.loop, s.port());
    one.open(1);
    pipeline(one, 3, 9, next);
    s.loop.linger(std::chrono::milliseconds(50));
  });
}

}  // namespace

void check_the_checks(const std::string& directory) {
  settings options;
  options.directory = directory;
  stage s(options);
  s.start_gateway();
  for (const char* fault : {"none", "lost", "doubled", "swapped"}) check_events(s, fault);
  for (const char* answer : {"once", "twice", "wrong", "error", "event"}) check_requests(s, answer);
}

}  // namespace actorgate::bench
