// What the client may do: asking, remembering, forgetting, and asking again.
#include <algorithm>
#include <utility>

#include "cache/client_view.hpp"

namespace actorgate::cache {

using access_state = subscription::access_state;
using busy_with = subscription::busy_with;

void client_view::require_access(subscription& s, throttle_id throttle) {
  if (s.access != access_state::unknown) return;
  s.access = access_state::asking;
  const auto ticket = s.make_own().access_ticket = next_ticket_++;
  asks_.emplace(ticket, ask{.subject = &s, .throttle = throttle});
  port_.ask_access(ticket, s.rid, throttle);
}

void client_view::ask_for_call(ask asked) {
  const auto ticket = next_ticket_++;
  const auto& a = asks_.emplace(ticket, std::move(asked)).first->second;
  port_.ask_access(ticket, a.rid, a.throttle);
}

void client_view::forget_access(subscription& s) {
  s.access = access_state::unknown;
  s.rights = {};
  if (s.has().access_ticket) asks_.erase(std::exchange(s.own()->access_ticket, 0));
}

/// What was granted counts no more. Who waits for an answer waits for that of a new request.
void client_view::renew_access(subscription& s, throttle_id throttle) {
  const bool awaited = s.access == access_state::asking && s.pins > 0;
  const auto ticket = s.has().access_ticket;
  if (ticket) throttle = std::max(throttle, asks_.at(ticket).throttle);
  forget_access(s);
  if (awaited || s.busy == busy_with::access) require_access(s, throttle);
}

void client_view::process(subscription& s, const held_reaccess& again) { reaccess(s, again.throttle); }

/// What was granted counts no more. A direct subscription is asked for again, with its events held meanwhile;
/// if the client is to be sent something first, then behind that.
void client_view::reaccess(subscription& s, throttle_id throttle) {
  const bool first = !s.known() || s.busy == busy_with::references;
  if (first && s.pending + s.direct > 0) {
    // Before the events that wait for the answer, and once.
    auto& items = s.make_own().held;
    auto* held = items.empty() ? nullptr : std::get_if<held_reaccess>(&items.front());
    if (!held) held = &std::get<held_reaccess>(items.emplace_front(held_reaccess{throttle}));
    held->throttle = std::max(held->throttle, throttle);
    if (s.direct > 0) renew_access(s, throttle);
    return;
  }
  if (s.direct > 0) s.busy = busy_with::access;
  renew_access(s, throttle);
}

void client_view::on_token_changed() {
  std::vector<std::uint64_t> calls;
  for (const auto& [ticket, a] : asks_) {
    if (!a.subject) calls.push_back(ticket);
  }
  std::ranges::sort(calls);
  for (auto ticket : calls) ask_for_call(std::move(asks_.extract(ticket).mapped()));
  subscriptions_.visit([this](const auto& all) {
    for (const auto& s : all) {
      if (s->direct > 0) {
        reaccess(*s, 0);
      } else {
        renew_access(*s, 0);
        // A subscription under way whose access had been granted already.
        if (s->pending > 0) require_access(*s);
      }
    }
  });
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
  s.own()->access_ticket = 0;
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
  auto& own = s.make_own();
  for (const auto& call : std::exchange(own.calls, {})) {
    why ? port_.call_refused(call.ticket, *why) : answer(call, s.rights);
    unpin(s);
  }
  for (auto id : std::exchange(own.waiters, {})) {
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
  s.tidy();
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
  asked_ -= std::exchange(s.direct, 0);
  graph_.suspect(s);
}

}  // namespace actorgate::cache
