#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace actorgate::net {

/// The payload of a message under permessage-deflate without context takeover (RFC 7692, section 7.2.1).
/// Lies in scratch space of the thread, and is valid until it calls again. Empty if there was no memory.
std::string_view deflate_message(std::string_view message);

struct inflated_message {
  enum class verdict : std::uint8_t {
    whole,
    too_long,  ///< `text` is the beginning, as long as the limit
    invalid,   ///< no deflated data, or not to its end; or no memory
  };
  verdict what;
  std::string_view text;
};

/// A message back from its payload (RFC 7692, section 7.2.2), no more than `limit` bytes of it however small
/// the payload is. Lies in scratch space of the thread, too.
inflated_message inflate_message(std::string_view payload, std::size_t limit);
/// As much of a message as the beginning of its payload tells, up to `limit` bytes.
std::string_view inflate_beginning(std::string_view payload, std::size_t limit);

}  // namespace actorgate::net
