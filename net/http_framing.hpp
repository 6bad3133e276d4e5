#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "net/http_headers.hpp"

namespace actorgate::net {

/// Where the header of a request ends.
struct head_end {
  enum class kind : std::uint8_t { more, found, malformed } what;
  std::size_t size = 0;  ///< if found: with the empty line
};

/// Looks for the end of the header at the front of `input`. `scanned` begins as 0 and keeps the place while
/// input is added. Malformed is what cannot become a request: another protocol, a line break that is not
/// CRLF, and a folded line (RFC 9112, sections 2.2 and 5.2): what intermediaries read differently.
head_end find_head_end(std::string_view input, std::size_t& scanned);

/// Whether a request line is well-formed but for an HTTP version that is neither 1.0 nor 1.1.
bool is_other_version(std::string_view head);

/// The status to refuse a request with whose body has no certain end, or which is for no certain host, or
/// nothing (RFC 9112, sections 3.2 and 6.3; RFC 9110, section 7.2). `version` is 10 or 11.
std::optional<unsigned> refusal_of(unsigned version, const http_headers& headers);

/// The target in origin form: without the scheme and the host of the absolute form (RFC 9112, section 3.2.2).
/// Empty if it names no path, as `*` does not.
std::string_view origin_form(std::string_view target);

/// What is to happen before the body is sent (RFC 9110, section 10.1.1).
enum class expectation : std::uint8_t { none, go_on, unknown };
expectation expectation_of(unsigned version, const http_headers& headers);

}  // namespace actorgate::net
