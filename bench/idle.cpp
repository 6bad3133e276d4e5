#include <string>

#include "bench/scenarios.hpp"
#include "bench/stage.hpp"
#include "bench/storm.hpp"

namespace actorgate::bench {

void run_start(stage& s) {
  latency times(0);
  for (unsigned i = 0; i < s.count(10, 3); ++i) {
    s.stop_gateway();
    times.add(static_cast<std::uint64_t>(s.start_gateway() * 1e6));
  }
  s.out.add("start.p50_us", times.percentile_us(0.5));
  s.out.add("start.resident_bytes", s.settled_memory());
}

void run_idle(stage& s) {
  crowd warm(s.loop, s.port()), shared(s.loop, s.port()), own(s.loop, s.port());
  warm.open(500);
  const auto before = s.settled_memory();

  const unsigned size = s.count(5'000, 2'000);
  const meter m(s.gateway());
  shared.open(size);
  m.report_all(s.out, "idle.connect", size);
  const auto connected = s.settled_memory();
  s.out.add("idle.connection_bytes", (connected - before) / size);

  storm(shared, size, [](std::string& out, std::uint32_t, std::uint64_t) {
    out += R"("method":"subscribe.bench.shared.1")";
  });
  const auto subscribed = s.settled_memory();
  s.out.add("idle.with_shared_model_bytes", (subscribed - before) / size);

  const unsigned owners = s.count(1'000, 500), models = 10;
  storm(warm, warm.size(), [](std::string& out, std::uint32_t, std::uint64_t) {
    out += R"("method":"subscribe.bench.shared.1")";
  });
  const auto warmed = s.settled_memory();
  own.open(owners);
  storm(own, owners * models, [](std::string& out, std::uint32_t, std::uint64_t n) {
    out += R"("method":"subscribe.bench.own.)" + std::to_string(n) + "\"";
  });
  s.out.add("idle.with_10_own_models_bytes", (s.settled_memory() - warmed) / owners);
  s.out.add("idle.peak_bytes", s.gateway().used_memory().peak);
  s.out.note(std::to_string(size) + " connections, 64 connecting at a time");
}

/// As many as one process may have descriptors for.
void run_large_idle(stage& s) {
  crowd warm(s.loop, s.port()), idle(s.loop, s.port());
  warm.open(500);
  const auto before = s.settled_memory();
  const unsigned size = s.count(18'500, 9'000);
  idle.open(size);
  s.out.add("large-idle.connection_bytes", (s.settled_memory() - before) / size);
  s.out.note(std::to_string(size) + " connections besides 500");
}

/// One event after another to one client, which has been idle for a moment each time.
void run_event(stage& s) {
  crowd clients(s.loop, s.port());
  clients.open(1);
  storm(clients, 1, [](std::string& out, std::uint32_t, std::uint64_t) {
    out += R"("method":"subscribe.bench.event.1")";
  });
  bool waiting = false;
  std::uint64_t sent_at = 0;
  latency times(0);
  clients.heard = [&](client&, std::string_view text) {
    if (!waiting) fail("an event twice: " + std::string(text));
    waiting = false;
    times.add(s.loop.ready_at() - sent_at);
  };
  const meter m(s.gateway());
  const unsigned count = s.count(1'000, 200);
  for (unsigned i = 1; i <= count; ++i) {
    s.loop.linger(std::chrono::milliseconds(2));
    waiting = true;
    sent_at = now_ns();
    s.services().change("bench.event.1", i);
    s.loop.until([&] { return !waiting; }, "an event");
  }
  m.report_cost(s.out, "event", count);
  s.out.add("event", times);
  s.loop.linger(std::chrono::milliseconds(50));
  clients.heard = {};
}

}  // namespace actorgate::bench
