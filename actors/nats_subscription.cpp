#include "actors/nats_subscription.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>

namespace actorgate::actors {

void system_subscription::on(event_arrived& event) {
  const auto subject = event.message->subject();
  if (subject == "system.reset") {
    auto reset = protocol::read_reset_event(event.message->data());
    if (!reset) return spdlog::warn("a system reset makes no sense: {}", event.message->data());
    const auto throttle = book_.config.reset_throttle ? next_reset_++ : 0;
    const auto patterns = std::make_shared<const protocol::reset_event>(*std::move(reset));
    for (const auto& place : book_.places) send(place.directory, reset_resources{patterns, throttle});
  } else if (subject == "system.tokenReset") {
    auto reset = protocol::read_token_reset_event(event.message->data());
    if (!reset) return spdlog::warn("a system token reset makes no sense: {}", event.message->data());
    std::ranges::sort(reset->tids);
    const auto which = std::make_shared<const protocol::token_reset_event>(*std::move(reset));
    for (const auto& place : book_.places) send(place.hub, reset_tokens{which});
  }
}

}  // namespace actorgate::actors
