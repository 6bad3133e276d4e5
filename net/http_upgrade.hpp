#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "net/handshake.hpp"

namespace actorgate::net {

/// What a request is that carries `Upgrade: websocket` or does not (RFC 6455, section 4.2.1).
enum class upgrade_verdict : std::uint8_t {
  none,           ///< asks for no WebSocket
  valid,          ///< may be answered with 101
  malformed,      ///< 400
  wrong_version,  ///< 426, with `Sec-WebSocket-Version: 13`
};

/// Judges a request by its method, HTTP version (11 for 1.1) and headers.
upgrade_verdict judge_upgrade(std::string_view method, unsigned version, const handshake& said);

/// Our Sec-WebSocket-Extensions to those that a client offers: the first permessage-deflate that we can take
/// (RFC 7692, section 5), without context takeover on either side. Empty: none.
std::string deflate_answer(const http_headers& headers);

/// The Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455, section 4.2.2).
std::string accept_key(std::string_view key);

}  // namespace actorgate::net
