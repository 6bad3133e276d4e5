#include <string>

#include "bench/scan.hpp"
#include "bench/scenarios.hpp"
#include "bench/stage.hpp"
#include "bench/storm.hpp"

namespace actorgate::bench {
namespace {

constexpr unsigned at_once = 16, models = 100;

/// Every client connects, subscribes, leaves, and begins anew, until `count` times it has been done.
void live(crowd& clients, unsigned count) {
  unsigned begun = 0, done = 0;
  clients.opened = [](client& c) {
    c.send(R"({"id":2,"method":"subscribe.bench.cached.)" + std::to_string(c.index() % models) + "\"}");
  };
  clients.heard = [](client& c, std::string_view text) {
    if (response_id(text) != 2 || has_error(text)) fail("not subscribed: " + std::string(text));
    c.close();
  };
  clients.closed = [&](client& c) {
    ++done;
    if (begun++ < count) c.open();
  };
  for (; begun < at_once; ++begun) clients[begun].open();
  clients.loop().until([&] { return done == count; }, "lives of clients");
}

}  // namespace

namespace {

void run(stage& s, const std::string& name, unsigned count, unsigned phases) {
  crowd holder(s.loop, s.port()), clients(s.loop, s.port());
  holder.open(1);
  storm(holder, models, [](std::string& out, std::uint32_t, std::uint64_t n) {
    out += R"("method":"subscribe.bench.cached.)" + std::to_string(n) + "\"";
  });
  clients.add(at_once);
  live(clients, s.count(2'000, 500));
  const auto before = s.settled_memory();
  for (unsigned phase = 1; phase <= phases; ++phase) {
    const auto here = phases == 1 ? name : name + "." + std::to_string(phase);
    const meter m(s.gateway());
    live(clients, count);
    m.report_all(s.out, here, count);
    s.out.add(here + ".growth_bytes", s.settled_memory() - before);
  }
  s.out.add(name + ".peak_bytes", s.gateway().used_memory().peak);
  s.out.note(std::to_string(count) + " times connect, version, subscribe a cached model, close; " +
             std::to_string(at_once) + " at a time");
}

}  // namespace

void run_churn(stage& s) { run(s, "churn", s.count(20'000, 4'000), 1); }

void run_long_churn(stage& s) { run(s, "long-churn", s.count(20'000, 4'000), 5); }

}  // namespace actorgate::bench
