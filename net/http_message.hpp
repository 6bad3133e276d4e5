#pragma once
#include <string>
#include <string_view>

#include "net/handshake.hpp"
#include "protocol/error.hpp"

namespace actorgate::net {

/// A complete HTTP request.
struct http_request {
  std::string method;   ///< as sent: `GET`
  handshake said = {};  ///< target and headers
  std::string body = {};
};

/// What to answer. Headers that belong to the door (`header_owner`) are left out, and so are invalid ones. To
/// HEAD the answer is that to GET, body included: the door writes its length only.
struct http_response {
  unsigned status = 200;
  http_headers headers = {};
  std::string body = {};
};

/// An answer whose body is a RES error object.
http_response error_response(unsigned status, const protocol::error& e);

/// Whether an answer of that status ends with its header (RFC 9110, section 6.4.1).
bool has_no_body(unsigned status);

/// The status line, a Date, the headers as they are, and the empty line.
std::string response_head(unsigned status, const http_headers& headers);

/// The time as in a Date header (RFC 9110, section 5.6.7). Valid until the thread asks again.
std::string_view http_date();

}  // namespace actorgate::net
