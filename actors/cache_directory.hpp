#pragma once
#include <string_view>

#include "actors/address_book.hpp"
#include "actors/lean_actor.hpp"
#include "actors/messages.hpp"
#include "actors/named_set.hpp"

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

private:
  cache_entry& entry_of(const shared_text& name);

  const address_book& book_;
  named_set<cache_entry, entry_actor> entries_;
};

}  // namespace actorgate::actors
