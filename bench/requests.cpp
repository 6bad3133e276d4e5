#include <string>

#include "bench/scenarios.hpp"
#include "bench/stage.hpp"
#include "bench/storm.hpp"

namespace actorgate::bench {
namespace {

constexpr unsigned in_flight = 64;
constexpr unsigned models = 100;

std::string method(std::string_view what, std::string_view resource, std::uint64_t key) {
  return std::string("\"method\":\"").append(what).append(".bench.").append(resource).append(".") +
         std::to_string(key);
}

/// Somebody who keeps models 0 to 99 in the gateway's cache.
void hold(crowd& holder, std::string_view resource) {
  holder.open(1);
  storm(holder, models, [&](std::string& out, std::uint32_t, std::uint64_t n) {
    out += method("subscribe", resource, n) + "\"";
  });
}

/// Requests of many clients, of one alone, and of one with many in flight (composed by `piped`).
void measure(stage& s, const std::string& name, crowd& many, crowd& one, unsigned count, unsigned count_alone,
             double requests_of_unit, const compose_for& next, const compose_for& piped) {
  storm(many, count / 10, next);
  {
    const meter m(s.gateway());
    auto times = storm(many, count, next);
    m.report_all(s.out, name, count / requests_of_unit);
    s.out.add(name, times);
  }
  storm(one, count_alone / 10, next);
  {
    const meter m(s.gateway());
    auto times = storm(one, count_alone, next);
    m.report_all(s.out, name + ".alone", count_alone / requests_of_unit);
    s.out.add(name + ".alone", times);
  }
  // Whole pairs in every lane.
  const auto whole = [](unsigned n) { return n / (2 * in_flight) * (2 * in_flight); };
  pipeline(one, in_flight, whole(count / 10), piped);
  const meter m(s.gateway());
  auto times = pipeline(one, in_flight, whole(count), piped);
  m.report_all(s.out, name + ".piped", whole(count) / requests_of_unit);
  s.out.add(name + ".piped", times);
  s.loop.linger(std::chrono::milliseconds(50));
}

void note_in_flight(stage& s) {
  s.out.note(std::to_string(in_flight) +
             " in flight, one for each of as many clients; piped: all of one client; alone: one in flight");
}

}  // namespace

void run_get(stage& s) {
  crowd holder(s.loop, s.port()), many(s.loop, s.port()), one(s.loop, s.port());
  hold(holder, "cached");
  many.open(in_flight);
  one.open(1);
  const auto get = [](std::string& out, const client&, std::uint32_t, std::uint64_t n) {
    out += method("get", "cached", n % models) + "\"";
  };
  measure(s, "get", many, one, s.count(50'000, 10'000), s.count(4'000, 1'000), 1, get, get);
  note_in_flight(s);
}

/// Pairs of subscribe and unsubscribe, of models that somebody else holds.
void run_subscribe(stage& s) {
  crowd holder(s.loop, s.port()), many(s.loop, s.port()), one(s.loop, s.port());
  hold(holder, "cached");
  many.open(in_flight);
  one.open(1);
  const auto pairs = [](std::string& out, const client& c, std::uint32_t k, std::uint64_t) {
    out += method(k % 2 == 0 ? "subscribe" : "unsubscribe", "cached", (c.index() + k / 2) % models) + "\"";
  };
  const auto piped = [](std::string& out, const client&, std::uint32_t k, std::uint64_t n) {
    out += method(k % 2 == 0 ? "subscribe" : "unsubscribe", "cached", n % in_flight) + "\"";
  };
  measure(s, "subscribe", many, one, s.count(50'000, 10'000), s.count(4'000, 1'000), 2, pairs, piped);
  note_in_flight(s);
}

/// Subscribing to what the gateway has never heard of.
void run_cache(stage& s) {
  crowd many(s.loop, s.port());
  many.open(in_flight);
  const auto subscribe = [](std::string_view resource) {
    return [resource](std::string& out, std::uint32_t, std::uint64_t n) {
      out += method("subscribe", resource, n) + "\"";
    };
  };
  storm(many, 2'000, subscribe("warm"));
  const auto before = s.settled_memory();
  const unsigned count = s.count(20'000, 5'000);
  const meter m(s.gateway());
  auto times = storm(many, count, subscribe("fresh"));
  m.report_all(s.out, "cache", count);
  s.out.add("cache", times);
  s.out.add("cache.resource_bytes", (s.settled_memory() - before) / count);
  s.out.add("cache.peak_bytes", s.gateway().used_memory().peak);
  s.out.note(std::to_string(in_flight) + " in flight, one for each of as many clients");
}

void run_call(stage& s) {
  for (const bool subscribed : {false, true}) {
    const std::string name = subscribed ? "call.subscribed" : "call.unsubscribed";
    crowd many(s.loop, s.port()), one(s.loop, s.port());
    many.open(in_flight);
    one.open(1);
    if (subscribed) {
      for (auto* clients : {&many, &one}) {
        storm(*clients, clients->size(), [](std::string& out, std::uint32_t, std::uint64_t) {
          out += method("subscribe", "called", 0) + "\"";
        });
      }
    }
    const auto call = [](std::string& out, const client&, std::uint32_t, std::uint64_t) {
      out += method("call", "called", 0) + R"(.set","params":{"value":7})";
    };
    measure(s, name, many, one, s.count(50'000, 10'000), s.count(4'000, 1'000), 1, call, call);
  }
  s.out.add("call.peak_bytes", s.gateway().used_memory().peak);
  note_in_flight(s);
}

}  // namespace actorgate::bench
