#include "bench/storm.hpp"

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
