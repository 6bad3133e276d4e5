#include "bench/storm.hpp"

#include <vector>

#include "bench/scan.hpp"

namespace actorgate::bench {

namespace {

/// `more` says whether a client may send another one.
template <class More>
latency run(crowd& clients, std::uint64_t count, const compose_for& next, More more) {
  latency times(count);
  std::uint64_t sent = 0;
  std::string request;
  const auto ask = [&](client& c) {
    if (sent == count || !more(c)) return;
    const auto n = sent++;
    request = R"({"id":)";
    request += std::to_string(n + 1);
    request += ',';
    next(request, c, c.requests++, n);
    request += '}';
    c.awaited = n + 1;
    c.sent_at = now_ns();
    c.send(request);
  };
  clients.heard = [&](client& c, std::string_view text) {
    if (is_event(text)) fail("an event that nobody sent: " + std::string(text));
    if (c.awaited == 0 || response_id(text) != c.awaited || has_error(text)) {
      fail("not the answer to request " + std::to_string(c.awaited) + ": " +
           std::string(text.substr(0, 300)));
    }
    times.add(clients.loop().ready_at() - c.sent_at);
    c.awaited = 0;
    ask(c);
  };
  for (unsigned i = 0; i < clients.size(); ++i) ask(clients[i]);
  clients.loop().until([&] { return times.count() == count; }, "requests");
  clients.heard = {};
  return times;
}

}  // namespace

latency pipeline(crowd& one, unsigned depth, std::uint64_t count, const compose_for& next) {
  struct lane {
    std::uint32_t asked = 0;
    std::uint64_t awaited = 0, sent_at = 0;  // the request's id, or 0
  };
  std::vector<lane> lanes(depth);
  latency times(count);
  std::string request;
  const auto ask = [&](std::uint64_t number) {
    auto& l = lanes[number];
    if (l.asked == count / depth) return;
    const auto k = l.asked++;
    const auto n = std::uint64_t{k} * depth + number;
    l.awaited = n + 1;
    request = R"({"id":)" + std::to_string(l.awaited) + ',';
    next(request, one[0], k, n);
    request += '}';
    l.sent_at = now_ns();
    one[0].send(request);
  };
  one.heard = [&](client&, std::string_view text) {
    const auto id = is_event(text) ? 0 : response_id(text).value_or(0);
    const auto number = (id + depth - 1) % depth;
    auto& l = lanes[number];
    if (id == 0 || l.awaited != id || has_error(text)) {
      fail("not the answer to a request under way: " + std::string(text.substr(0, 300)));
    }
    times.add(one.loop().ready_at() - l.sent_at);
    l.awaited = 0;
    ask(number);
  };
  for (unsigned i = 0; i < depth; ++i) ask(i);
  one.loop().until([&] { return times.count() == count; }, "requests");
  one.heard = {};
  return times;
}

latency storm(crowd& clients, std::uint64_t count, const compose_for& next) {
  return run(clients, count, next, [](const client&) { return true; });
}

latency storm_each(crowd& clients, std::uint32_t count, const compose_for& next) {
  const auto limit = clients[0].requests + count;
  return run(clients, static_cast<std::uint64_t>(count) * clients.size(), next,
             [limit](const client& c) { return c.requests < limit; });
}

latency storm(crowd& clients, std::uint64_t count, const compose& next) {
  return storm(clients, count,
               [&](std::string& out, const client&, std::uint32_t k, std::uint64_t n) { next(out, k, n); });
}

}  // namespace actorgate::bench
