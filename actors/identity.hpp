#pragma once
#include <array>
#include <string>

#include "net/handshake.hpp"

namespace actorgate::actors {

/// A new connection id: random letters and digits (89 bits), unique among all gateways and fit for a subject.
std::array<char, 15> make_cid();

/// The headers that put what services do for this client into its trace: its `traceparent`, and its
/// `tracestate` if there is one. Null without a valid `traceparent` (W3C Trace Context, section 3.2).
net::shared_headers trace_headers(const net::handshake& said);

/// What a client said at its handshake, as an auth request has it:
/// `"header":{...},"host":...,"remoteAddr":..., "uri":...`. Bytes that are not UTF-8 become question marks.
std::string describe(const net::handshake& said);

}  // namespace actorgate::actors
