#include "actors/client_group.hpp"

#include <algorithm>
#include <utility>

namespace actorgate::actors {
namespace {

auto place_of(const client_group::client& c) { return std::pair{c.connection.operator->(), c.slot}; }

}  // namespace

void client_group::add(client c) {
  if (!crowd_ && !one_.connection) {
    one_ = std::move(c);
    return;
  }
  if (!crowd_) {
    crowd_ = std::make_unique<crowd>();
    crowd_->clients.push_back(std::exchange(one_, {}));
  }
  crowd_->clients.push_back(std::move(c));
}

void client_group::leave(const connection_actor& connection, cache::slot_id slot) {
  client leaver{connection, slot};
  if (!crowd_) {
    if (place_of(one_) == place_of(leaver)) one_ = {};
    return;
  }
  auto& [clients, leaving] = *crowd_;
  leaving.push_back(std::move(leaver));
  if (leaving.size() * 2 >= clients.size()) settle();
}

void client_group::settle() {
  if (!crowd_ || crowd_->leaving.empty()) return;
  auto leaving = std::exchange(crowd_->leaving, {});
  std::ranges::sort(leaving, {}, place_of);
  std::erase_if(crowd_->clients, [&](const client& c) {
    return std::ranges::binary_search(leaving, place_of(c), {}, place_of);
  });
}

void client_group::remove_loaded() {
  if (crowd_) {
    std::erase_if(crowd_->clients, [](const client& c) { return c.loaded; });
  } else if (one_.loaded) {
    one_ = {};
  }
}

}  // namespace actorgate::actors
