#include "net/close_reason.hpp"

#include <array>
#include <cstddef>

namespace actorgate::net {
namespace {

struct entry {
  close_reason reason;
  std::uint16_t code;
  std::string_view name, text;
};

constexpr std::array<entry, 14> table{{
    {close_reason::normal, 1000, "normal", "bye"},
    {close_reason::closed_by_peer, 1000, "closed_by_peer", "closed by peer"},
    {close_reason::going_away, 1001, "going_away", "shutting down"},
    {close_reason::protocol_error, 1002, "protocol_error", "protocol error"},
    {close_reason::unsupported_data, 1003, "unsupported_data", "unsupported data"},
    {close_reason::invalid_payload, 1007, "invalid_payload", "invalid UTF-8"},
    {close_reason::policy_violation, 1008, "policy_violation", "policy violation"},
    {close_reason::too_big, 1009, "too_big", "message too big"},
    {close_reason::internal_error, 1011, "internal_error", "internal error"},
    {close_reason::try_again_later, 1013, "try_again_later", "try again later"},
    {close_reason::slow_consumer, 4001, "slow_consumer", "slow consumer"},
    {close_reason::idle_timeout, 4002, "idle_timeout", "idle timeout"},
    {close_reason::closed_by_operator, 4003, "closed_by_operator", "closed by operator"},
    {close_reason::peer_gone, 1006, "peer_gone", "peer gone"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].reason) != i) return false;
  }
  return static_cast<std::size_t>(close_reason::peer_gone) + 1 == table.size();
}
static_assert(in_order());

constexpr const entry& at(close_reason r) { return table[static_cast<std::size_t>(r)]; }

}  // namespace

std::uint16_t close_code(close_reason r) noexcept { return at(r).code; }

std::string_view to_string(close_reason r) noexcept { return at(r).text; }

std::string_view name_of(close_reason r) noexcept { return at(r).name; }

close_reason close_reason_of(std::uint16_t code) noexcept {
  for (const auto& e : table) {
    if (e.code == code) return e.reason;
  }
  return close_reason::internal_error;
}

}  // namespace actorgate::net
