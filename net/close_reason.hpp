#pragma once
#include <cstdint>
#include <string_view>

namespace actorgate::net {

/// Why a WebSocket ends. Each has a status code (RFC 6455, section 7.4) and a text, which go into the close
/// frame; the code is what a page sees, the enumerator what a log and a metric count.
///
/// A client should come back, with a growing delay, after everything but `protocol_error`,
/// `unsupported_data`, `invalid_payload`, `policy_violation` and `too_big`: those it would only provoke
/// again.
enum class close_reason : std::uint8_t {
  /// When we have nothing more to say and the client did nothing wrong. 1000
  normal,
  /// When the client's close frame came first, whatever its code; the code is echoed. 1000
  closed_by_peer,
  /// When the gateway shuts down. 1001
  going_away,
  /// When the client's frames break RFC 6455. 1002
  protocol_error,
  /// When a message is of a kind that we do not take. Never happens with RES: binary messages are read as
  /// text. 1003
  unsupported_data,
  /// When a text message or a close reason is not UTF-8. 1007
  invalid_payload,
  /// When the client may not go on, for instance because it is over a limit that it could have kept. 1008
  policy_violation,
  /// When a message is so much too long that it is not worth reading to its end. 1009
  too_big,
  /// When something failed inside the gateway. 1011
  internal_error,
  /// When the gateway is full and takes no more connections. 1013
  try_again_later,
  /// When more is queued for the client than the limit. A code of our own, so that a page and a log can tell
  /// it
  /// from an overloaded gateway (1013): coming back is right, but the client itself was too slow. 4001
  slow_consumer,
  /// When the client has been silent for two heartbeats and left our ping unanswered. 4002
  idle_timeout,
  /// When an operator has asked for it. 4003
  closed_by_operator,
  /// When TCP ended without a close frame: reset, end of stream or network failure. 1006, which never
  /// travels.
  peer_gone,
};

/// The status code of the close frame; 1006 for `peer_gone`, which has none.
std::uint16_t close_code(close_reason r) noexcept;
/// The text of the close frame: ASCII, at most 123 bytes.
std::string_view to_string(close_reason r) noexcept;
/// The enumerator.
std::string_view name_of(close_reason r) noexcept;
/// The reason that stands for a status code, for failures that a decoder reports by code; `internal_error`
/// for codes that no reason has.
close_reason close_reason_of(std::uint16_t code) noexcept;

}  // namespace actorgate::net
