#include "cache/client_view.hpp"

#include <algorithm>
#include <utility>

namespace actorgate::cache {

using protocol::event_kind;
using busy_with = subscription::busy_with;

// -- subscriptions ------------------------------------------------------------

subscription* client_view::find(std::string_view rid) {
  const auto* found = subscriptions_.find(rid);
  return found ? found->get() : nullptr;
}

subscription* client_view::find(slot_id slot) {
  const auto* found = slots_.find(slot);
  return found ? *found : nullptr;
}

/// The subscription of that rid, which is loaded if it is new, or anew if the service had deleted it.
/// `follows`: it is a reference, and counts for the throttle of its tree.
subscription& client_view::obtain(std::string_view rid, throttle_id tree, bool follows) {
  auto* known = find(rid);
  if (known && !known->is<subscription::deleted>()) return *known;
  if (!known) {
    auto fresh = std::make_unique<subscription>(rid);
    known = fresh.get();
    subscriptions_.insert(std::move(fresh));
    rid_bytes_ += rid.size();
  }
  graph_.revive(*known);
  known->tree = tree;
  known->leans = true;
  start_loading(*known, follows ? tree : 0);
  return *known;
}

void client_view::start_loading(subscription& s, throttle_id throttle) {
  stop_watching(s);
  s.slot = next_slot_++;
  slots_.insert(&s);
  port_.watch(s.slot, s.rid, throttle);
}

void client_view::stop_watching(subscription& s) {
  if (s.slot == no_slot) return;
  port_.unwatch(s.slot, s.rid);
  slots_.erase(s.slot);
  s.slot = no_slot;
}

void client_view::unpin(subscription& s) {
  if (--s.pins == 0 && s.leans) graph_.suspect(s);
}

void client_view::on_loaded(slot_id slot, snapshot_ptr content) {
  auto* s = find(slot);
  if (!s || !s->is<subscription::loading>()) return;
  // New references first: one that stays is not let go of in between.
  auto old = graph_.take_references(*s);
  const auto mark = graph_.next_mark();
  s->references.reserve(content->references.size());
  for (const auto& rid : content->references) {
    auto& to = obtain(rid, s->tree, true);
    // Only one that has come by already needs to be searched for.
    std::exchange(to.mark, mark) == mark ? graph_.link(*s, to) : graph_.append(*s, to);
  }
  graph_.release(std::move(old), false);
  s->state = subscription::loaded{std::move(content)};
  wake(*s);
  settle();
}

void client_view::on_failed(slot_id slot, const protocol::error& why) {
  auto* s = find(slot);
  if (!s || !s->is<subscription::loading>()) return;
  slots_.erase(slot);
  s->slot = no_slot;
  graph_.release(graph_.take_references(*s), false);
  s->state = subscription::failed{std::make_unique<protocol::error>(why)};
  s->error_known = false;
  wake(*s);
  settle();
}

void client_view::become_known(const std::vector<subscription*>& news) {
  for (auto* s : news) {
    graph_.make_known(*s);
    s->leans = false;
    free(*s);
  }
}

/// Those who wait for `s` go on.
void client_view::wake(subscription& s) {
  auto* own = s.own();
  if (!own) return;
  ready_.insert(ready_.end(), own->waiters.begin(), own->waiters.end());
  own->waiters.clear();
  s.tidy();
}

void client_view::free(subscription& s) {
  if (s.has().held.empty() || s.has().freed) return;
  s.make_own().freed = freed_.insert(freed_.end(), &s);
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
  for (auto* s : found.dead) {
    rid_bytes_ -= s->rid.view().size();
    subscriptions_.erase(s->rid);
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
  if (const auto place = s.has().freed) freed_.erase(*place);
  if (s.has().access_ticket) asks_.erase(s.has().access_ticket);
  for (const auto& call : s.has().calls) port_.call_refused(call.ticket, protocol::errors::internal_error());
  graph_.remove(s);
}

void client_view::clear() {
  subscriptions_.visit([this](const auto& all) {
    for (const auto& s : all) stop_watching(*s);
  });
  tasks_.clear();
  ready_.clear();
  freed_.clear();
  asks_.clear();
  slots_.clear();
  subscriptions_.clear();
  rid_bytes_ = 0;
  graph_ = {};
  requests_ = 0;
  asked_ = 0;
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
  if (!s || (s->has().held.empty() && s->busy == busy_with::nothing)) return port_.pass(ticket);
  s->make_own().held.push_back(held_reply{ticket});
}

bool client_view::must_hold(const subscription& s) const {
  return !s.known() || s.busy != busy_with::nothing || !s.has().held.empty();
}

void client_view::hold_or_process(subscription& s, held_item item) {
  if (must_hold(s)) {
    s.make_own().held.push_back(std::move(item));
    return;
  }
  std::visit([&](auto& what) { process(s, what); }, item);
  settle();
}

/// Goes on with the first held item of a freed subscription, which is freed no more if it cannot.
void client_view::process_next(subscription& s) {
  auto& own = s.make_own();
  if (!s.known() || s.busy != busy_with::nothing || own.held.empty()) {
    freed_.erase(*std::exchange(own.freed, {}));
    return s.tidy();
  }
  auto item = std::move(own.held.front());
  own.held.pop_front();
  std::visit([&](auto& what) { process(s, what); }, item);
}

void client_view::process(subscription&, const held_reply& reply) { port_.pass(reply.ticket); }

/// Forgets what waits, but for replies: those are answered whatever becomes of the resource.
void client_view::drop_held(subscription& s) {
  if (!s.own()) return;
  for (const auto& item : std::exchange(s.own()->held, {})) {
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
  const auto number = s.make_own().task = next_task_++;
  tasks_.emplace(number, std::move(t));
  try_finish(number);
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
    // Kept by what it is linked to, and known from here on: nothing to suspect.
    --to->pins;
  }
  drop_references(s, *done.event->event);
  become_known(news);
  s.busy = busy_with::nothing;
  s.make_own().task = 0;
  s.tidy();
  free(s);
}

void client_view::cancel_event(subscription& s) {
  if (s.busy == busy_with::references) {
    const auto number = std::exchange(s.make_own().task, 0);
    for (auto* to : take(number).roots) unpin(*to);
  }
  s.busy = busy_with::nothing;
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

}  // namespace actorgate::cache
