#include "cache/entry.hpp"

#include <algorithm>
#include <utility>

#include "protocol/json.hpp"
#include "protocol/rid.hpp"

namespace actorgate::cache {

using protocol::event_kind;

namespace {

resource_event_ptr plain_event(event_kind kind, std::string_view name, std::string_view data) {
  return std::make_shared<resource_event>(
      resource_event{kind, std::string{name}, std::string{data.empty() ? "null" : data}, {}, {}});
}

std::vector<watcher_id> each_once(std::vector<watcher_id> all) {
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace

// -- watchers -----------------------------------------------------------------

void entry::open(watcher_id who, std::string_view query, throttle_id throttle) {
  auto* found = links_.find(query);
  const bool is_new = !found;
  if (is_new) {
    found = &links_.obtain(query);
    found->second.query = &found->first;
    // A query that is a normalised one needs no question.
    if (auto* v = query.empty() ? nullptr : find(query)) attach(found->second, *v);
  }
  auto& l = found->second;
  if (l.watchers.empty() && !is_new) end_idling(l);
  if (std::ranges::find(l.watchers, who) == l.watchers.end()) l.watchers.push_back(who);
  if (auto* v = l.target) {
    port_.loaded(who, query, v->id, v->content.current());
  } else if (is_new) {
    l.ticket = next_ticket_++;
    begin_request(l.ticket, {.asker = &l});
    port_.send_get(l.ticket, query, throttle);
  }
}

snapshot_ptr entry::read(std::string_view query, time now) {
  auto* found = links_.find(query);
  if (!found || !found->second.target) return nullptr;
  auto& l = found->second;
  if (l.watchers.empty()) {
    auto& idle = affairs_->idle;
    l.idle->since = std::max(l.idle->since, now);
    idle.splice(affairs_->place_of(l.idle->since), idle, l.idle);
  }
  return l.target->content.current();
}

bool entry::close(watcher_id who, std::string_view query, time now) {
  auto* found = links_.find(query);
  if (!found) return false;
  auto& l = found->second;
  const auto place = std::ranges::find(l.watchers, who);
  if (place == l.watchers.end()) return false;
  l.watchers.erase(place);
  if (!l.watchers.empty()) return false;
  begin_idling(l, now);
  return true;
}

std::optional<entry::time> entry::expire(time oldest) {
  while (affairs_ && !affairs_->idle.empty()) {
    const auto [longest, since] = affairs_->idle.front();
    if (since > oldest) return since;
    forget(*longest);
  }
  return std::nullopt;
}

/// Clocks go forward: that is at the end.
std::list<entry::idle_link>::iterator entry::affairs::place_of(time since) {
  auto place = idle.end();
  while (place != idle.begin() && std::prev(place)->since > since) --place;
  return place;
}

void entry::begin_idling(link& l, time since) {
  auto& own = with_affairs();
  l.idle = own.idle.insert(own.place_of(since), {&l, since});
}

void entry::end_idling(link& l) {
  affairs_->idle.erase(l.idle);
  tidy();
}

void entry::tidy() {
  const auto& [requests, queries, waiting, idle] = *affairs_;
  if (requests.empty() && waiting.empty() && idle.empty()) affairs_ = nullptr;
}

// -- the order of what the service says ---------------------------------------

bool entry::is_query(std::uint64_t ticket) const {
  const auto* asked = find_request(ticket);
  return asked && asked->is_query;
}

void entry::on_event(std::string_view name, std::string_view payload) {
  // It becomes part of what clients are sent.
  if (!protocol::is_valid_part(name)) return port_.complain("an event has no valid name");
  submit(pending_event{std::string{name}, std::string{payload}});
}

void entry::on_get_response(std::uint64_t ticket, protocol::outcome<protocol::resource_content> response) {
  submit(pending_get{ticket, std::move(response)});
}

void entry::on_reply(std::uint64_t ticket) { submit(pending_reply{ticket}); }

void entry::submit(pending p) {
  if (is_busy()) {
    affairs_->waiting.push_back(std::move(p));
  } else {
    std::visit([this](auto& what) { handle(what); }, p);
  }
}

void entry::on_query_response(std::uint64_t ticket, protocol::outcome<protocol::query_result> response) {
  const auto* asked = find_request(ticket);
  if (!asked || !asked->is_query) return;
  auto* v = asked->subject;
  end_request(ticket);
  if (v) {
    v->queried = 0;
    if (const auto* why = std::get_if<protocol::error>(&response)) {
      if (why->is(protocol::errors::not_found().code)) {
        tell(*v, plain_event(event_kind::deleted, "delete", {}));
        remove(*v);
      } else {
        port_.complain("a query request failed: " + why->code);
      }
    } else {
      std::visit([&](auto& result) { apply(*v, std::move(result)); },
                 std::get<protocol::query_result>(response));
    }
  }
  while (!is_busy() && affairs_ && !affairs_->waiting.empty()) {
    auto next = std::move(affairs_->waiting.front());
    affairs_->waiting.pop_front();
    tidy();
    std::visit([this](auto& what) { handle(what); }, next);
  }
}

// -- events -------------------------------------------------------------------

void entry::handle(const pending_event& e) {
  const auto kind = protocol::event_kind_of(e.name);
  switch (kind) {
    case event_kind::reaccess:
      for (auto who : all_watchers()) port_.reaccess(who, 0);
      break;
    case event_kind::query:
      on_query_event(e.payload);
      break;
    case event_kind::reserved:
      port_.complain("a service sent the event " + e.name);
      break;
    default:
      if (auto* v = find(std::nullopt)) on_resource_event(*v, kind, e.name, e.payload);
  }
}

void entry::on_resource_event(variant& v, event_kind kind, std::string_view name, std::string_view payload) {
  if (kind == event_kind::custom || kind == event_kind::create) {
    if (!payload.empty() && !protocol::is_json(payload)) return port_.complain("a custom event is not JSON");
    return tell(v, plain_event(kind, name, payload));
  }
  // What is fetched anew will have it.
  if (v.resetting) return;
  if (kind == event_kind::deleted) {
    tell(v, plain_event(kind, name, {}));
    return remove(v);
  }
  apply(v, kind, payload);
}

void entry::apply(variant& v, event_kind kind, std::string_view payload) {
  if (auto event = v.content.apply(kind, payload)) return tell(v, event);
  const bool changes_nothing =
      kind == event_kind::change && v.content.is_model() && protocol::read_change_event(payload);
  if (!changes_nothing) port_.complain("an event does not fit its resource");
}

void entry::on_query_event(std::string_view payload) {
  const auto subject = protocol::read_query_event(payload);
  if (!subject) return port_.complain("a query event has no subject");
  variants_.for_each([&](auto& each) {
    auto& [query, v] = each;
    if (!query || v.resetting) return;
    v.queried = next_ticket_++;
    begin_request(v.queried, {.subject = &v, .is_query = true});
    port_.send_query(v.queried, *subject, *query);
  });
}

void entry::apply(variant& v, std::vector<protocol::query_event> events) {
  for (const auto& e : events) {
    const auto kind = protocol::event_kind_of(e.name);
    if (kind == event_kind::deleted) {
      tell(v, plain_event(kind, e.name, {}));
      return remove(v);
    }
    if (kind == event_kind::reaccess) {
      for (auto who : watchers(v)) port_.reaccess(who, 0);
    } else if (!protocol::is_valid_part(e.name)) {
      port_.complain("an event has no valid name");
    } else if (kind == event_kind::custom || kind == event_kind::create) {
      tell(v, plain_event(kind, e.name, e.data));
    } else {
      apply(v, kind, e.data);
    }
  }
}

void entry::apply(variant& v, protocol::resource_content content) {
  const auto events = v.content.replace(std::move(content));
  if (!events) return port_.complain("a resource has become one of another type");
  for (const auto& event : *events) tell(v, event);
}

// -- getting and resetting ----------------------------------------------------

void entry::handle(pending_get& get) {
  const auto* found = find_request(get.ticket);
  if (!found || found->is_query) return;
  const auto asked = *found;
  end_request(get.ticket);
  auto* v = asked.subject;
  if (v) {
    v->resetting = 0;
    on_reset_response(*v, std::move(get.response), !asked.again);
  } else if (const auto* why = std::get_if<protocol::error>(&get.response)) {
    return on_failed(*asked.asker, *why);
  } else {
    on_loaded(*asked.asker, std::get<protocol::resource_content>(std::move(get.response)));
    v = asked.asker->target;
  }
  if (asked.again) start_reset(*v, *asked.again);
}

void entry::on_loaded(link& l, protocol::resource_content content) {
  auto* v = find(content.query);
  if (!v) {
    std::optional<protocol::shared_text> query = std::move(content.query);
    variant fresh{next_resource_++, nullptr, resource{std::move(content)}};
    auto& place = variants_.obtain(std::move(query), std::move(fresh));
    v = &place.second;
    v->query = &place.first;
  }
  attach(l, *v);
  for (auto who : l.watchers) port_.loaded(who, *l.query, v->id, v->content.current());
}

void entry::on_failed(link& l, const protocol::error& why) {
  for (auto who : l.watchers) port_.failed(who, *l.query, why);
  forget(l);
}

void entry::reset(bool resources, bool access, throttle_id throttle) {
  if (access) {
    for (auto who : all_watchers()) port_.reaccess(who, throttle);
  }
  if (!resources) return;
  variants_.for_each([&](auto& each) { start_reset(each.second, throttle); });
  links_.for_each([&](auto& each) {
    if (!each.second.target) ask_again(each.second.ticket, throttle);
  });
}

/// The answer to come to this get may be older than a reset.
void entry::ask_again(std::uint64_t ticket, throttle_id throttle) {
  auto& again = find_request(ticket)->again;
  again = std::max(again.value_or(0), throttle);
}

void entry::start_reset(variant& v, throttle_id throttle) {
  if (v.resetting) return ask_again(v.resetting, throttle);
  v.resetting = next_ticket_++;
  begin_request(v.resetting, {.subject = &v});
  port_.send_get(v.resetting, v.query->value_or(protocol::shared_text{}), throttle);
}

/// `final`: it will not be asked again at once.
void entry::on_reset_response(variant& v, protocol::outcome<protocol::resource_content> response,
                              bool final) {
  const auto* why = std::get_if<protocol::error>(&response);
  if (!why) return apply(v, std::get<protocol::resource_content>(std::move(response)));
  if (final && why->is(protocol::errors::not_found().code)) {
    tell(v, plain_event(event_kind::deleted, "delete", {}));
    return remove(v);
  }
  port_.complain("a reset resource could not be fetched: " + why->code);
}

entry::request* entry::find_request(std::uint64_t ticket) const {
  if (!affairs_) return nullptr;
  const auto found = affairs_->requests.find(ticket);
  return found == affairs_->requests.end() ? nullptr : &found->second;
}

void entry::begin_request(std::uint64_t ticket, request r) {
  auto& own = with_affairs();
  own.queries += r.is_query;
  own.requests.emplace(ticket, r);
}

/// It has been answered, or nobody wants to know any more; or it has not been made at all.
void entry::end_request(std::uint64_t ticket) {
  const auto* r = find_request(ticket);
  if (!r) return;
  affairs_->queries -= r->is_query;
  affairs_->requests.erase(ticket);
  tidy();
}

// -- links and variants -------------------------------------------------------

entry::variant* entry::find(const std::optional<std::string_view>& query) {
  auto* found = variants_.find(query);
  return found ? &found->second : nullptr;
}

/// Those who have any link open, each once.
std::vector<watcher_id> entry::all_watchers() const {
  std::vector<watcher_id> all;
  links_.for_each([&](const auto& each) {
    all.insert(all.end(), each.second.watchers.begin(), each.second.watchers.end());
  });
  return each_once(std::move(all));
}

/// Those who have a link to this variant open, each once.
std::vector<watcher_id> entry::watchers(const variant& of) const {
  std::vector<watcher_id> all;
  for (const auto* l = of.first; l; l = l->next) {
    all.insert(all.end(), l->watchers.begin(), l->watchers.end());
  }
  return each_once(std::move(all));
}

void entry::tell(const variant& v, const resource_event_ptr& event) {
  for (auto who : watchers(v)) port_.event(who, v.id, event);
}

void entry::attach(link& l, variant& v) {
  l.target = &v;
  l.next = std::exchange(v.first, &l);
  if (l.next) l.next->previous = &l;
}

void entry::detach(link& l) {
  (l.previous ? l.previous->next : l.target->first) = l.next;
  if (l.next) l.next->previous = l.previous;
}

void entry::forget(link& l) {
  if (l.watchers.empty()) end_idling(l);
  end_request(l.ticket);
  if (auto* v = l.target) {
    detach(l);
    if (!v->first) forget(*v);
  }
  links_.erase(*links_.find(*l.query));
}

void entry::forget(variant& v) {
  end_request(v.resetting);
  if (v.queried) find_request(v.queried)->subject = nullptr;
  variants_.erase(*variants_.find(*v.query));
}

/// The resource is gone, and with it its links.
void entry::remove(variant& v) {
  for (auto* l = v.first; l;) forget(*std::exchange(l, l->next));
}

}  // namespace actorgate::cache
