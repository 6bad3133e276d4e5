#include <algorithm>

#include "cache/entry.hpp"

namespace actorgate::cache {

std::string_view entry::state() const {
  if (empty()) return "gone";
  if (is_busy()) return "busy";
  bool resetting = false;
  if (affairs_) {
    for (const auto& [ticket, asked] : affairs_->requests) {
      if (asked.asker) return "requested";
      resetting |= asked.subject && !asked.is_query;
    }
  }
  if (resetting) return "resetting";
  return in_use() ? "loaded" : "idle";
}

entry_report entry::report() const {
  entry_report r;
  r.state = state();
  r.resources = variants_.size();
  r.links = links_.size();
  r.waiting = affairs_ ? affairs_->waiting.size() : 0;
  r.requests = affairs_ ? affairs_->requests.size() : 0;
  constexpr std::size_t enough = 1000;
  std::size_t looked = 0;
  variants_.for_each_while([&](const auto& each) {
    const auto& content = each.second.content;
    const std::string_view type = content.is_model() ? "model" : "collection";
    r.type = r.type.empty() || r.type == type ? type : "mixed";
    r.bytes += content.weight();
    return ++looked < enough;
  });
  return r;
}

std::vector<link_report> entry::report_links(std::size_t limit) const {
  std::vector<link_report> all;
  links_.for_each_while([&](const auto& each) {
    const auto& l = each.second;
    link_report r{.query = each.first.view(), .state = "requested", .watchers = l.watchers.size()};
    if (const auto* v = l.target) {
      if (*v->query) r.normalised = (*v->query)->view();
      r.state = v->resetting ? "resetting" : v->queried ? "querying" : "loaded";
      r.type = v->content.is_model() ? "model" : "collection";
      r.values = v->content.known_values();
      r.bytes = v->content.weight();
      r.version = v->content.version();
    }
    if (l.watchers.empty()) r.idle_since = l.idle->since;
    all.push_back(std::move(r));
    return all.size() < limit;
  });
  return all;
}

}  // namespace actorgate::cache
