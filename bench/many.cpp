#include <array>
#include <string>
#include <vector>

#include "bench/scan.hpp"
#include "bench/scenarios.hpp"
#include "bench/stage.hpp"
#include "bench/storm.hpp"

namespace actorgate::bench {
namespace {

constexpr unsigned models = 1'000, models_of_client = 10;
constexpr std::string_view prefix = "bench.many.";
constexpr std::uint64_t first_value = 1'000'000;

/// As many clients as models; each follows ten, so that each model has ten clients, which have nothing else
/// in common.
constexpr unsigned model_of(unsigned client, unsigned place) { return (client + place * 97) % models; }

class many {
public:
  explicit many(stage& s) : stage_(s), clients_(s.loop, s.port()) {
    clients_.open(models);
    storm_each(clients_, models_of_client,
               [](std::string& out, const client& c, std::uint32_t k, std::uint64_t) {
                 out.append(R"("method":"subscribe.)").append(prefix);
                 out += std::to_string(model_of(c.index(), k)) + "\"";
               });
    clients_.heard = [this](client& c, std::string_view text) { hear(c, text); };
    next_.resize(models);
    for (auto& of_client : next_) of_client.fill(first_value);
    published_.fill(first_value);
  }

  ~many() { clients_.heard = {}; }
  many(const many&) = delete;
  many& operator=(const many&) = delete;

  /// An event of every model at once, and again when everybody has got theirs.
  void saturate(unsigned rounds) {
    const meter m(stage_.gateway());
    for (unsigned i = 0; i < rounds; ++i) {
      for (unsigned model = 0; model < models; ++model) publish(model);
      wait();
    }
    m.report_all(stage_.out, "many.saturated", static_cast<double>(rounds) * models * models_of_client);
    finish();
  }

  void pace(unsigned events, unsigned per_second) {
    const meter m(stage_.gateway());
    const auto start = now_ns();
    for (std::uint64_t i = 0; i < events; ++i) {
      stage_.loop.until_time(start + i * 1'000'000'000 / per_second);
      publish(static_cast<unsigned>(i % models));
    }
    wait();
    m.report_cost(stage_.out, "many.paced", static_cast<double>(events) * models_of_client);
    stage_.out.add("many.paced", times_);
    finish();
  }

private:
  void publish(unsigned model) {
    sent_at_[model] = now_ns();
    stage_.services().change(std::string(prefix) + std::to_string(model), published_[model]++);
    missing_ += models_of_client;
  }

  void wait() {
    stage_.loop.until([this] { return missing_ == 0; }, "events of many models");
  }

  void hear(client& c, std::string_view text) {
    const auto value = number_after(text, "\"value\":"), model = number_after(text, prefix);
    unsigned place = 0;
    while (place < models_of_client && model_of(c.index(), place) != model) ++place;
    if (place == models_of_client || !is_event(text)) fail("not for this client: " + std::string(text));
    auto& next = next_[c.index()][place];
    if (value != next || next >= published_[*model])
      fail("expected " + std::to_string(next) + ": " + std::string(text));
    ++next;
    --missing_;
    times_.add(stage_.loop.ready_at() - sent_at_[*model]);
  }

  void finish() {
    times_ = latency(0);
    stage_.loop.linger(std::chrono::milliseconds(100));
  }

  stage& stage_;
  crowd clients_;
  std::vector<std::array<std::uint64_t, models_of_client>>
      next_;  // value that a client expects of each of its models
  std::array<std::uint64_t, models> published_{}, sent_at_{};
  std::uint64_t missing_ = 0;  // deliveries
  latency times_{0};
};

}  // namespace

void run_many(stage& s) {
  many m(s);
  m.saturate(s.count(50, 10));
  m.pace(s.count(10'000, 3'000), 2'000);
  s.out.add("many.peak_bytes", s.gateway().used_memory().peak);
  s.out.note(
      "1000 models with 10 clients each, 1000 connections; saturated: an event of every model at once, the "
      "next when all are there; paced: 2000 events/s");
}

}  // namespace actorgate::bench
