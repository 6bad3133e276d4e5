#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

/// Whether a page of the request's Origin may open a WebSocket. `allowed` holds `*` or origins, of which
/// ASCII case does not matter. A request without an origin is not from a browser and allowed, as is `null`.
bool origin_allowed(const handshake& said, const std::vector<std::string>& allowed);

/// The Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455, section 4.2.2).
std::string accept_key(std::string_view key);

/// The name as Go writes it, for services that look for it so: `x-forwarded-FOR` becomes `X-Forwarded-For`.
std::string canonical_header_name(std::string_view name);

/// The first header of that canonical name, or null.
const std::string* find_header(const handshake& said, std::string_view name);

}  // namespace actorgate::net
