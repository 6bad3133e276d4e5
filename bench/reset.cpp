#include <string>

#include "bench/scan.hpp"
#include "bench/scenarios.hpp"
#include "bench/stage.hpp"
#include "bench/storm.hpp"

namespace actorgate::bench {
namespace {

constexpr unsigned clients_count = 10;

/// Resets all of `bench.reset`, and waits for `changes` change events and for the last get to be answered.
/// What the service publishes after that tells each client that there is nothing more.
void reset(stage& s, crowd& clients, const std::string& name, unsigned resources, unsigned changes) {
  unsigned heard = 0, over = 0;
  clients.heard = [&](client&, std::string_view text) {
    const bool change = text.find(".change\"") != std::string_view::npos;
    const bool end = text.find(".over\"") != std::string_view::npos;
    if (!change && !end) fail("unexpected: " + std::string(text.substr(0, 200)));
    if (change) ++heard;
    if (end) ++over;
  };
  const auto before = s.services().gets();
  const meter m(s.gateway());
  s.services().publish("system.reset", R"({"resources":["bench.reset.>"]})");
  const auto answered = [&] { return s.services().gets() - before >= resources && heard >= changes; };
  s.loop.until(answered, "a reset", std::chrono::milliseconds(1));
  for (unsigned i = 0; i < clients_count; ++i) {
    s.services().publish("event.bench.reset." + std::to_string(i) + ".over", "{}");
  }
  s.loop.until([&] { return over == clients_count; }, "the end of a reset");
  s.out.add(name + "_ms", m.seconds() * 1e3);
  s.loop.linger(std::chrono::milliseconds(300));
  s.out.add(name + ".cpu_us", m.cpu_us() / resources);
  if (s.services().gets() - before != resources) fail("not one get for each resource");
  if (heard != changes) fail(std::to_string(heard) + " changes instead of " + std::to_string(changes));
  clients.heard = {};
}

void run(stage& s, const std::string& name, unsigned resources) {
  crowd clients(s.loop, s.port());
  clients.open(clients_count);
  storm_each(clients, resources / clients_count,
             [](std::string& out, const client& c, std::uint32_t k, std::uint64_t) {
               out += R"("method":"subscribe.bench.reset.)" + std::to_string(k * clients_count + c.index()) +
                      "\"";
             });
  s.loop.linger(std::chrono::milliseconds(500));
  reset(s, clients, name + ".unchanged", resources, 0);
  s.services().change_one_percent();
  reset(s, clients, name + ".changed", resources, resources / 100);
  s.out.add(name + ".peak_bytes", s.gateway().used_memory().peak);
  s.out.note(
      "system.reset of " + std::to_string(resources) +
      " resources, which the service answers as fast as they are asked for; CPU time is for each of them; "
      "changed: one of a hundred has another value");
}

}  // namespace

// As many answers as Resgate has room for: with more than its bufferSize (8,192) waiting, it loses some and
// ends.
void run_reset(stage& s) { run(s, "reset", s.count(5'000, 2'000)); }

void run_large_reset(stage& s) { run(s, "large-reset", s.count(50'000, 10'000)); }

}  // namespace actorgate::bench
