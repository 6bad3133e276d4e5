#include "actors/statistics.hpp"

#include <algorithm>

namespace actorgate::actors {
namespace {

template <class T, std::size_t N>
void add_each(std::array<T, N>& to, const std::array<T, N>& from) {
  for (std::size_t i = 0; i < N; ++i) to[i] += from[i];
}

}  // namespace

http_verb verb_of(std::string_view method) {
  constexpr std::string_view verbs[] = {"GET", "POST", "PUT", "DELETE", "PATCH"};
  const auto* found = std::ranges::find(verbs, method == "HEAD" ? "GET" : method);
  return static_cast<http_verb>(found - verbs);
}

client_outcome outcome_of(const protocol::error& why) {
  if (why.is(protocol::errors::timeout().code)) return client_outcome::timeout;
  const bool denied =
      why.is(protocol::errors::access_denied().code) || why.is(protocol::errors::forbidden().code);
  return denied ? client_outcome::denied : client_outcome::error;
}

client_outcome outcome_of_status(unsigned status) {
  if (status < 400) return client_outcome::ok;
  return status == 401 || status == 403 ? client_outcome::denied : client_outcome::error;
}

void latency_histogram::add(std::chrono::nanoseconds took) {
  const auto seconds = std::chrono::duration<double>(took).count();
  ++counts[static_cast<std::size_t>(std::ranges::lower_bound(bounds, seconds) - bounds.begin())];
  sum += seconds;
}

void latency_histogram::operator+=(const latency_histogram& other) {
  add_each(counts, other.counts);
  sum += other.sum;
}

void shard_statistics::operator+=(const shard_statistics& other) {
  websockets += other.websockets;
  identities += other.identities;
  streams += other.streams;
  websockets_opened += other.websockets_opened;
  streams_opened += other.streams_opened;
  add_each(requests, other.requests);
  add_each(http_requests, other.http_requests);
  for (std::size_t i = 0; i < answers.size(); ++i) add_each(answers[i], other.answers[i]);
  for (std::size_t i = 0; i < http_answers.size(); ++i) add_each(http_answers[i], other.http_answers[i]);
  add_each(closed, other.closed);
  events_out += other.events_out;
  bytes_in += other.bytes_in;
  bytes_out += other.bytes_out;
  resources += other.resources;
  subscriptions += other.subscriptions;
  cache_hits += other.cache_hits;
  cache_misses += other.cache_misses;
  add_each(services, other.services);
  events_in += other.events_in;
  timeouts += other.timeouts;
}

}  // namespace actorgate::actors
