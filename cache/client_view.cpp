#include "cache/client_view.hpp"

#include <algorithm>
#include <utility>

namespace actorgate::cache {

using protocol::event_kind;
using access_state = subscription::access_state;
using busy_with = subscription::busy_with;

// -- subscriptions ------------------------------------------------------------

subscription* client_view::find(std::string_view rid) {
  const auto found = subscriptions_.find(rid);
  return found == subscriptions_.end() ? nullptr : found->second.get();
}

subscription* client_view::find(slot_id slot) {
  const auto found = slots_.find(slot);
  return found == slots_.end() ? nullptr : found->second;
}

/// The subscription of that rid, which is loaded if it is new, or anew if the service had deleted it.
/// `follows`: it is a reference, and counts for the throttle of its tree.
subscription& client_view::obtain(std::string_view rid, throttle_id tree, bool follows) {
  auto* known = find(rid);
  if (known && !known->is<subscription::deleted>()) return *known;
  if (!known) {
    auto fresh = std::make_unique<subscription>(std::string{rid});
    known = fresh.get();
    subscriptions_.emplace(known->rid, std::move(fresh));
  }
  graph_.revive(*known);
  known->tree = tree;
  start_loading(*known, follows ? tree : 0);
  return *known;
}

void client_view::start_loading(subscription& s, throttle_id throttle) {
  stop_watching(s);
  s.slot = next_slot_++;
  slots_.emplace(s.slot, &s);
  port_.watch(s.slot, s.rid, throttle);
}

void client_view::stop_watching(subscription& s) {
  if (s.slot == no_slot) return;
  port_.unwatch(s.slot, s.rid);
  slots_.erase(s.slot);
  s.slot = no_slot;
}

void client_view::unpin(subscription& s) {
  --s.pins;
  graph_.suspect(s);
}

void client_view::on_loaded(slot_id slot, snapshot_ptr content) {
  auto* s = find(slot);
  if (!s || !s->is<subscription::loading>()) return;
  // New references first: one that stays is not let go of in between.
  auto old = std::exchange(s->references, {});
  const auto mark = graph_.next_mark();
  for (const auto& rid : content->references) {
    auto& to = obtain(rid, s->tree, true);
    // Only one that has come by already needs to be searched for.
    std::exchange(to.mark, mark) == mark ? graph_.link(*s, to) : graph_.append(*s, to);
  }
  graph_.release(old, false);
  s->state = subscription::loaded{std::move(content)};
  wake(*s);
  settle();
}

void client_view::on_failed(slot_id slot, const protocol::error& why) {
  auto* s = find(slot);
  if (!s || !s->is<subscription::loading>()) return;
  slots_.erase(slot);
  s->slot = no_slot;
  graph_.release(s->references, false);
  s->state = subscription::failed{std::make_shared<protocol::error>(why), false};
  wake(*s);
  settle();
}

void client_view::become_known(const std::vector<subscription*>& news) {
  for (auto* s : news) {
    graph_.make_known(*s);
    free(*s);
  }
}

/// Those who wait for `s` go on.
void client_view::wake(subscription& s) {
  ready_.insert(ready_.end(), s.waiters.begin(), s.waiters.end());
  s.waiters.clear();
}

void client_view::free(subscription& s) {
  if (s.held.empty() || std::exchange(s.freed, true)) return;
  freed_.push_back(&s);
}

/// Carries out what has become possible, until nothing more has: one message at a time, because each may make
/// the client forget what the next must then bring again.
void client_view::settle() {
  for (;;) {
    if (graph_.has_suspects()) {
      collect();
    } else if (!ready_.empty()) {
      const auto id = ready_.front();
      ready_.pop_front();
      try_finish(id);
    } else if (!freed_.empty()) {
      // In the order in which they were sent.
      process_next(*freed_.front());
    } else {
      return;
    }
  }
}

void client_view::collect() {
  const auto found = graph_.collect();
  for (auto* s : found.forgotten) refresh(*s);
  for (auto* s : found.unwanted) give_up(*s);
  if (found.dead.empty()) return;
  ++burials_;
  for (auto* s : found.dead) dispose(*s);
  // All at once, because they refer to each other.
  std::vector<std::unique_ptr<subscription>> graves;
  for (auto* s : found.dead) {
    const auto place = subscriptions_.find(s->rid);
    graves.push_back(std::move(place->second));
    subscriptions_.erase(place);
  }
}

/// The client has let go of what we still need: fetch it as it is now, to be sent again.
void client_view::refresh(subscription& s) {
  if (!s.known()) return graph_.forget_dead_copy(s);
  cancel_event(s);
  drop_held(s);
  graph_.make_unknown(s);
  start_loading(s, 0);
}

/// Nobody waits for what was deleted and is loaded anew, and the client still has its dead copy: that stays.
void client_view::give_up(subscription& s) {
  drop_held(s);
  stop_watching(s);
  graph_.stay_dead(s);
}

void client_view::dispose(subscription& s) {
  cancel_event(s);
  drop_held(s);
  stop_watching(s);
  // A tree in which it was needed once may do without it.
  wake(s);
  if (s.freed) freed_.remove(&s);
  if (s.access_ticket) asks_.erase(s.access_ticket);
  for (const auto& call : s.calls) port_.call_refused(call.ticket, protocol::errors::internal_error());
  graph_.remove(s);
}

void client_view::clear() {
  for (auto& [rid, s] : subscriptions_) stop_watching(*s);
  tasks_.clear();
  asks_.clear();
  slots_.clear();
  subscriptions_.clear();
}

// -- events -------------------------------------------------------------------

void client_view::on_event(slot_id slot, relayed_event_ptr event) {
  auto* s = find(slot);
  if (!s) return;
  hold_or_process(*s, std::move(event));
}

void client_view::on_reaccess(slot_id slot, throttle_id throttle) {
  auto* s = find(slot);
  if (!s) return;
  reaccess(*s, throttle);
  settle();
}

void client_view::on_reply(std::uint64_t ticket, std::string_view rid) {
  auto* s = find(rid);
  if (!s || (s->held.empty() && s->busy == busy_with::nothing)) return port_.pass(ticket);
  s->held.push_back(held_reply{ticket});
}

bool client_view::must_hold(const subscription& s) const {
  return !s.known() || s.busy != busy_with::nothing || !s.held.empty();
}

void client_view::hold_or_process(subscription& s, held_item item) {
  if (must_hold(s)) {
    s.held.push_back(std::move(item));
    return;
  }
  std::visit([&](auto& what) { process(s, what); }, item);
  settle();
}

/// Goes on with the first held item of a freed subscription, which is freed no more if it cannot.
void client_view::process_next(subscription& s) {
  if (!s.known() || s.busy != busy_with::nothing || s.held.empty()) {
    s.freed = false;
    freed_.remove(&s);
    return;
  }
  auto item = std::move(s.held.front());
  s.held.pop_front();
  std::visit([&](auto& what) { process(s, what); }, item);
}

void client_view::process(subscription&, const held_reply& reply) { port_.pass(reply.ticket); }

/// Forgets what waits, but for replies: those are answered whatever becomes of the resource.
void client_view::drop_held(subscription& s) {
  for (const auto& item : std::exchange(s.held, {})) {
    if (const auto* reply = std::get_if<held_reply>(&item)) port_.pass(reply->ticket);
  }
}

void client_view::process(subscription& s, relayed_event_ptr& event) {
  if (!s.is<subscription::sent>()) return;
  const auto& e = *event->event;
  if (!e.added.empty()) return process_references(s, std::move(event));
  port_.send(*event);
  drop_references(s, e);
  if (e.kind == event_kind::deleted) on_deleted(s);
}

/// An event that brings references is a task: it waits until they are loaded.
void client_view::process_references(subscription& s, relayed_event_ptr event) {
  const auto tree = limits_.throttle_references ? next_tree_++ : 0;
  task t{.kind = task_kind::event, .subject = &s};
  for (const auto& rid : event->event->added) {
    auto& to = obtain(rid, tree, true);
    pin(to);
    t.roots.push_back(&to);
  }
  t.event = std::move(event);
  begin_walk(t);
  s.busy = busy_with::references;
  s.task = next_task_++;
  tasks_.emplace(s.task, std::move(t));
  try_finish(s.task);
}

void client_view::finish_event(task_id id) {
  auto& t = tasks_.at(id);
  const auto news = unknown_below(t);
  if (std::ranges::any_of(news, &subscription::is<subscription::loading>)) {
    begin_walk(t);
    return try_finish(id);
  }
  auto done = take(id);
  auto& s = *done.subject;
  if (news.empty()) {
    port_.send(*done.event);
  } else {
    const auto& e = *done.event->event;
    const bool is_change = e.kind == event_kind::change;
    auto message = protocol::event_begin(s.rid, e.name);
    message += protocol::with_resources(
        version_.knows_data_values() ? e.data : protocol::legacy_event_data(is_change, e.data), to_set(news));
    message += protocol::event_end;
    port_.send(std::move(message));
  }
  for (auto* to : done.roots) {
    graph_.link(s, *to);
    unpin(*to);
  }
  drop_references(s, *done.event->event);
  become_known(news);
  s.busy = busy_with::nothing;
  s.task = 0;
  free(s);
}

void client_view::cancel_event(subscription& s) {
  if (s.busy == busy_with::references) {
    for (auto* to : take(s.task).roots) unpin(*to);
  }
  s.busy = busy_with::nothing;
  s.task = 0;
}

void client_view::drop_references(subscription& s, const resource_event& event) {
  for (const auto& rid : event.removed) {
    if (auto* to = find(rid)) graph_.unlink(s, *to);
  }
}

void client_view::on_deleted(subscription& s) {
  slots_.erase(s.slot);
  s.slot = no_slot;
  s.state = subscription::deleted{};
  if (s.direct > 0) revoke(s, protocol::errors::deleted());
  drop_held(s);
}

// -- access -------------------------------------------------------------------

void client_view::require_access(subscription& s, throttle_id throttle) {
  if (s.access != access_state::unknown) return;
  s.access = access_state::asking;
  s.access_ticket = next_ticket_++;
  asks_.emplace(s.access_ticket, ask{.subject = &s});
  port_.ask_access(s.access_ticket, s.rid, throttle);
}

void client_view::forget_access(subscription& s) {
  if (s.access_ticket) asks_.erase(std::exchange(s.access_ticket, 0));
  s.access = access_state::unknown;
  s.rights = {};
}

/// What was granted counts no more. Who waits for an answer waits for that of a new request.
void client_view::renew_access(subscription& s, throttle_id throttle) {
  const bool awaited = s.access == access_state::asking && s.pins > 0;
  forget_access(s);
  if (awaited || s.busy == busy_with::access) require_access(s, throttle);
}

void client_view::process(subscription& s, const held_reaccess& again) { reaccess(s, again.throttle); }

/// What was granted counts no more. A direct subscription is asked for again, with its events held meanwhile;
/// if the client is to be sent something first, then behind that.
void client_view::reaccess(subscription& s, throttle_id throttle) {
  const bool first = !s.known() || s.busy == busy_with::references;
  if (first && s.pending + s.direct > 0) {
    const bool held =
        std::ranges::any_of(s.held, [](const auto& i) { return std::holds_alternative<held_reaccess>(i); });
    // Before the events that wait for the answer.
    if (!held) s.held.push_front(held_reaccess{throttle});
    if (s.direct > 0) renew_access(s, throttle);
    return;
  }
  if (s.direct > 0) s.busy = busy_with::access;
  renew_access(s, throttle);
}

void client_view::on_token_changed() {
  for (auto& [rid, s] : subscriptions_) {
    if (s->direct > 0) {
      reaccess(*s, 0);
    } else {
      renew_access(*s, 0);
      // A subscription under way whose access had been granted already.
      if (s->pending > 0) require_access(*s);
    }
  }
  settle();
}

void client_view::on_access(std::uint64_t ticket, protocol::outcome<protocol::access_rights> answer) {
  const auto found = asks_.find(ticket);
  if (found == asks_.end()) return;
  const auto asked = std::move(found->second);
  asks_.erase(found);
  const auto* why = std::get_if<protocol::error>(&answer);
  auto* rights = std::get_if<protocol::access_rights>(&answer);
  if (!asked.subject) {
    why ? port_.call_refused(asked.call.ticket, *why) : this->answer(asked.call, *rights);
    return;
  }
  auto& s = *asked.subject;
  s.access_ticket = 0;
  const bool remember = rights || why->is(protocol::errors::access_denied().code);
  s.access = remember ? access_state::known : access_state::unknown;
  s.rights = rights ? std::move(*rights) : protocol::access_rights{};
  on_access_of(s, why);
  settle();
}

/// Everybody who waits for the access of `s` goes on; `why` is the error that was the answer, if it was one.
void client_view::on_access_of(subscription& s, const protocol::error* why) {
  const auto* refusal = why || s.rights.get ? why : &protocol::errors::access_denied();
  pin(s);
  for (const auto& call : std::exchange(s.calls, {})) {
    why ? port_.call_refused(call.ticket, *why) : answer(call, s.rights);
    unpin(s);
  }
  for (auto id : std::exchange(s.waiters, {})) {
    const auto t = tasks_.find(id);
    const bool concerned = t != tasks_.end() && t->second.asks() && t->second.subject == &s;
    if (concerned && refusal) {
      refuse_request(id, *refusal);
    } else {
      ready_.push_back(id);
    }
  }
  if (s.busy == busy_with::access) {
    s.busy = busy_with::nothing;
    if (refusal && s.direct > 0) revoke(s, *refusal);
    free(s);
  }
  unpin(s);
}

void client_view::answer(const waiting_call& call, const protocol::access_rights& rights) {
  if (rights.may_call(call.method)) {
    port_.call_granted(call.ticket);
  } else {
    port_.call_refused(call.ticket, protocol::errors::access_denied());
  }
}

/// The client loses its direct subscriptions, and is told why.
void client_view::revoke(subscription& s, const protocol::error& why) {
  auto message = protocol::event_begin(s.rid, "unsubscribe");
  message += protocol::unsubscribe_data(why);
  message += protocol::event_end;
  port_.send(std::move(message));
  s.direct = 0;
  graph_.suspect(s);
}

}  // namespace actorgate::cache
