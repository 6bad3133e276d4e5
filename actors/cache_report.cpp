#include "actors/cache_directory.hpp"
#include "actors/cache_entry.hpp"

// What directories and entries tell the inspector.

namespace actorgate::actors {

cache::walk_end cache_directory::report(std::vector<std::string>& trail, const cache::walk_bounds& bounds,
                                        std::string_view filter,
                                        std::vector<inspection::entry_row>& to) const {
  return cache::walk_on(
      entries_, trail, bounds,
      [this](const std::string& name) { return entries_.find(std::string_view{name}); },
      [](const auto& each) { return std::string{neighbour<cache_entry>(each).name().view()}; },
      [&](const auto& each) {
        auto& entry = neighbour<cache_entry>(each);
        if (entry.name().view().find(filter) == std::string_view::npos) return false;
        to.push_back(entry.report());
        return true;
      });
}

cache_entry* cache_directory::find(std::string_view name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : &neighbour<cache_entry>(*found);
}

inspection::entry_row cache_entry::report() {
  const auto told = machine_.report();
  inspection::entry_row row;
  row.name = name_.view();
  row.shard = static_cast<std::uint32_t>(book_.shard_of(name_));
  row.state = told.state;
  row.type = told.type;
  row.resources = told.resources;
  row.queries = told.links;
  row.bytes = told.bytes;
  row.events = events_;
  if (events_ > 0) {
    row.quiet_s = std::chrono::floor<std::chrono::seconds>(now().time_since_epoch()).count() - last_event_;
  }
  return row;
}

inspection::entry_detail cache_entry::report_all() {
  constexpr std::size_t first_links = 100;
  const auto told = machine_.report();
  const auto time = now();
  inspection::entry_detail all;
  all.entry = report();
  all.waiting = told.waiting;
  all.requests = told.requests;
  for (const auto& each : machine_.report_links(first_links)) {
    inspection::link_row row;
    row.query = each.query;
    row.normalised = each.normalised;
    row.state = each.state;
    row.type = each.type;
    row.values = each.values;
    row.bytes = each.bytes;
    row.version = each.version;
    row.shards = each.watchers;
    if (each.idle_since) {
      row.idle_s = std::chrono::floor<std::chrono::seconds>(time - *each.idle_since).count();
    }
    all.links.push_back(std::move(row));
  }
  return all;
}

bool cache_entry::drop() {
  if (machine_.in_use()) return false;
  machine_.expire(now());
  settle();
  return true;
}

}  // namespace actorgate::actors
