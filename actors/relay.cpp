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
    : lean_actor(config, home),
      book_(book),
      directory_(book.home_of(name).directory),
      name_(std::move(name)),
      shard_(shard) {}

// -- clients ------------------------------------------------------------------

void relay::group::settle() {
  if (leaving.empty()) return;
  const auto place = [](const client& c) { return std::pair{c.connection.operator->(), c.slot}; };
  std::ranges::sort(leaving, {}, place);
  const auto leaves = [&](const client& c) {
    return std::ranges::binary_search(leaving, place(c), {}, place);
  };
  clients.erase(std::remove_if(clients.begin(), clients.end(), leaves), clients.end());
  leaving.clear();
}

cache::snapshot_ptr relay::subscribe(client_slot&& who, cache::throttle_id throttle) {
  ++served_;
  auto& [query, o] = queries_.obtain(who.query);
  const bool loaded = o.current != nullptr;
  book_.places[shard_].counts->cache_hits += loaded;
  auto* known = o.groups.find(who.rid);
  auto& same_rid = known ? *known : o.groups.obtain(who.rid == name_ ? name_ : shared_text{who.rid});
  same_rid.second.clients.push_back({std::move(who.connection), who.slot, loaded});
  if (!loaded && !o.asked) open(query, o, throttle);
  return o.current;
}

void relay::open(const shared_text& query, opened& o, cache::throttle_id throttle) {
  o.asked = true;
  send(directory_, open_resource{name_, query, self(), shard_, throttle});
}

void relay::unsubscribe(client_slot&& who) {
  ++served_;
  auto* q = queries_.find(who.query);
  if (!q) return check_empty();
  auto& groups = q->second.groups;
  if (auto* g = groups.find(who.rid)) {
    auto& [clients, leaving] = g->second;
    leaving.push_back({std::move(who.connection), who.slot});
    if (leaving.size() * 2 < clients.size()) return;
    g->second.settle();
    if (clients.empty()) groups.erase(*g);
  }
  clean(*q);
}

void relay::ask(std::string_view query, send_request request) {
  const auto* q = queries_.find(query);
  const bool reached = q && q->second.resource != 0;
  if (reached) return send(book_.nats, std::move(request));
  send(directory_, std::move(request));
}

/// Lets go of a query without clients, and of the relay itself if there is none left.
void relay::clean(opened_query& q) {
  const auto& o = q.second;
  if (o.groups.empty() && !o.asked) {
    send(directory_, close_resource{name_, q.first, shard_});
    become(q, 0);
    queries_.erase(q);
  }
  check_empty();
}

void relay::check_empty() {
  if (queries_.empty()) send(book_.places[shard_].hub, relay_emptied{name_, served_});
}

// -- what the entry says ------------------------------------------------------

/// The query is this resource from now on; 0: none.
void relay::become(opened_query& q, cache::resource_id resource) {
  auto& o = q.second;
  if (o.resource == resource) return;
  if (auto* old = resources_.find(o.resource)) {
    auto** place = &old->second;
    while (*place != &q) place = &(*place)->second.next;
    *place = std::exchange(o.next, nullptr);
    if (!old->second) resources_.erase(*old);
  }
  o.resource = resource;
  if (resource != 0) o.next = std::exchange(resources_.obtain(resource).second, &q);
}

void relay::on(resource_loaded& fact) {
  auto* q = queries_.find(fact.query);
  if (!q) return;
  auto& o = q->second;
  become(*q, fact.resource);
  o.current = fact.content;
  o.asked = false;
  o.groups.for_each([&](auto& each) {
    for (auto& c : each.second.clients) {
      if (!std::exchange(c.loaded, true)) send(c.connection, slot_loaded{c.slot, o.current});
    }
  });
  clean(*q);
}

void relay::on(resource_failed& fact) {
  auto* q = queries_.find(fact.query);
  if (!q) return;
  q->second.asked = false;
  q->second.groups.for_each([&](const auto& each) {
    for (const auto& c : each.second.clients) send(c.connection, slot_failed{c.slot, fact.why});
  });
  q->second.groups.clear();
  clean(*q);
}

void relay::on(resource_changed& fact) {
  const bool stays = fact.event->kind == event_kind::custom || fact.event->kind == event_kind::create;
  const bool ends = fact.event->kind == event_kind::deleted;
  std::vector<opened_query*> ended;
  const auto* first = resources_.find(fact.resource);
  for (auto* q = first ? first->second : nullptr; q; q = q->second.next) {
    auto& o = q->second;
    if (!stays) o.current = nullptr;
    spread(o, fact.event);
    if (ends) ended.push_back(q);
  }
  for (auto* q : ended) end(*q);
}

/// The resource is gone for those who have been told of it; others wait for another one.
void relay::end(opened_query& q) {
  become(q, 0);
  std::vector<opened_groups::element*> left;
  q.second.groups.for_each([&](auto& each) {
    auto& clients = each.second.clients;
    clients.erase(std::remove_if(clients.begin(), clients.end(), [](const client& c) { return c.loaded; }),
                  clients.end());
    if (clients.empty()) left.push_back(&each);
  });
  for (auto* each : left) q.second.groups.erase(*each);
  clean(q);
}

void relay::spread(opened& o, const cache::resource_event_ptr& event) {
  o.groups.for_each([&](auto& each) {
    auto& [rid, g] = each;
    g.settle();
    const cache::relayed_event_ptr framed = std::make_shared<framed_event>(event, rid);
    for (const auto& c : g.clients) {
      if (c.loaded) send(c.connection, slot_event{c.slot, framed});
    }
  });
}

void relay::on(access_changed& fact) {
  queries_.for_each([&](auto& query) {
    query.second.groups.for_each([&](auto& each) {
      each.second.settle();
      for (const auto& c : each.second.clients) send(c.connection, slot_reaccess{c.slot, fact.throttle});
    });
  });
}

void relay::on(service_replied& reply) {
  const auto to = reply.route.connection;
  send(to, std::move(reply));
}

}  // namespace actorgate::actors
