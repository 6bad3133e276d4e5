#pragma once
#include <functional>

#include <boost/unordered/unordered_flat_map.hpp>

#include "actors/address_book.hpp"
#include "actors/lean_actor.hpp"
#include "actors/messages.hpp"

namespace actorgate::actors {

class cache_entry;

/// See `directory_actor`. Counts its calls of an entry: one that has become empty is let go of
/// only if it has seen all of that.
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
  struct record {
    entry_actor entry;
    std::uint32_t passed = 0;
  };

  cache_entry& entry_of(const shared_text& name);

  const address_book& book_;
  boost::unordered_flat_map<shared_text, record, shared_text::hash, std::equal_to<>> entries_;
};

}  // namespace actorgate::actors
