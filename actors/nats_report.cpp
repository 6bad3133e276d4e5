#include <array>
#include <charconv>

#include "actors/connection.hpp"
#include "actors/nats_gateway.hpp"

// What the nats_gateway tells the inspector.

namespace actorgate::actors {
namespace {

constexpr std::array<const char*, 5> type_names{"get", "access", "call", "auth", "query"};
constexpr std::array<const char*, 3> state_names{"queued", "sent", "pausing"};

std::uint64_t to_id(const std::string& text) {
  std::uint64_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id;
}

/// What is left of a subject when its type and, for calls, its method are taken away.
std::string name_in(std::string_view subject, service_request type) {
  const bool has_method = type == service_request::call || type == service_request::auth;
  const auto begin = std::min(subject.find('.'), subject.size());
  const auto end = has_method ? std::max(subject.rfind('.'), begin) : subject.size();
  return begin == end ? std::string{} : std::string{subject.substr(begin + 1, end - begin - 1)};
}

}  // namespace

connection_actor nats_gateway::find_connection(std::string_view cid) const {
  const auto found = connections_.find(cid);
  return found == connections_.end() ? connection_actor{} : found->second;
}

cache::walk_end nats_gateway::report(std::vector<std::string>& trail, const cache::walk_bounds& bounds,
                                     std::string_view filter, std::vector<inspection::nats_row>& to) const {
  const auto take = [&](std::string subject) {
    if (subject.find(filter) == std::string::npos) return false;
    to.push_back({std::move(subject)});
    return true;
  };
  if (trail.empty()) {
    for (auto& each : common_subjects()) take(std::move(each.subject));
  }
  return cache::walk_on(
      events_, trail, bounds,
      [this](const std::string& name) { return events_.find(std::string_view{name}); },
      [](const auto& each) { return std::string{each.first.view()}; },
      [&](const auto& each) { return take("event." + std::string{each.first.view()} + ".*"); });
}

cache::walk_end nats_gateway::report(std::vector<std::string>& trail, const cache::walk_bounds& bounds,
                                     std::vector<inspection::request_row>& to) {
  const auto time = now();
  return cache::walk_on(
      pending_, trail, bounds, [this](const std::string& id) { return pending_.find(to_id(id)); },
      [](const auto& each) { return std::to_string(each.first); },
      [&](const auto& each) {
        const auto& p = each.second;
        inspection::request_row row;
        row.id = each.first;
        row.type = type_names[static_cast<std::size_t>(p.type)];
        row.name = p.route.name.empty() ? name_in(p.subject, p.type) : p.route.name;
        if (p.route.connection) row.cid = neighbour<connection>(p.route.connection).cid();
        row.state = state_names[static_cast<std::size_t>(p.is)];
        row.age_ms = std::chrono::floor<std::chrono::milliseconds>(time - p.sent_at).count();
        to.push_back(std::move(row));
        return true;
      });
}

}  // namespace actorgate::actors
