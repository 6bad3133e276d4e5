#include <optional>
#include <string>

#include "bench/audience.hpp"
#include "bench/scenarios.hpp"
#include "bench/stage.hpp"
#include "bench/storm.hpp"

namespace actorgate::bench {
namespace {

constexpr std::uint64_t first_value = 1'000'000;  // so that all events are of the same size
constexpr unsigned burst = 100;

/// One resource, its clients, and what makes events for them.
class fan {
public:
  fan(stage& s, unsigned size, std::string rid = "bench.fanout.1")
      : stage_(s), rid_(std::move(rid)), clients_(s.loop, s.port()), publisher_(s.loop, s.port()) {
    if (s.is_limit()) publisher_.open(1);
    clients_.open(size);
    if (!s.is_limit()) {
      storm(clients_, size, [this](std::string& out, std::uint32_t, std::uint64_t) {
        out.append(R"("method":"subscribe.)").append(rid_).append("\"");
      });
    }
    audience_.emplace(clients_, first_value);
  }

  /// Publishes events at once; the limit sends `frames` at a time.
  void publish(unsigned count, unsigned frames) {
    const auto first = audience_->next();
    for (unsigned i = 0; i < count; ++i) {
      audience_->publishing(first + i);
      if (!stage_.is_limit()) stage_.services().change(rid_, first + i);
    }
    if (!stage_.is_limit()) return;
    publisher_[0].send("burst " + std::to_string(first) + " " + std::to_string(count) + " " +
                       std::to_string(frames));
  }

  /// As fast as they go: the next burst when everybody has got the last one.
  void saturate(const std::string& name, unsigned bursts, unsigned frames) {
    const meter m(stage_.gateway());
    for (unsigned i = 0; i < bursts; ++i) {
      publish(burst, frames);
      audience_->wait();
    }
    m.report_all(stage_.out, name, static_cast<double>(bursts) * burst * clients_.size());
    finish();
  }

  /// One event after another, `per_second`.
  void pace(const std::string& name, unsigned events, unsigned per_second) {
    const meter m(stage_.gateway());
    const auto start = now_ns();
    for (std::uint64_t i = 0; i < events; ++i) {
      stage_.loop.until_time(start + i * 1'000'000'000 / per_second);
      publish(1, 1);
    }
    audience_->wait();
    m.report_cost(stage_.out, name, static_cast<double>(events) * clients_.size());
    auto times = finish();
    stage_.out.add(name, times);
  }

private:
  /// Returns the times since the last phase, and sees that nothing comes that should not.
  latency finish() {
    auto times = audience_->take_times();
    stage_.loop.linger(std::chrono::milliseconds(100));
    return times;
  }

  stage& stage_;
  std::string rid_;
  crowd clients_, publisher_;
  std::optional<audience> audience_;
};

void run(stage& s, const std::string& name, unsigned size, unsigned bursts, unsigned events,
         unsigned per_second) {
  fan f(s, size);
  f.publish(1, 1);
  s.loop.linger(std::chrono::milliseconds(200));
  f.saturate(name + ".saturated", bursts, 16);
  if (s.is_limit()) f.saturate(name + ".single", bursts, 1);
  f.pace(name + ".paced", events, per_second);
  s.out.add(name + ".peak_bytes", s.gateway().used_memory().peak);
  s.out.note(std::to_string(size) + " clients; saturated: bursts of " + std::to_string(burst) +
             " events, the next when all have the last; paced: " + std::to_string(per_second) + " events/s");
}

}  // namespace

void run_fanout(stage& s) { run(s, "fanout", 1'000, s.count(20, 5), s.count(100, 20), 20); }

/// What an event costs does not depend on how large its model is, nor on how much else is cached.
void run_growth(stage& s) {
  constexpr unsigned size = 10;
  const unsigned bursts = s.count(40, 10), many = s.count(100'000, 10'000);
  const auto measure = [&](const std::string& name, const std::string& rid) {
    fan f(s, size, rid);
    f.publish(1, 1);
    s.loop.linger(std::chrono::milliseconds(200));
    f.saturate("growth." + name, bursts, 16);
  };
  for (const unsigned properties : {10u, 10'000u}) {
    measure("properties_" + std::to_string(properties), "bench.wide." + std::to_string(properties));
  }
  crowd holders(s.loop, s.port());
  holders.open(10);
  for (const unsigned cached : {10u, many}) {
    storm(holders, cached, [](std::string& out, std::uint32_t, std::uint64_t n) {
      out += R"("method":"subscribe.bench.held.)" + std::to_string(n) + "\"";
    });
    measure("cached_" + std::to_string(cached), "bench.fanout." + std::to_string(cached));
  }
  s.out.note(std::to_string(size) + " clients; models of so many properties, and so many others cached");
}

void run_large_fanout(stage& s) { run(s, "large-fanout", 9'000, s.count(5, 2), s.count(20, 5), 4); }

}  // namespace actorgate::bench
