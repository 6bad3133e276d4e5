#include "cache/entry.hpp"

#include <algorithm>
#include <utility>

#include "protocol/json.hpp"

namespace actorgate::cache {

using protocol::event_kind;

namespace {

resource_event_ptr plain_event(event_kind kind, std::string_view name, std::string_view data) {
  return std::make_shared<resource_event>(
      resource_event{kind, std::string{name}, std::string{data.empty() ? "null" : data}, {}, {}});
}

}  // namespace

// -- watchers -----------------------------------------------------------------

void entry::open(watcher_id who, std::string_view query, throttle_id throttle) {
  auto l = links_.find(query);
  const bool is_new = l == links_.end();
  if (is_new) {
    l = links_.emplace(std::string{query}, link{}).first;
    // A query that is a normalised one needs no question.
    if (!query.empty()) l->second.target = find(l->first);
  }
  auto& [text, target] = *l;
  if (std::ranges::find(target.watchers, who) == target.watchers.end()) target.watchers.push_back(who);
  if (auto* v = target.target) {
    port_.loaded(who, query, v->id, v->content.current());
  } else if (is_new) {
    target.ticket = next_ticket_++;
    port_.send_get(target.ticket, query, throttle);
  }
}

bool entry::close(watcher_id who, std::string_view query, time now) {
  const auto l = links_.find(query);
  if (l == links_.end() || std::erase(l->second.watchers, who) == 0) return false;
  l->second.idle_since = now;
  return l->second.watchers.empty();
}

std::optional<entry::time> entry::expire(time oldest) {
  std::optional<time> next;
  for (auto l = links_.begin(); l != links_.end();) {
    const auto& [query, target] = *l;
    if (target.watchers.empty() && target.idle_since <= oldest) {
      l = links_.erase(l);
      continue;
    }
    if (target.watchers.empty()) next = next ? std::min(*next, target.idle_since) : target.idle_since;
    ++l;
  }
  std::vector<const variant*> used;
  for (const auto& [query, l] : links_) used.push_back(l.target);
  std::ranges::sort(used);
  const auto is_unused = [&used](const variant* v) { return v && !std::ranges::binary_search(used, v); };
  for (auto& [ticket, v] : queries_) {
    if (is_unused(v)) v = nullptr;
  }
  std::erase_if(variants_, [&](const auto& v) { return is_unused(v.get()); });
  return next;
}

// -- the order of what the service says ---------------------------------------

void entry::on_event(std::string_view name, std::string_view payload) {
  submit(pending_event{std::string{name}, std::string{payload}});
}

void entry::on_get_response(std::uint64_t ticket, protocol::outcome<protocol::resource_content> response) {
  submit(pending_get{ticket, std::move(response)});
}

void entry::on_reply(std::uint64_t ticket) { submit(pending_reply{ticket}); }

void entry::submit(pending p) {
  if (!queries_.empty()) {
    waiting_.push_back(std::move(p));
  } else {
    std::visit([this](auto& what) { handle(what); }, p);
  }
}

void entry::on_query_response(std::uint64_t ticket, protocol::outcome<protocol::query_result> response) {
  const auto query = queries_.find(ticket);
  if (query == queries_.end()) return;
  auto* v = query->second;
  queries_.erase(query);
  if (v) {
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
  while (queries_.empty() && !waiting_.empty()) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    std::visit([this](auto& what) { handle(what); }, next);
  }
}

// -- events -------------------------------------------------------------------

void entry::handle(const pending_event& e) {
  const auto kind = protocol::event_kind_of(e.name);
  switch (kind) {
    case event_kind::reaccess:
      for (auto who : watchers(nullptr)) port_.reaccess(who, 0);
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
  for (const auto& v : variants_) {
    if (!v->query || v->resetting) continue;
    const auto ticket = next_ticket_++;
    queries_.emplace(ticket, v.get());
    port_.send_query(ticket, *subject, *v->query);
  }
}

void entry::apply(variant& v, std::vector<protocol::query_event> events) {
  for (const auto& e : events) {
    const auto kind = protocol::event_kind_of(e.name);
    if (kind == event_kind::deleted) {
      tell(v, plain_event(kind, e.name, {}));
      return remove(v);
    }
    if (kind == event_kind::custom || kind == event_kind::create) {
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
  const auto l = std::ranges::find_if(
      links_, [&](const auto& each) { return !each.second.target && each.second.ticket == get.ticket; });
  if (l != links_.end()) {
    if (const auto* why = std::get_if<protocol::error>(&get.response)) return on_failed(l, *why);
    return on_loaded(l, std::get<protocol::resource_content>(std::move(get.response)));
  }
  const auto v =
      std::ranges::find_if(variants_, [&](const auto& each) { return each->resetting == get.ticket; });
  if (v != variants_.end()) on_reset_response(**v, std::move(get.response));
}

void entry::on_loaded(links::iterator l, protocol::resource_content content) {
  auto* v = find(content.query);
  if (!v) {
    auto query = std::move(content.query);
    variants_.push_back(
        std::make_unique<variant>(variant{next_resource_++, std::move(query), resource{std::move(content)}}));
    v = variants_.back().get();
  }
  auto& [query, target] = *l;
  target.target = v;
  for (auto who : target.watchers) port_.loaded(who, query, v->id, v->content.current());
  if (target.reset_again) start_reset(*v, 0);
}

void entry::on_failed(links::iterator l, const protocol::error& why) {
  for (auto who : l->second.watchers) port_.failed(who, l->first, why);
  links_.erase(l);
}

void entry::reset(bool resources, bool access, throttle_id throttle) {
  if (access) {
    for (auto who : watchers(nullptr)) port_.reaccess(who, throttle);
  }
  if (!resources) return;
  for (const auto& v : variants_) start_reset(*v, throttle);
  for (auto& [query, l] : links_) {
    if (!l.target) l.reset_again = true;
  }
}

void entry::start_reset(variant& v, throttle_id throttle) {
  if (v.resetting) {
    // The answer to come may be older than this reset: ask once more then.
    v.reset_again = true;
    return;
  }
  v.resetting = next_ticket_++;
  port_.send_get(v.resetting, v.query.value_or(""), throttle);
}

void entry::on_reset_response(variant& v, protocol::outcome<protocol::resource_content> response) {
  v.resetting = 0;
  const bool again = std::exchange(v.reset_again, false);
  if (const auto* why = std::get_if<protocol::error>(&response)) {
    if (why->is(protocol::errors::not_found().code)) {
      tell(v, plain_event(event_kind::deleted, "delete", {}));
      return remove(v);
    }
    port_.complain("a reset resource could not be fetched: " + why->code);
  } else {
    apply(v, std::get<protocol::resource_content>(std::move(response)));
  }
  if (again) start_reset(v, 0);
}

// -- variants -----------------------------------------------------------------

entry::variant* entry::find(const std::optional<std::string>& query) {
  const auto v = std::ranges::find_if(variants_, [&](const auto& each) { return each->query == query; });
  return v == variants_.end() ? nullptr : v->get();
}

/// Those who have a link to this variant open, or any link if none is given; each once.
std::vector<watcher_id> entry::watchers(const variant* of) const {
  std::vector<watcher_id> all;
  std::size_t sources = 0;
  for (const auto& [query, l] : links_) {
    if ((of && l.target != of) || l.watchers.empty()) continue;
    all.insert(all.end(), l.watchers.begin(), l.watchers.end());
    ++sources;
  }
  if (sources > 1) {
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
  }
  return all;
}

void entry::tell(const variant& v, const resource_event_ptr& event) {
  for (auto who : watchers(&v)) port_.event(who, v.id, event);
}

void entry::remove(variant& v) {
  // No query request for it is under way: what could remove it waits for those.
  std::erase_if(links_, [&v](const auto& l) { return l.second.target == &v; });
  std::erase_if(variants_, [&v](const auto& each) { return each.get() == &v; });
}

}  // namespace actorgate::cache
