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

relay::relay(caf::actor_config& config, caf::execution_unit* home, const address_book& book, std::string name,
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
  std::erase_if(clients,
                [&](const client& c) { return std::ranges::binary_search(leaving, place(c), {}, place); });
  leaving.clear();
}

void relay::on(subscribe_client& command) {
  ++served_;
  const auto q = queries_.try_emplace(std::move(command.query)).first;
  auto& o = q->second;
  const bool loaded = o.current != nullptr;
  book_.places[shard_].counts->cache_hits += loaded;
  if (loaded) send(command.connection, slot_loaded{command.slot, o.current});
  o.groups[std::move(command.rid)].clients.push_back({std::move(command.connection), command.slot, loaded});
  if (!loaded && !o.asked) ask(q->first, o, command.throttle);
}

void relay::ask(const std::string& query, opened& o, cache::throttle_id throttle) {
  o.asked = true;
  send(directory_, open_resource{name_, query, self(), shard_, throttle});
}

void relay::on(unsubscribe_client& command) {
  ++served_;
  const auto q = queries_.find(command.query);
  if (q == queries_.end()) return check_empty();
  auto& groups = q->second.groups;
  if (const auto g = groups.find(command.rid); g != groups.end()) {
    auto& [clients, leaving] = g->second;
    leaving.push_back({std::move(command.connection), command.slot});
    if (leaving.size() * 2 < clients.size()) return;
    g->second.settle();
    if (clients.empty()) groups.erase(g);
  }
  clean(q);
}

void relay::on(ask_behind& command) {
  const auto q = queries_.find(command.query);
  const bool reached = q != queries_.end() && q->second.resource != 0;
  if (reached) return send(book_.nats, std::move(command.request));
  send(directory_, std::move(command));
}

/// Lets go of a query without clients, and of the relay itself if there is none left.
void relay::clean(opened_queries::iterator q) {
  const auto& o = q->second;
  if (o.groups.empty() && !o.asked) {
    send(directory_, close_resource{name_, q->first, shard_});
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
void relay::become(opened_queries::iterator q, cache::resource_id resource) {
  auto& o = q->second;
  if (o.resource == resource) return;
  const auto [begin, end] = resources_.equal_range(o.resource);
  const auto old = std::find_if(begin, end, [q](const auto& each) { return each.second == q; });
  if (old != end) resources_.erase(old);
  o.resource = resource;
  if (resource != 0) resources_.emplace(resource, q);
}

void relay::on(resource_loaded& fact) {
  const auto q = queries_.find(fact.query);
  if (q == queries_.end()) return;
  auto& o = q->second;
  become(q, fact.resource);
  o.current = fact.content;
  o.asked = false;
  for (auto& [rid, g] : o.groups) {
    for (auto& c : g.clients) {
      if (!std::exchange(c.loaded, true)) send(c.connection, slot_loaded{c.slot, o.current});
    }
  }
  clean(q);
}

void relay::on(resource_failed& fact) {
  const auto q = queries_.find(fact.query);
  if (q == queries_.end()) return;
  q->second.asked = false;
  for (const auto& [rid, g] : q->second.groups) {
    for (const auto& c : g.clients) send(c.connection, slot_failed{c.slot, fact.why});
  }
  q->second.groups.clear();
  clean(q);
}

void relay::on(resource_changed& fact) {
  const bool stays = fact.event->kind == event_kind::custom || fact.event->kind == event_kind::create;
  const bool ends = fact.event->kind == event_kind::deleted;
  std::vector<opened_queries::iterator> ended;
  const auto [begin, end] = resources_.equal_range(fact.resource);
  for (auto each = begin; each != end; ++each) {
    auto& o = each->second->second;
    if (!stays) o.current = nullptr;
    spread(o, fact.event);
    if (ends) ended.push_back(each->second);
  }
  for (const auto q : ended) {
    become(q, 0);
    for (auto& [rid, g] : q->second.groups)
      std::erase_if(g.clients, [](const client& c) { return c.loaded; });
    std::erase_if(q->second.groups, [](const auto& each) { return each.second.clients.empty(); });
    clean(q);
  }
}

void relay::spread(opened& o, const cache::resource_event_ptr& event) {
  for (auto& [rid, g] : o.groups) {
    g.settle();
    const cache::relayed_event_ptr framed = std::make_shared<framed_event>(event, rid);
    for (const auto& c : g.clients) {
      if (c.loaded) send(c.connection, slot_event{c.slot, framed});
    }
  }
}

void relay::on(access_changed& fact) {
  for (auto& [query, o] : queries_) {
    for (auto& [rid, g] : o.groups) {
      g.settle();
      for (const auto& c : g.clients) send(c.connection, slot_reaccess{c.slot, fact.throttle});
    }
  }
}

void relay::on(service_replied& reply) {
  const auto to = reply.route.connection;
  send(to, std::move(reply));
}

}  // namespace actorgate::actors
