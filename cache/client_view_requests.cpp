// The requests of a client view: from asking to answering.
#include <algorithm>
#include <functional>
#include <utility>

#include "cache/client_view.hpp"

namespace actorgate::cache {

using access_state = subscription::access_state;
using protocol::request_kind;

void client_view::subscribe(std::uint64_t id, std::string_view rid) {
  request(task_kind::subscribe, {id, request_kind::subscribe}, rid);
}
void client_view::get(std::uint64_t id, std::string_view rid) {
  request(task_kind::get, {id, request_kind::get}, rid);
}
void client_view::subscribe_response(std::uint64_t id, std::string_view rid, request_kind asked) {
  request(task_kind::response, {id, asked}, rid);
}

void client_view::request(task_kind kind, request_tag tag, std::string_view rid) {
  task t{.kind = kind, .tag = tag};
  if (t.subscribes() && !may_subscribe(find(rid))) {
    return port_.refuse(tag, protocol::errors::subscription_limit_exceeded());
  }
  auto& s = obtain(rid, limits_.throttle_references ? next_tree_++ : 0, false);
  pin(s);
  if (t.subscribes()) {
    ++s.pending;
    ++asked_;
  }
  ++requests_;
  t.subject = &s;
  t.roots = {&s};
  begin_walk(t);
  const auto task_number = next_task_++;
  tasks_.emplace(task_number, std::move(t));
  require_access(s);
  try_finish(task_number);
  settle();
}

bool client_view::may_subscribe(const subscription* s) const {
  return asked_ < limits_.resources && (!s || s->direct + s->pending < limits_.direct_per_resource);
}

void client_view::unsubscribe(std::uint64_t id, std::string_view rid, std::uint64_t count) {
  const request_tag tag{id, request_kind::unsubscribe};
  auto* s = find(rid);
  if (!s || count > std::uint64_t{s->direct} + s->pending) {
    return port_.refuse(tag, protocol::errors::no_subscription());
  }
  port_.respond(tag, {});
  const auto answered = static_cast<std::uint16_t>(std::min<std::uint64_t>(count, s->direct));
  s->direct = static_cast<std::uint16_t>(s->direct - answered);
  asked_ -= answered;
  graph_.suspect(*s);
  // What has not been answered yet never will be with a resource; the latest first.
  if (count > answered) {
    std::vector<task_id> unanswered;
    for (const auto& [number, t] : tasks_) {
      if (t.subject == s && t.subscribes()) unanswered.push_back(number);
    }
    std::ranges::sort(unanswered, std::greater{});
    unanswered.resize(count - answered);
    for (auto number : unanswered) refuse_request(number, protocol::errors::unsubscribed());
  }
  settle();
}

void client_view::call(std::uint64_t ticket, std::string_view rid, std::string_view method) {
  waiting_call call{ticket, std::string{method}};
  auto* s = find(rid);
  if (!s) {
    return ask_for_call({.rid = std::string{rid}, .call = std::move(call)});
  }
  if (s->access == access_state::known) return answer(call, s->rights);
  pin(*s);
  s->make_own().calls.push_back(std::move(call));
  require_access(*s);
}

/// Goes on with a task that has been waiting, as far as it gets.
void client_view::try_finish(task_id id) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return;
  auto& t = found->second;
  if (t.asks()) {
    auto& s = *t.subject;
    if (s.access != access_state::known) {
      require_access(s);
      s.make_own().waiters.push_back(id);
      return;
    }
    if (!s.rights.get) return refuse_request(id, protocol::errors::access_denied());
    // Deleted since it was asked for: a dead copy is no answer.
    obtain(s.rid, s.tree, false);
  }
  // What it has come by may have been destroyed.
  if (t.burials != burials_) begin_walk(t);
  if (!walk(id, t)) return;
  t.asks() ? finish_request(id) : finish_event(id);
}

void client_view::begin_walk(task& t) {
  t.open = t.roots;
  t.walked.clear();
  t.burials = burials_;
}

/// Walks over the tree of what the client does not know yet. False if it came to something that is still
/// loading: it goes on from there when that is done.
bool client_view::walk(task_id id, task& t) {
  while (!t.open.empty()) {
    auto* s = t.open.back();
    if (s->is<subscription::loading>()) {
      s->make_own().waiters.push_back(id);
      return false;
    }
    t.open.pop_back();
    if (!s->is<subscription::loaded>() || s->references.empty() || !t.walked.insert(s).second) continue;
    for (const auto& edge : s->references) t.open.push_back(edge.to);
  }
  return true;
}

/// What the client does not know yet of the trees that a task brings, those that have begun to load again
/// included.
std::vector<subscription*> client_view::unknown_below(const task& t) {
  const auto mark = graph_.next_mark();
  std::vector<subscription*> news;
  auto open = t.roots;
  std::ranges::reverse(open);
  while (!open.empty()) {
    auto* s = open.back();
    open.pop_back();
    if (s->mark == mark || s->known()) continue;
    s->mark = mark;
    news.push_back(s);
    if (!s->is<subscription::loaded>()) continue;
    for (const auto& edge : s->references) open.push_back(edge.to);
  }
  return news;
}

protocol::resource_set client_view::to_set(const std::vector<subscription*>& news) const {
  protocol::resource_set set;
  for (const auto* s : news) {
    if (const auto* failed = std::get_if<subscription::failed>(&s->state)) {
      set.add(s->rid, *failed->why);
    } else {
      const auto& content = *std::get<subscription::loaded>(s->state).content;
      const bool current = version_.knows_data_values();
      set.add(s->rid, content.is_model,
              current ? content.json.view()
                      : std::string_view{protocol::legacy_content(content.is_model, content.json)});
    }
  }
  return set;
}

void client_view::finish_request(task_id id) {
  auto& t = tasks_.at(id);
  if (const auto* failed = std::get_if<subscription::failed>(&t.subject->state)) {
    const auto why = *failed->why;
    return refuse_request(id, why);
  }
  const auto news = unknown_below(t);
  if (std::ranges::any_of(news, &subscription::is<subscription::loading>)) {
    begin_walk(t);
    return try_finish(id);
  }
  const auto done = take(id);
  auto& s = *done.subject;
  if (done.kind == task_kind::response) {
    port_.respond(done.tag, protocol::rid_result(s.rid, to_set(news)));
  } else {
    port_.respond(done.tag, protocol::set_result(to_set(news)));
  }
  if (done.subscribes()) {
    --s.pending;
    ++s.direct;
    become_known(news);
  }
  unpin(s);
}

void client_view::refuse_request(task_id id, const protocol::error& why) {
  const auto refused = take(id);
  auto& s = *refused.subject;
  if (refused.kind == task_kind::response) {
    protocol::resource_set set;
    set.add(s.rid, why);
    port_.respond(refused.tag, protocol::rid_result(s.rid, set));
  } else {
    port_.refuse(refused.tag, why);
  }
  if (refused.subscribes()) {
    --s.pending;
    --asked_;
  }
  unpin(s);
}

client_view::task client_view::take(task_id id) {
  const auto found = tasks_.find(id);
  auto t = std::move(found->second);
  tasks_.erase(found);
  if (t.asks()) --requests_;
  return t;
}

}  // namespace actorgate::cache
