#pragma once
#include <string_view>

#include "actors/address_book.hpp"
#include "actors/lean_actor.hpp"
#include "actors/messages.hpp"
#include "actors/named_set.hpp"
#include "cache/walk.hpp"
#include "inspection/answers.hpp"

namespace actorgate::actors {

class cache_entry;

/// See `directory_actor`.
class cache_directory final : public lean_actor<cache_directory, directory_actor> {
public:
  static constexpr auto actor_name = "cache_directory";

  cache_directory(caf::actor_config& config, caf::execution_unit* home, const address_book& book)
      : lean_actor(config, home), book_(book) {}

  void on(open_resource& command);
  void on(close_resource& command);
  void on(read_resources& command);
  void on(send_request& request);
  void on(entry_emptied& fact);
  void on(reset_resources& command);

  // -- called by the inspector

  std::size_t entries() const { return entries_.size(); }
  /// Tells of some of the entries whose names have `filter` in them.
  cache::walk_end report(std::vector<std::string>& trail, const cache::walk_bounds& bounds,
                         std::string_view filter, std::vector<inspection::entry_row>& to) const;
  /// Null if there is none.
  cache_entry* find(std::string_view name) const;

private:
  cache_entry& entry_of(const shared_text& name);

  const address_book& book_;
  named_set<cache_entry, entry_actor> entries_;
};

}  // namespace actorgate::actors
