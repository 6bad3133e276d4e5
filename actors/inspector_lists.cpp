#include <algorithm>
#include <array>

#include <caf/actor_storage.hpp>
#include <spdlog/spdlog.h>

#include "actors/cache_directory.hpp"
#include "actors/cache_entry.hpp"
#include "actors/http_exchange.hpp"
#include "actors/hub.hpp"
#include "actors/inspector.hpp"
#include "actors/nats_gateway.hpp"
#include "actors/nats_subscription.hpp"
#include "actors/relay.hpp"
#include "actors/resident_memory.hpp"
#include "actors/trace.hpp"
#include "actors/websocket_connection.hpp"

// The inspector's answers about many at once.

namespace actorgate::actors {
namespace {

using steady = std::chrono::steady_clock;

/// A page is full when it has taken a shard so long, too.
constexpr std::chrono::microseconds longest_visit{500};

cache::walk_bounds bounds(std::uint32_t limit) {
  cache::walk_bounds b;
  if (limit > 0) b.items = std::min<std::size_t>(b.items, limit);
  b.enough = [end = steady::now() + longest_visit] { return steady::now() > end; };
  return b;
}

/// Where the list goes on.
template <class Page>
void finish(Page& page, std::uint32_t shard, std::vector<std::string> trail, cache::walk_end end,
            std::size_t shards) {
  page.complete = end.complete;
  if (end.more) {
    page.next = {shard, std::move(trail)};
  } else if (shard + 1 < shards) {
    page.next = {shard + 1, {}};
  }
  page.more = end.more || shard + 1 < shards;
}

template <class Actor>
constexpr std::uint64_t size_of = sizeof(caf::actor_storage<Actor>);

/// What one shard adds to the summary.
struct shard_part {
  inspection::shard_row row;
  shard_statistics counts;
  std::uint64_t nats_subscriptions = 0, pending_requests = 0;
};

shard_part look_at(const errand<inspection::summary>& me, std::size_t shard, steady::time_point asked) {
  const auto& place = me.place(shard);
  const auto& here = neighbour<hub>(place.hub);
  shard_part part;
  part.row.shard = static_cast<std::uint32_t>(shard);
  part.row.connections = here.connections();
  part.row.relays = here.relays();
  part.row.entries = neighbour<cache_directory>(place.directory).entries();
  part.row.waiting = me.at(shard).queue_depth();
  part.row.lag_us = (steady::now() - asked) / std::chrono::microseconds{1};
  part.counts = *place.counts;
  if (place.unit == me.book().nats_unit) {
    const auto& nats = neighbour<nats_gateway>(me.book().nats);
    part.nats_subscriptions = nats.subscriptions();
    part.pending_requests = nats.requests();
  }
  return part;
}

void add(inspection::summary& to, const shard_statistics& all) {
  to.websockets = all.websockets;
  to.streams = all.streams;
  to.identities = all.identities;
  to.resources = all.resources;
  to.subscriptions = all.subscriptions;
  to.events_in = all.events_in;
  to.events_out = all.events_out;
  to.bytes_in = all.bytes_in;
  to.bytes_out = all.bytes_out;
  to.cache_hits = all.cache_hits;
  to.cache_misses = all.cache_misses;
  to.timeouts = all.timeouts;
}

using actor_rows = std::vector<inspection::actor_row>;

/// The actors of one kind on this thread's shard.
template <class Actor>
inspection::actor_row row_of(std::uint64_t count, std::uint64_t bytes) {
  auto& did = lean::activity_here<Actor>;
  return {Actor::actor_name, count, did.messages, did.runs, std::exchange(did.deepest, 0), bytes};
}
template <class Actor>
inspection::actor_row row_of(std::uint64_t count) {
  return row_of<Actor>(count, count * size_of<Actor>);
}

actor_rows actors_on(const errand<inspection::actor_list>& me, std::size_t shard) {
  const auto& place = me.place(shard);
  const auto& here = neighbour<hub>(place.hub);
  const bool is_nats = place.unit == me.book().nats_unit;
  const auto& nats = neighbour<nats_gateway>(me.book().nats);
  const auto connections = here.connections();
  const auto streams = std::min<std::uint64_t>(
      connections, static_cast<std::uint64_t>(std::max<std::int64_t>(0, place.counts->streams)));
  return {row_of<connection>(connections, (connections - streams) * size_of<websocket_connection> +
                                              streams * size_of<http_exchange>),
          row_of<hub>(1),
          row_of<relay>(here.relays()),
          row_of<cache_directory>(1),
          row_of<cache_entry>(neighbour<cache_directory>(place.directory).entries()),
          row_of<nats_subscription>(is_nats ? nats.resources() : 0),
          row_of<system_subscription>(is_nats ? 1 : 0),
          row_of<nats_gateway>(is_nats ? 1 : 0)};
}

inspection::node_row row_of(const known_node& known) {
  using namespace std::chrono;
  const auto& r = known.report;
  inspection::node_row row;
  row.node = r.id;
  row.state = to_string(r.state);
  row.clients = r.clients;
  row.inspect = r.inspect;
  row.host = r.host;
  row.pid = static_cast<std::uint64_t>(r.pid);
  row.version = r.version;
  const auto since = system_clock::now().time_since_epoch() - r.started;
  row.uptime_s = static_cast<std::uint64_t>(std::max<std::int64_t>(0, duration_cast<seconds>(since).count()));
  row.connections = r.connections;
  row.subscriptions = r.subscriptions;
  row.resources = r.resources;
  row.silence_ms = known.silence.count();
  return row;
}

void add(actor_rows& to, const actor_rows& from) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    to[i].count += from[i].count;
    to[i].messages += from[i].messages;
    to[i].runs += from[i].runs;
    to[i].deepest = std::max(to[i].deepest, from[i].deepest);
    to[i].bytes += from[i].bytes;
  }
}

}  // namespace

