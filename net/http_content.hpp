#pragma once
#include <cstddef>

#include "net/http_message.hpp"

namespace actorgate::net {

/// Fits a complete answer to what the client has and understands (RFC 9110, sections 8.8.3, 12.5.3 and
/// 13.1.2). Only answers with status 200 and a body are touched:
///
/// - GET and HEAD: `ETag`, a hash of the body, unless the answer has one, and `Cache-Control: no-cache`,
///   likewise. If `If-None-Match` names the tag, the answer becomes 304 without a body.
/// - GET, HEAD and POST: from `gzip_min` to `gzip_max` bytes the body is compressed if the client takes gzip;
///   its tag then ends in `-gz`. An answer that has a Content-Encoding is left as it is.
///
/// Two gateways of the same build give equal tags to equal bodies.
void negotiate(const http_request& request, http_response& response);

/// Below, everything fits into one packet anyway; above, compressing would keep a shard's other clients
/// waiting.
inline constexpr std::size_t gzip_min = 1400, gzip_max = 1u << 20;

}  // namespace actorgate::net
