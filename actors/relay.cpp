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

relay::relay(caf::actor_config& config, caf::execution_unit* home, const address_book& book, std::string name,
             cache::watcher_id shard)
    : lean_actor(config, home),
      book_(book),
      directory_(book.home_of(name).directory),
      name_(std::move(name)),
      shard_(shard) {}

relay::group& relay::obtain(subscribe_client& command) {
  const auto found = std::ranges::find(groups_, command.rid, &group::rid);
  if (found != groups_.end()) return *found;
  auto& fresh = groups_.emplace_back();
  fresh.rid = std::move(command.rid);
  fresh.query = std::move(command.query);
  return fresh;
}

void relay::on(subscribe_client& command) {
  ++served_;
  auto& g = obtain(command);
  const bool loaded = g.current != nullptr;
  if (loaded) send(command.connection, slot_loaded{command.slot, g.current});
  g.clients.push_back({std::move(command.connection), command.slot, loaded});
  if (!loaded && !g.asked) ask(g, command.throttle);
}

void relay::ask(group& g, cache::throttle_id throttle) {
  g.asked = true;
  send(directory_, open_resource{name_, g.query, self(), shard_, throttle});
}

void relay::on(unsubscribe_client& command) {
  ++served_;
  const auto g = std::ranges::find(groups_, command.rid, &group::rid);
  if (g != groups_.end()) {
    const auto is_meant = [&](const client& c) {
      return c.slot == command.slot && c.connection == command.connection;
    };
    const auto place = std::ranges::find_if(g->clients, is_meant);
    if (place != g->clients.end()) {
      *place = std::move(g->clients.back());
      g->clients.pop_back();
    }
  }
  remove_empty();
}

/// Lets go of groups without clients, and of the relay itself if there is none left.
void relay::remove_empty() {
  for (std::size_t i = 0; i < groups_.size();) {
    if (!groups_[i].clients.empty()) {
      ++i;
      continue;
    }
    const auto gone = std::move(groups_[i]);
    groups_.erase(groups_.begin() + static_cast<std::ptrdiff_t>(i));
    const bool still_open =
        std::ranges::any_of(groups_, [&](const group& g) { return g.query == gone.query; });
    if (!still_open) send(directory_, close_resource{name_, gone.query, shard_});
  }
  if (groups_.empty()) send(book_.places[shard_].hub, relay_emptied{name_, served_});
}

void relay::on(resource_loaded& fact) {
  for (auto& g : groups_) {
    if (g.query != fact.query) continue;
    g.resource = fact.resource;
    g.current = fact.content;
    g.asked = false;
    for (auto& c : g.clients) {
      if (!std::exchange(c.loaded, true)) send(c.connection, slot_loaded{c.slot, g.current});
    }
  }
}

void relay::on(resource_failed& fact) {
  for (auto& g : groups_) {
    if (g.query != fact.query) continue;
    g.asked = false;
    for (const auto& c : g.clients) send(c.connection, slot_failed{c.slot, fact.why});
    g.clients.clear();
  }
  remove_empty();
}

void relay::on(resource_changed& fact) {
  const bool stays = fact.event->kind == event_kind::custom || fact.event->kind == event_kind::create;
  const bool ends = fact.event->kind == event_kind::deleted;
  for (auto& g : groups_) {
    if (g.resource != fact.resource) continue;
    if (!stays) g.current = nullptr;
    const cache::relayed_event_ptr event = std::make_shared<framed_event>(fact.event, g.rid);
    for (const auto& c : g.clients) {
      if (c.loaded) send(c.connection, slot_event{c.slot, event});
    }
    if (!ends) continue;
    g.resource = 0;
    std::erase_if(g.clients, [](const client& c) { return c.loaded; });
  }
  if (ends) remove_empty();
}

void relay::on(access_changed& fact) {
  for (const auto& g : groups_) {
    for (const auto& c : g.clients) send(c.connection, slot_reaccess{c.slot, fact.throttle});
  }
}

void relay::on(service_replied& reply) {
  const auto to = reply.route.connection;
  send(to, std::move(reply));
}

}  // namespace actorgate::actors