inspection::welcome inspector_state::greet(const inspection::hello& who) const {
  spdlog::debug("{} inspects, in version {}", on_one_line(who.program), who.version);
  return {inspection::interface_version, where_->book.config.node_id, "actorgate " ACTORGATE_VERSION};
}

auto inspector_state::answer(const inspection::get_summary&) -> promise<inspection::summary> {
  inspection::summary s;
  const auto condition = where_->now();
  s.node = where_->book.config.node_id;
  s.program = "actorgate " ACTORGATE_VERSION;
  s.uptime_s = static_cast<std::uint64_t>((steady::now() - begun_) / std::chrono::seconds{1});
  s.nats = where_->nats_url;
  s.nats_connected = condition.nats_connected;
  s.nats_reconnects = condition.nats_reconnects;
  s.draining = condition.draining;
  const auto level = spdlog::level::to_string_view(spdlog::get_level());
  s.log_level.assign(level.data(), level.size());
  s.memory_bytes = resident_memory();
  s.visits = costs_->visits;
  s.visits_us = costs_->total_ns / 1000;
  s.longest_visit_us = costs_->longest_ns / 1000;
  return run<inspection::summary>([&s](const auto& e) {
    e.visit_all(
        [asked = steady::now()](const auto& me, std::size_t shard) { return look_at(me, shard, asked); },
        [s](const auto& me, std::vector<shard_part> parts) {
          auto told = s;
          shard_statistics total;
          for (auto& part : parts) {
            total += part.counts;
            told.nats_subscriptions += part.nats_subscriptions;
            told.pending_requests += part.pending_requests;
            told.shards.push_back(part.row);
          }
          add(told, total);
          me.answer(std::move(told));
        });
  });
}

auto inspector_state::answer(const inspection::list_nodes&) -> promise<inspection::node_list> {
  return run<inspection::node_list>([](const auto& e) {
    tell(e.book().beacon, list_nodes{[e](const std::vector<known_node>& known) {
           inspection::node_list all;
           for (const auto& each : known) all.items.push_back(row_of(each));
           e.answer(std::move(all));
         }});
  });
}

auto inspector_state::answer(const inspection::list_actors&) -> promise<inspection::actor_list> {
  const auto uptime = static_cast<std::uint64_t>((steady::now() - begun_) / std::chrono::milliseconds{1});
  return run<inspection::actor_list>([uptime](const auto& e) {
    e.visit_all([](const auto& me, std::size_t shard) { return actors_on(me, shard); },
                [uptime](const auto& me, std::vector<actor_rows> parts) {
                  for (std::size_t i = 1; i < parts.size(); ++i) add(parts.front(), parts[i]);
                  me.answer({uptime, std::move(parts.front())});
                });
  });
}

auto inspector_state::answer(const inspection::list_connections& q) -> promise<inspection::connection_page> {
  return run<inspection::connection_page>([&](const auto& e) {
    if (q.from.shard >= e.shards()) return e.fail("there is no such shard");
    e.visit(q.from.shard, [q](const auto& me) {
      inspection::connection_page page;
      auto trail = q.from.trail;
      const auto end =
          neighbour<hub>(me.place(q.from.shard).hub).report(trail, bounds(q.limit), q.filter, page.items);
      finish(page, q.from.shard, std::move(trail), end, me.shards());
      me.answer(std::move(page));
    });
  });
}

auto inspector_state::answer(const inspection::list_entries& q) -> promise<inspection::entry_page> {
  return run<inspection::entry_page>([&](const auto& e) {
    if (q.from.shard >= e.shards()) return e.fail("there is no such shard");
    e.visit(q.from.shard, [q](const auto& me) {
      inspection::entry_page page;
      auto trail = q.from.trail;
      const auto end = neighbour<cache_directory>(me.place(q.from.shard).directory)
                           .report(trail, bounds(q.limit), q.filter, page.items);
      finish(page, q.from.shard, std::move(trail), end, me.shards());
      me.answer(std::move(page));
    });
  });
}

auto inspector_state::answer(const inspection::list_subscriptions& q) -> promise<inspection::nats_page> {
  return run<inspection::nats_page>([&](const auto& e) {
    e.visit(nats_shard(), [q](const auto& me) {
      inspection::nats_page page;
      auto trail = q.from.trail;
      const auto end =
          neighbour<nats_gateway>(me.book().nats).report(trail, bounds(q.limit), q.filter, page.items);
      finish(page, 0, std::move(trail), end, 1);
      me.answer(std::move(page));
    });
  });
}

auto inspector_state::answer(const inspection::list_requests& q) -> promise<inspection::request_page> {
  return run<inspection::request_page>([&](const auto& e) {
    e.visit(nats_shard(), [q](const auto& me) {
      inspection::request_page page;
      auto trail = q.from.trail;
      const auto end = neighbour<nats_gateway>(me.book().nats).report(trail, bounds(q.limit), page.items);
      finish(page, 0, std::move(trail), end, 1);
      me.answer(std::move(page));
    });
  });
}

}  // namespace actorgate::actors
