#include <charconv>

#include "actors/connection.hpp"
#include "actors/hub.hpp"
#include "actors/relay.hpp"

// What hubs and relays tell the inspector.

namespace actorgate::actors {
namespace {

caf::actor_id to_id(const std::string& text) {
  caf::actor_id id = caf::invalid_actor_id;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id;
}

bool matches(const inspection::connection_row& row, std::string_view filter) {
  const auto has = [filter](const std::string& text) { return text.find(filter) != std::string::npos; };
  return filter.empty() || has(row.cid) || has(row.address) || has(row.token_id);
}

}  // namespace

cache::walk_end hub::report(std::vector<std::string>& trail, const cache::walk_bounds& bounds,
                            std::string_view filter, std::vector<inspection::connection_row>& to) {
  return cache::walk_on(
      connections_, trail, bounds, [this](const std::string& key) { return connections_.find(to_id(key)); },
      [](const auto& each) { return std::to_string(each.id()); },
      [&](const auto& each) {
        auto row = neighbour<connection>(each).report();
        if (!matches(row, filter)) return false;
        to.push_back(std::move(row));
        return true;
      });
}

cache::walk_end hub::find(std::string_view cid, std::vector<std::string>& trail,
                          const cache::walk_bounds& bounds, connection_actor& found) {
  return cache::walk_on(
      connections_, trail, bounds, [this](const std::string& key) { return connections_.find(to_id(key)); },
      [](const auto& each) { return std::to_string(each.id()); },
      [&](const auto& each) {
        if (neighbour<connection>(each).cid() != cid) return false;
        found = each;
        return true;
      });
}

inspection::subscribers_row hub::report_subscribers(std::string_view name) {
  const auto found = relays_.find(name);
  auto row = found == relays_.end() ? inspection::subscribers_row{} : neighbour<relay>(*found).report();
  row.shard = shard_;
  return row;
}

inspection::subscribers_row relay::report() {
  constexpr std::uint64_t enough = 1000;
  inspection::subscribers_row row;
  const auto count = [&row](auto& each) {
    each.second.settle();
    row.clients += each.second.clients().size();
    return ++row.rids < enough;
  };
  queries_.for_each_while([&](auto& query) {
    query.second.groups.for_each_while(count);
    return row.rids < enough;
  });
  return row;
}

}  // namespace actorgate::actors
