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

/// Passes a command on to the entry, which is made if there is none.
template <class Command>
void cache_directory::pass_on(Command& command) {
  auto& [entry, passed] = entries_[command.name];
  if (!entry) entry = spawn_lean<cache_entry>(home_system(), home(), book_, command.name);
  ++passed;
  send(entry, std::move(command));
}

void cache_directory::on(open_resource& command) { pass_on(command); }

void cache_directory::on(read_resource& command) { pass_on(command); }

void cache_directory::on(close_resource& command) {
  const auto found = entries_.find(command.name);
  if (found == entries_.end()) return;
  ++found->second.passed;
  send(found->second.entry, std::move(command));
}

void cache_directory::on(ask_behind& command) {
  const auto found = entries_.find(command.name);
  if (found == entries_.end()) return send(book_.nats, std::move(command.request));
  send(found->second.entry, std::move(command));
}

void cache_directory::on(entry_emptied& fact) {
  const auto found = entries_.find(fact.name);
  if (found == entries_.end()) return;
  const auto& [entry, passed] = found->second;
  if (entry.id() != fact.entry || passed != fact.served) return;
  entries_.erase(found);
  // Not by the entry itself: the next entry of this name must not have its subscription ended.
  send(book_.nats, unsubscribe_events{std::move(fact.name)});
}

void cache_directory::on(reset_resources& command) {
  const auto resources = patterns_of(command.patterns->resources);
  const auto access = patterns_of(command.patterns->access);
  for (const auto& [name, known] : entries_) {
    const reset_entry reset{any_matches(resources, name), any_matches(access, name), command.throttle};
    if (reset.resources || reset.access) send(known.entry, reset);
  }
}

}  // namespace actorgate::actors
