#include <string>

#include "bench/audience.hpp"
#include "bench/scenarios.hpp"
#include "bench/stage.hpp"
#include "bench/storm.hpp"

namespace actorgate::bench {
namespace {

constexpr unsigned fast = 100, per_second = 60;
constexpr std::size_t event_size = 16 << 10;
constexpr std::string_view rid = "bench.slow.1";

void pace(stage& s, audience& all, const std::string& name, unsigned events) {
  const std::string padding(event_size, 'x');
  const meter m(s.gateway());
  const auto start = now_ns();
  for (std::uint64_t i = 0; i < events; ++i) {
    s.loop.until_time(start + i * 1'000'000'000 / per_second);
    const auto value = all.next();
    all.publishing(value);
    // The padding must change, too, to stay in the event.
    s.services().change(rid, value, std::to_string(value) + padding);
  }
  all.wait();
  m.report_cost(s.out, name, static_cast<double>(events) * fast);
  auto times = all.take_times();
  s.out.add(name, times);
}

}  // namespace

/// A hundred clients that read, first with another one that does, then with that one not reading any more.
void run_slow(stage& s) {
  crowd clients(s.loop, s.port());
  clients.open(fast + 1);
  storm(clients, fast + 1, [](std::string& out, std::uint32_t, std::uint64_t) {
    out.append(R"("method":"subscribe.)").append(rid) += "\"";
  });
  audience all(clients, 1);
  pace(s, all, "slow.before", s.count(180, 60));
  clients[fast].stop_reading();
  all.ignore(fast);
  const auto before = s.gateway().used_memory().resident;
  const auto events = s.count(1'200, 300);
  pace(s, all, "slow.beside", events);
  s.out.add("slow.growth_bytes", s.gateway().used_memory().resident - before);
  s.out.note("100 clients that read and one that does not, " + std::to_string(per_second) +
             " events/s of 16 KiB; " + std::to_string(events * event_size >> 20) +
             " MiB wait for the slow one, if the gateway keeps them all");
}

}  // namespace actorgate::bench
