#include "actors/hub.hpp"

#include <algorithm>

#include "actors/relay.hpp"

namespace actorgate::actors {

hub::hub(caf::actor_config& config, caf::execution_unit* home, const address_book& book,
         cache::watcher_id shard)
    : lean_actor(config, home), book_(book), shard_(shard) {}

cache::snapshot_ptr hub::subscribe(client_slot&& who, cache::throttle_id throttle) {
  auto found = relays_.find(who.name);
  if (found == relays_.end()) {
    const auto name = who.rid == who.name ? who.rid : shared_text{who.name};
    found = relays_.insert(spawn_lean<relay>(home_system(), home(), book_, name, shard_)).first;
  }
  return neighbour<relay>(*found).subscribe(std::move(who), throttle);
}

void hub::unsubscribe(client_slot&& who) {
  const auto found = relays_.find(who.name);
  if (found != relays_.end()) neighbour<relay>(*found).unsubscribe(std::move(who));
}

void hub::ask(std::string_view name, std::string_view query, send_request request) {
  const auto found = relays_.find(name);
  if (found == relays_.end()) return send(book_.nats, std::move(request));
  neighbour<relay>(*found).ask(query, std::move(request));
}

void hub::on(relay_emptied& fact) {
  const auto found = relays_.find(fact.name.view());
  if (found != relays_.end() && neighbour<relay>(*found).empty()) relays_.erase(found);
}

void hub::on(connection_opened& fact) {
  if (draining_) send(fact.connection, close_connections{net::close_reason::going_away, true});
  connections_.insert(std::move(fact.connection));
  if (!std::exchange(ticking_, true)) send_later(book_.config.heartbeat, tick{});
}

void hub::on(connection_closed& fact) { connections_.erase(fact.connection); }

template <class Message>
void hub::tell_all(const Message& message) {
  for (const auto& connection : connections_) send(connection, message);
}

void hub::on(reset_tokens& command) { tell_all(command); }

void hub::on(close_connections& command) {
  draining_ = true;
  leaving_.clear();
  tell_all(command);
}

/// All of them are to come back elsewhere, but not all at once.
void hub::on(drain_connections& command) {
  constexpr std::chrono::milliseconds step{50};
  if (!std::exchange(draining_, true)) leaving_.assign(connections_.begin(), connections_.end());
  const auto steps = static_cast<std::size_t>(std::max<std::int64_t>(1, command.patience / step));
  for (auto left = (leaving_.size() + steps - 1) / steps; left > 0; --left) {
    send(leaving_.back(), close_connections{net::close_reason::going_away, true});
    leaving_.pop_back();
  }
  if (!leaving_.empty()) send_later(step, drain_connections{command.patience - step});
}

void hub::on(tick& beat) {
  tell_all(beat);
  ticking_ = !connections_.empty();
  if (ticking_) send_later(book_.config.heartbeat, tick{});
}

}  // namespace actorgate::actors
