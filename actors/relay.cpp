#include "actors/relay.hpp"

#include <algorithm>

#include "protocol/client_message.hpp"

namespace actorgate::actors {

using protocol::event_kind;

net::frame_ptr framed_event::frame(protocol::version v) const {
  const bool changes_values = event->kind == event_kind::change || event->kind == event_kind::add;
  const bool legacy = changes_values && !v.knows_data_values();
  auto& made = legacy ? legacy_ : current_;
  if (!made) {
    const auto begin = protocol::event_begin(rid_, event->name);
    if (legacy) {
      const auto data = protocol::legacy_event_data(event->kind == event_kind::change, event->data);
      made = net::frame::text({begin, data, protocol::event_end});
    } else {
      made = net::frame::text({begin, event->data, protocol::event_end});
    }
  }
  return made;
}

std::string framed_event::text() const {
  auto message = protocol::event_begin(rid_, event->name);
  message += event->data;
  message += protocol::event_end;
  return message;
}

relay::relay(caf::actor_config& config, caf::execution_unit* home, const address_book& book, shared_text name,
             cache::watcher_id shard)
    : lean_actor(config, home), shard_(shard), book_(book), name_(std::move(name)) {}

// -- clients ------------------------------------------------------------------

cache::snapshot_ptr relay::subscribe(client_slot&& who, cache::throttle_id throttle) {
  auto& q = queries_.obtain(who.query);
  if (!by_resource_ && queries_.size() > 1) index_queries();
  auto& [query, o] = q;
  const bool loaded = o.current != nullptr;
  book_.places[shard_].counts->cache_hits += loaded;
  auto* known = o.groups.find(who.rid);
  auto& same_rid = known ? *known : o.groups.obtain(who.rid == name_ ? name_ : who.rid);
  same_rid.second.add({std::move(who.connection), who.slot, loaded});
  if (!loaded && !o.asked) open(query, o, throttle);
  return o.current;
}

void relay::open(const shared_text& query, opened& o, cache::throttle_id throttle) {
  o.asked = true;
  send(directory(), open_resource{name_, query, self(), shard_, throttle});
}

void relay::unsubscribe(client_slot&& who) {
  auto* q = queries_.find(who.query);
  if (!q) return;
  auto& groups = q->second.groups;
  if (auto* g = groups.find(who.rid)) {
    g->second.leave(who.connection, who.slot);
    if (!g->second.clients().empty()) return;
    groups.erase(*g);
  }
  clean(*q);
}

void relay::ask(std::string_view query, send_request request) {
  const auto* q = queries_.find(query);
  const bool reached = q && q->second.resource != 0;
  if (reached) return send(book_.nats, std::move(request));
  send(directory(), std::move(request));
}

/// Lets go of a query without clients, and of the relay itself if there is none left.
void relay::clean(opened_query& q) {
  const auto& o = q.second;
  if (o.groups.empty() && !o.asked) {
    send(directory(), close_resource{name_, q.first, shard_});
    become(q, 0);
    queries_.erase(q);
  }
  if (empty()) send(book_.places[shard_].hub, relay_emptied{name_});
}

// -- what the entry says ------------------------------------------------------

/// The query is this resource from now on; 0: none.
void relay::become(opened_query& q, cache::resource_id resource) {
  const auto old = std::exchange(q.second.resource, resource);
  if (old == resource || !by_resource_) return;
  const auto [first, last] = by_resource_->equal_range(old);
  const auto place = std::find_if(first, last, [&](const auto& each) { return each.second == &q; });
  if (place != last) by_resource_->erase(place);
  if (resource != 0) by_resource_->emplace(resource, &q);
}

void relay::index_queries() {
  by_resource_ = std::make_unique<query_index>();
  queries_.for_each([this](opened_query& q) {
    if (q.second.resource != 0) by_resource_->emplace(q.second.resource, &q);
  });
}

boost::container::small_vector<relay::opened_query*, 4> relay::queries_of(cache::resource_id resource) {
  boost::container::small_vector<opened_query*, 4> all;
  if (by_resource_) {
    const auto [first, last] = by_resource_->equal_range(resource);
    for (auto each = first; each != last; ++each) all.push_back(each->second);
  } else {
    queries_.for_each([&](opened_query& q) {
      if (q.second.resource == resource) all.push_back(&q);
    });
  }
  return all;
}

void relay::on(resource_loaded& fact) {
  auto* q = queries_.find(fact.query);
  if (!q) return;
  auto& o = q->second;
  become(*q, fact.resource);
  o.current = fact.content;
  o.asked = false;
  o.groups.for_each([&](auto& each) {
    for (auto& c : each.second.clients()) {
      if (!std::exchange(c.loaded, true)) send(c.connection, slot_loaded{c.slot, o.current});
    }
  });
  clean(*q);
}

void relay::on(resource_failed& fact) {
  auto* q = queries_.find(fact.query);
  if (!q) return;
  q->second.asked = false;
  q->second.groups.for_each([&](auto& each) {
    for (const auto& c : each.second.clients()) send(c.connection, slot_failed{c.slot, fact.why});
  });
  q->second.groups.clear();
  clean(*q);
}

void relay::on(resource_changed& fact) {
  const bool stays = fact.event->kind == event_kind::custom || fact.event->kind == event_kind::create;
  const bool ends = fact.event->kind == event_kind::deleted;
  for (auto* q : queries_of(fact.resource)) {
    auto& o = q->second;
    if (!stays) o.current = nullptr;
    spread(o, fact.event);
    if (ends) end(*q);
  }
}

/// The resource is gone for those who have been told of it; others wait for another one.
void relay::end(opened_query& q) {
  become(q, 0);
  std::vector<opened_groups::element*> left;
  q.second.groups.for_each([&](auto& each) {
    each.second.remove_loaded();
    if (each.second.clients().empty()) left.push_back(&each);
  });
  for (auto* each : left) q.second.groups.erase(*each);
  clean(q);
}

void relay::spread(opened& o, const cache::resource_event_ptr& event) {
  o.groups.for_each([&](auto& each) {
    auto& [rid, g] = each;
    g.settle();
    const cache::relayed_event_ptr framed = std::make_shared<framed_event>(event, rid);
    for (const auto& c : g.clients()) {
      if (c.loaded) send(c.connection, slot_event{c.slot, framed});
    }
  });
}

void relay::on(access_changed& fact) {
  queries_.for_each([&](auto& query) {
    query.second.groups.for_each([&](auto& each) {
      each.second.settle();
      for (const auto& c : each.second.clients()) send(c.connection, slot_reaccess{c.slot, fact.throttle});
    });
  });
}

void relay::on(service_replied& reply) {
  const auto to = reply.route.connection;
  send(to, std::move(reply));
}

}  // namespace actorgate::actors
