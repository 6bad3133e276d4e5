#include <string>

#include "bench/scenarios.hpp"
#include "bench/stage.hpp"
#include "bench/storm.hpp"

namespace actorgate::bench {
namespace {

constexpr unsigned cold_in_flight = 4, warm_in_flight = 16;

std::string subscribe(std::uint64_t key) {
  return R"("method":"subscribe.bench.coll.)" + std::to_string(key) + "\"";
}

}  // namespace

/// Collections of 100 references. Cold: neither they nor what they refer to has ever been asked for. Warm:
/// all of it is cached, and the client has nothing of it.
void run_collection(stage& s) {
  crowd cold(s.loop, s.port()), warm(s.loop, s.port());
  cold.open(cold_in_flight);
  warm.open(warm_in_flight);
  const unsigned collections = s.count(100, 30);
  {
    const meter m(s.gateway());
    auto times = storm(cold, collections,
                       [](std::string& out, std::uint32_t, std::uint64_t n) { out += subscribe(n); });
    m.report_all(s.out, "collection.cold", collections);
    s.out.add("collection.cold", times);
  }
  const auto expected = static_cast<std::uint64_t>(collections) * 101;
  if (s.services().gets() != expected) fail("the service was not asked once for each resource");
  const meter m(s.gateway());
  const auto next = [](std::string& out, const client&, std::uint32_t k, std::uint64_t) {
    out += subscribe(k);
  };
  // Each client takes each collection once.
  auto times = storm_each(warm, collections, next);
  m.report_all(s.out, "collection.warm", collections * warm_in_flight);
  s.out.add("collection.warm", times);
  if (s.services().gets() != expected) fail("the service was asked for resources that were cached");
  s.out.add("collection.peak_bytes", s.gateway().used_memory().peak);
  s.out.note("100 references each; cold: " + std::to_string(cold_in_flight) +
             " in flight, warm: " + std::to_string(warm_in_flight));
}

}  // namespace actorgate::bench
