#include "actors/cache_entry.hpp"

#include <spdlog/spdlog.h>

#include "actors/nats_subscription.hpp"
#include "actors/outcome.hpp"
#include "protocol/service_request.hpp"

namespace actorgate::actors {
namespace {

/// The watcher that stands for all who want to know just once; the others are shards.
constexpr auto all_readers = ~cache::watcher_id{0};

}  // namespace

cache_entry::cache_entry(caf::actor_config& config, caf::execution_unit* home, const address_book& book,
                         shared_text name)
    : lean_actor(config, home),
      book_(book),
      name_(std::move(name)),
      // Answers to an earlier entry of the same name must not be taken for ours.
      machine_(*this, id() << 32) {}

/// Before anything is asked.
void cache_entry::be_subscribed() {
  if (std::exchange(subscribed_, true)) return;
  auto subscription = spawn_lean<nats_subscription>(home_system(), book_.nats_unit, self());
  send(book_.nats, subscribe_events{name_, std::move(subscription)});
}

void cache_entry::open(const open_resource& command) {
  be_subscribed();
  keep(command.shard, command.relay);
  open(command.shard, command.query, command.throttle);
}

void cache_entry::keep(cache::watcher_id shard, relay_actor relay) {
  if (shard > 0 && !other_relays_) {
    other_relays_ = std::make_unique<relay_actor[]>(book_.places.size() - 1);
  }
  (shard == 0 ? first_relay_ : other_relays_[shard - 1]) = std::move(relay);
}

/// Null if it has never asked.
const relay_actor* cache_entry::relay_of(cache::watcher_id shard) const {
  if (shard > 0 && !other_relays_) return nullptr;
  const auto& relay = shard == 0 ? first_relay_ : other_relays_[shard - 1];
  return relay ? &relay : nullptr;
}

void cache_entry::open(cache::watcher_id who, std::string_view query, cache::throttle_id throttle) {
  auto& counts = *book_.home_of(name_).counts;
  const auto misses = counts.cache_misses;
  machine_.open(who, query, throttle);
  counts.cache_hits += counts.cache_misses == misses;
}

void cache_entry::close(const close_resource& command) {
  if (machine_.close(command.shard, command.query, now())) watch_clock(book_.config.eviction_delay);
  // The directory may just have learnt of an end that this command had crossed.
  settle();
}

cache::snapshot_ptr cache_entry::read(const connection_actor& who, const read_resources::wanted& what) {
  if (auto known = machine_.read(what.query, now())) {
    ++book_.home_of(name_).counts->cache_hits;
    return known;
  }
  be_subscribed();
  auto& waiting = with_visitors().readers[what.query];
  waiting.push_back({who, what.slot});
  if (waiting.size() == 1) open(all_readers, what.query, what.throttle);
  close_read();
  return nullptr;
}

/// Whoever has been told what he wanted to know needs it no more.
void cache_entry::close_read() {
  if (!visitors_) return;
  for (const auto& query : std::exchange(visitors_->read, {})) {
    if (machine_.close(all_readers, query, now())) watch_clock(book_.config.eviction_delay);
  }
}

void cache_entry::on(event_arrived& event) {
  const auto subject = event.message->subject();
  ++events_;
  last_event_ =
      static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(now().time_since_epoch()).count());
  machine_.on_event(subject.substr(subject.rfind('.') + 1), event.message->data());
  settle();
}

void cache_entry::on(service_replied& reply) {
  if (reply.route.connection) {
    auto& v = with_visitors();
    const auto ticket = v.next_passenger++;
    v.passengers.emplace(ticket, std::move(reply));
    machine_.on_reply(ticket);
  } else if (machine_.is_query(reply.ticket)) {
    machine_.on_query_response(reply.ticket, read_outcome(reply, protocol::read_query_response));
  } else {
    machine_.on_get_response(reply.ticket, read_outcome(reply, protocol::read_get_response));
  }
  close_read();
  settle();
}

