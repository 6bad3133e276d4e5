#pragma once
#include <string>
#include <vector>

#include "net/http_message.hpp"

namespace actorgate::net {

/// Which pages may talk to the gateway (Fetch, "CORS protocol").
struct cors_policy {
  /// `*`, or origins such as `https://example.com`. ASCII case does not matter.
  std::vector<std::string> allow_origin = {"*"};
  /// Whether pages may read answers to requests that carried cookies: headerAuth is configured.
  bool credentials = false;
  std::string allow_methods = "GET, HEAD, OPTIONS, POST";  ///< what OPTIONS answers
};

/// Whether a page of the request's Origin is welcome. A request without an origin is not from a browser and
/// allowed, as is `null`.
bool origin_allowed(const handshake& said, const cors_policy& policy);

/// Gives the answer its CORS headers: for a GET and the like what lets a page read it, for OPTIONS also what
/// a preflight asks for. False if the origin is not allowed, and `forbidden_origin` is the answer; never for
/// OPTIONS, which is answered with 200 and left to the browser's judgement.
bool apply_cors(const cors_policy& policy, const http_request& request, http_headers& answer);

/// The answer to a request of an origin that is not allowed: 403 with `system.forbidden` and CORS headers.
http_response forbidden_origin(const cors_policy& policy, const http_request& request);

}  // namespace actorgate::net
