#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "net/close_reason.hpp"
#include "protocol/client_request.hpp"
#include "protocol/error.hpp"

namespace actorgate::actors {

/// The requests that services are sent.
enum class service_request : std::uint8_t { get, access, call, auth, query };
/// What became of a client's request.
enum class client_outcome : std::uint8_t { ok, denied, timeout, error };
/// An HTTP request's method; HEAD is a GET.
enum class http_verb : std::uint8_t { get, post, put, del, patch, other };
http_verb verb_of(std::string_view method);
/// What an error means to a client's request.
client_outcome outcome_of(const protocol::error& why);
/// What the status of an HTTP answer means to its request.
client_outcome outcome_of_status(unsigned status);

/// How many service requests took up to so long.
struct latency_histogram {
  static constexpr std::array<double, 13> bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                 0.1,    0.25,  0.5,    1,     2.5,  5};  ///< seconds
  std::array<std::uint64_t, bounds.size() + 1> counts{};  ///< by bound, and above all of them
  double sum = 0;                                         ///< seconds

  void add(std::chrono::nanoseconds took);
  void operator+=(const latency_histogram& other);
};

/// What one shard counts. Written and read on its thread alone: counting costs an addition.
struct shard_statistics {
  // clients
  std::int64_t websockets = 0, streams = 0;  ///< at present
  std::int64_t identities = 0;               ///< connection ids that services may know
  std::uint64_t websockets_opened = 0, streams_opened = 0;
  using outcomes = std::array<std::uint64_t, 4>;  ///< by `client_outcome`
  std::array<std::uint64_t, 8> requests{};        ///< over WebSockets, by `protocol::request_kind`
  std::array<std::uint64_t, 6> http_requests{};   ///< by `http_verb`
  std::array<outcomes, 8> answers{};              ///< to requests over WebSockets, by their kind
  std::array<outcomes, 6> http_answers{};         ///< by `http_verb`
  std::array<std::uint64_t, 16> closed{};         ///< WebSockets and streams, by `net::close_reason`
  std::uint64_t events_out = 0, bytes_in = 0, bytes_out = 0;
  // the cache
  std::int64_t resources = 0, subscriptions = 0;  ///< at present
  std::uint64_t cache_hits = 0, cache_misses = 0;
  // services
  std::array<latency_histogram, 5> services{};  ///< by `service_request`
  std::uint64_t events_in = 0, timeouts = 0;

  void count(protocol::request_kind asked, client_outcome what) {
    ++answers[static_cast<std::size_t>(asked)][static_cast<std::size_t>(what)];
  }
  void count(http_verb asked, client_outcome what) {
    ++http_answers[static_cast<std::size_t>(asked)][static_cast<std::size_t>(what)];
  }
  void operator+=(const shard_statistics& other);
};

}  // namespace actorgate::actors
