#include "actors/cache_directory.hpp"

#include <algorithm>
#include <vector>

#include "actors/cache_entry.hpp"
#include "protocol/pattern.hpp"

namespace actorgate::actors {
namespace {

std::vector<protocol::name_pattern> patterns_of(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

bool any_matches(const std::vector<protocol::name_pattern>& patterns, std::string_view name) {
  return std::ranges::any_of(patterns, [name](const auto& p) { return p.matches(name); });
}

}  // namespace

/// The entry of that name, about to be called; it is made if there is none.
cache_entry& cache_directory::entry_of(const shared_text& name) {
  auto found = entries_.find(name.view());
  if (found == entries_.end()) {
    found = entries_.insert(spawn_lean<cache_entry>(home_system(), home(), book_, name)).first;
  }
  return neighbour<cache_entry>(*found);
}

void cache_directory::on(open_resource& command) { entry_of(command.name).open(command); }

void cache_directory::on(read_resources& command) {
  slots_loaded known;
  for (const auto& each : command.what) {
    if (auto content = entry_of(each.name).read(command.connection, each)) {
      known.slots.push_back({each.slot, std::move(content)});
    }
  }
  if (!known.slots.empty()) send(command.connection, std::move(known));
}

void cache_directory::on(close_resource& command) {
  const auto found = entries_.find(command.name.view());
  if (found != entries_.end()) neighbour<cache_entry>(*found).close(command);
}

void cache_directory::on(send_request& request) { send(book_.nats, std::move(request)); }

void cache_directory::on(entry_emptied& fact) {
  const auto found = entries_.find(fact.name.view());
  if (found == entries_.end() || !neighbour<cache_entry>(*found).empty()) return;
  entries_.erase(found);
  // Not by the entry itself: the next entry of this name must not have its subscription ended.
  send(book_.nats, unsubscribe_events{std::move(fact.name)});
}

void cache_directory::on(reset_resources& command) {
  const auto resources = patterns_of(command.patterns->resources);
  const auto access = patterns_of(command.patterns->access);
  for (const auto& each : entries_) {
    auto& entry = neighbour<cache_entry>(each);
    entry.reset(any_matches(resources, entry.name()), any_matches(access, entry.name()), command.throttle);
  }
}

}  // namespace actorgate::actors
