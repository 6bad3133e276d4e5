#pragma once
#include <string>

#include "net/http_headers.hpp"

namespace actorgate::net {

/// What a client said when it came: the `header`, `host`, `remoteAddr` and `uri` of an auth request
/// (RES-Service, "Auth request").
struct handshake {
  std::string uri;             ///< the request target as sent: path and query
  std::string host;            ///< the Host header
  std::string remote_address;  ///< `1.2.3.4:5678` or `[::1]:5678`; of the TCP peer, so possibly of a proxy
  http_headers headers;        ///< without Host, with canonical names such as `X-Forwarded-For`
};

}  // namespace actorgate::net
