#pragma once
#include <functional>
#include <string>

#include "bench/crowd.hpp"
#include "bench/latency.hpp"

namespace actorgate::bench {

/// Writes the rest of a request, from its method on: `"method":"get.bench.a"`. `k` counts the requests that
/// this client has ever sent, `n` those of this storm.
using compose = std::function<void(std::string& out, std::uint32_t k, std::uint64_t n)>;
using compose_for = std::function<void(std::string& out, const client& c, std::uint32_t k, std::uint64_t n)>;

/// Has every client of the crowd send requests, the next when the former has been answered, until `count`
/// have been; so as many are in flight as there are clients. Fails at an error, at a request that is answered
/// twice or not at all, and at any other message.
latency storm(crowd& clients, std::uint64_t count, const compose_for& next);

/// The same, for requests that do not depend on who sends them.
latency storm(crowd& clients, std::uint64_t count, const compose& next);

/// The same, with `count` requests of each client.
latency storm_each(crowd& clients, std::uint32_t count, const compose_for& next);

/// Has the only client of the crowd send `count` requests, `depth` of them in flight. They are dealt out to
/// as many lanes, in which one follows the answer to the other: `k` counts those of a lane, and `n % depth`
/// is its number. `count` is a multiple of `depth`: each lane has its share. Fails as `storm` does.
latency pipeline(crowd& one, unsigned depth, std::uint64_t count, const compose_for& next);

}  // namespace actorgate::bench
