#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace actorgate::protocol {

/// What a gateway of a cluster is up to.
enum class node_state : std::uint8_t {
  serving,
  draining,  ///< clients are sent away
  gone,      ///< this is its last word: it has no connection any more
};
std::string_view to_string(node_state state);

/// What a gateway says of itself to all who listen on NATS: other gateways, services, operators.
struct node_report {
  std::string id = {};       ///< see `is_valid_node_id`
  std::string version = {};  ///< of the gateway
  std::string host = {};
  std::int64_t pid = 0;
  std::chrono::milliseconds started{};  ///< since 1970, UTC; with another one, it is another process
  std::string clients = {};             ///< address and port for clients
  std::string inspect = {};             ///< address and port for inspection; empty: none
  std::uint64_t connections = 0, subscriptions = 0, resources = 0;
  node_state state = node_state::serving;
  std::chrono::milliseconds interval{};  ///< until its next report; silent for three, it is gone

  bool operator==(const node_report&) const = default;
};

/// Reports are published on `actorgate.node.<id>.heartbeat`.
std::string node_subject(std::string_view id);
inline constexpr std::string_view all_nodes = "actorgate.node.*.heartbeat";

/// Whether it is up to 64 letters, digits, dashes and underscores: one token of a NATS subject.
bool is_valid_node_id(std::string_view id);

std::string write_node_report(const node_report& report);
/// Nothing if it is none: no JSON, of more than 4 KiB, without a valid id or an interval between 50 ms and an
/// hour, with a state that is not known, a number that is negative or above 9e12, or a text that is not
/// printable ASCII of up to 255 characters.
/// Members that are not known are for later versions.
std::optional<node_report> read_node_report(std::string_view text);

}  // namespace actorgate::protocol