void cache_entry::reset(bool resources, bool access, cache::throttle_id throttle) {
  machine_.reset(resources, access, throttle);
}

void cache_entry::on(tick&) {
  ticking_ = false;
  const auto time = now();
  const auto oldest = time - book_.config.eviction_delay;
  if (const auto next = machine_.expire(oldest)) {
    watch_clock(std::chrono::ceil<std::chrono::milliseconds>(std::max(*next - oldest, time - time)));
  }
  settle();
}

void cache_entry::watch_clock(std::chrono::milliseconds delay) {
  if (std::exchange(ticking_, true)) return;
  send_later(std::max(delay, std::chrono::milliseconds{1}), tick{});
}

void cache_entry::settle() {
  const auto resources = static_cast<std::uint32_t>(machine_.resources());
  auto& counted = book_.home_of(name_).counts->resources;
  counted += std::int64_t{resources} - std::exchange(counted_, resources);
  // Found anew each time: holding each other, the two would never go.
  if (machine_.empty()) send(book_.home_of(name_).directory, entry_emptied{name_});
}

// -- what the machine wants ---------------------------------------------------

void cache_entry::request(std::uint64_t ticket, std::string subject, std::string payload,
                          cache::throttle_id throttle) {
  send(book_.nats,
       send_request{
           std::move(subject), std::move(payload), ticket, {std::string{name_.view()}, {}, 0}, throttle});
}

void cache_entry::send_get(std::uint64_t ticket, std::string_view query, cache::throttle_id throttle) {
  ++book_.home_of(name_).counts->cache_misses;
  request(ticket, std::string{"get."}.append(name_), protocol::get_payload(query), throttle);
}

void cache_entry::send_query(std::uint64_t ticket, std::string_view subject, std::string_view query) {
  request(ticket, std::string{subject}, protocol::query_payload(query), 0);
}

template <class Tell>
void cache_entry::tell_readers(std::string_view query, Tell tell) {
  auto& readers = visitors_->readers;
  const auto found = readers.find(query);
  if (found == readers.end()) return;
  for (const auto& r : found->second) tell(r);
  readers.erase(found);
}

void cache_entry::loaded(cache::watcher_id to, std::string_view query, cache::resource_id resource,
                         cache::snapshot_ptr content) {
  if (to == all_readers) {
    visitors_->read.emplace_back(query);
    return tell_readers(query, [&](const reader& r) { send(r.connection, slot_loaded{r.slot, content}); });
  }
  send(*relay_of(to), resource_loaded{std::string{query}, resource, std::move(content)});
}

void cache_entry::failed(cache::watcher_id to, std::string_view query, const protocol::error& why) {
  const auto shared = std::make_shared<const protocol::error>(why);
  if (to == all_readers) {
    return tell_readers(query, [&](const reader& r) { send(r.connection, slot_failed{r.slot, shared}); });
  }
  send(*relay_of(to), resource_failed{std::string{query}, shared});
}

void cache_entry::event(cache::watcher_id to, cache::resource_id resource, cache::resource_event_ptr event) {
  if (to != all_readers) send(*relay_of(to), resource_changed{resource, std::move(event)});
}

void cache_entry::reaccess(cache::watcher_id to, cache::throttle_id throttle) {
  if (to != all_readers) send(*relay_of(to), access_changed{throttle});
}

void cache_entry::pass(std::uint64_t ticket) {
  auto reply = std::move(visitors_->passengers.extract(ticket).mapped());
  const auto shard = reply.route.shard;
  if (const auto* relay = relay_of(shard)) {
    send(*relay, std::move(reply));
  } else {
    const auto to = reply.route.connection;
    send(to, std::move(reply));
  }
}

void cache_entry::complain(std::string_view what) { spdlog::debug("{}: {}", name_.view(), what); }

}  // namespace actorgate::actors
