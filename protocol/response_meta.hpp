#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace actorgate::protocol {

/// What a service says of the HTTP response (RES-Service, "Meta object").
struct response_meta {
  unsigned status = 0;  ///< from 300 to 599; zero if there is none
  /// A pair for each value, in the order and with the names that the service wrote. All can be sent as they
  /// are: names are tokens, and no value can end its line (RFC 9110, "Fields").
  std::vector<std::pair<std::string, std::string>> headers;
  bool invalid_status = false;  ///< one was given that means nothing

  /// Whether the response is to be made at once, without further requests to services.
  bool decides() const { return status >= 300 && status <= 599; }
};

/// Reads the meta object of a response. What is malformed is left out: a header as a whole, everything if the
/// response is no JSON. The key `meta` is expected to be written without escapes.
response_meta read_meta(std::string_view response);

}  // namespace actorgate::protocol
