#include <algorithm>
#include <deque>
#include <unordered_map>

#include "cache/client_view.hpp"

namespace actorgate::cache {
namespace {

std::string_view state_of(const subscription& s) {
  if (s.is<subscription::loading>()) return "loading";
  if (s.is<subscription::loaded>()) return "loaded";
  if (s.is<subscription::sent>()) return "sent";
  return s.is<subscription::failed>() ? "failed" : "deleted";
}

std::string_view access_of(const subscription& s) {
  if (s.access == subscription::access_state::unknown) return "unknown";
  if (s.access == subscription::access_state::asking) return "asking";
  return s.rights.get ? "granted" : "denied";
}

subscription_report report_of(const subscription& s) {
  return {std::string{s.rid.view()}, state_of(s), s.direct, s.holders, s.pending, access_of(s),
          s.has().held.size()};
}

std::string name_of(const held_item& item) {
  if (const auto* event = std::get_if<relayed_event_ptr>(&item)) return "event " + (*event)->event->name;
  return std::holds_alternative<held_reply>(item) ? "reply" : "reaccess";
}

std::vector<std::string_view> waits_of(const subscription& s) {
  std::vector<std::string_view> what;
  if (s.is<subscription::loading>()) what.emplace_back("the resource");
  if (s.busy == subscription::busy_with::references) what.emplace_back("references of an event");
  if (s.access == subscription::access_state::asking) what.emplace_back("access");
  return what;
}

bool is_root(const subscription& s) { return s.direct > 0 || s.pending > 0; }

/// A search from all roots at once along references: the path that it finds is the shortest.
class search {
public:
  explicit search(std::size_t bound) : left_(bound) {}

  bool begin(const subscription& root) { return step(root, nullptr); }
  /// Whether there was anything to go on from.
  bool go_on() {
    if (open_.empty() || left_ == 0) return false;
    const auto* from = open_.front();
    open_.pop_front();
    for (const auto& edge : from->references) {
      if (!step(*edge.to, from)) break;
    }
    return true;
  }
  bool has(const subscription& s) const { return came_from_.contains(&s); }
  bool exhausted() const { return left_ == 0; }
  std::vector<std::string_view> path_to(const subscription& s) const {
    std::vector<std::string_view> path;
    for (const auto* at = &s; at; at = came_from_.at(at)) path.emplace_back(at->rid.view());
    std::ranges::reverse(path);
    return path;
  }

private:
  /// Whether there may be another one.
  bool step(const subscription& to, const subscription* from) {
    if (left_ == 0) return false;
    --left_;
    if (came_from_.emplace(&to, from).second) open_.push_back(&to);
    return true;
  }

  std::size_t left_;
  std::unordered_map<const subscription*, const subscription*> came_from_;
  std::deque<const subscription*> open_;
};

}  // namespace

walk_end client_view::report(std::vector<std::string>& trail, const walk_bounds& bounds,
                             std::vector<subscription_report>& to) const {
  return subscriptions_.visit([&](const auto& all) {
    return walk_on(
        all, trail, bounds, [&all](const std::string& rid) { return subscription_set::place_in(all, rid); },
        [](const auto& each) { return std::string{each->rid.view()}; },
        [&to](const auto& each) { return to.push_back(report_of(*each)), true; });
  });
}

std::optional<reason_report> client_view::explain(std::string_view rid, std::size_t bound) const {
  const auto* found = subscriptions_.find(rid);
  if (!found) return std::nullopt;
  const auto& s = **found;
  reason_report r{.subscription = report_of(s), .needed = s.pins, .rights = s.rights, .waits = waits_of(s)};
  constexpr std::size_t enough = 20;
  for (const auto& item : s.has().held) {
    if (r.held.size() == enough) break;
    r.held.push_back(name_of(item));
  }
  search from_roots{bound};
  if (is_root(s)) {
    from_roots.begin(s);
  } else {
    subscriptions_.visit([&](const auto& all) {
      for (const auto& each : all) {
        if (is_root(*each) && !from_roots.begin(*each)) break;
      }
    });
    while (!from_roots.has(s) && from_roots.go_on()) {
    }
  }
  if (from_roots.has(s)) r.path = from_roots.path_to(s);
  r.searched_all = !r.path.empty() || !from_roots.exhausted();
  return r;
}

}  // namespace actorgate::cache
