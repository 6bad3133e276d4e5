#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace actorgate::net {

/// Names and values of HTTP header fields in their order; a name may repeat.
using http_headers = std::vector<std::pair<std::string, std::string>>;
/// Headers that go with many messages; null if there are none.
using shared_headers = std::shared_ptr<const http_headers>;

/// The name as Go writes it, for services that look for it so: `x-forwarded-FOR` becomes `X-Forwarded-For`.
std::string canonical_header_name(std::string_view name);

/// The value of the first header of that canonical name, or null.
const std::string* find_header(const http_headers& headers, std::string_view name);
/// Gives the headers of that canonical name this one value.
void set_header(http_headers& headers, std::string_view name, std::string value);
void remove_header(http_headers& headers, std::string_view name);

/// The values of all headers of that canonical name as one comma-separated list (RFC 9110, section 5.2).
std::string joined(const http_headers& headers, std::string_view name);
/// Whether a list that `joined` made holds the token; ASCII case does not matter.
bool has_token(const http_headers& headers, std::string_view name, std::string_view token);
/// Names a request header that the answer depends on (RFC 9110, section 12.5.5).
void add_vary(http_headers& headers, std::string_view name);

/// Who decides about a header of an answer.
enum class header_owner : unsigned char {
  anyone,   ///< also the services
  gateway,  ///< whoever answers the request: Content-Type, CORS
  door,     ///< the connection: what delimits messages, Date, the upgrade
};
header_owner owner_of(std::string_view canonical_name);

/// Whether it can be written: the name is a token, and the value has no control characters but tabs, which
/// could end the line and begin another header (RFC 9110, sections 5.1 and 5.5).
bool is_valid_header(std::string_view name, std::string_view value);

/// Adds the headers that a service gave. All values of a name take the place of those in `into`, but
/// Set-Cookie and Vary add to them. Names become canonical; left out is what is invalid or not `anyone`'s.
void merge_headers(http_headers& into, const http_headers& stronger);

/// ASCII only, as all names and tokens of HTTP.
bool equal_ignoring_case(std::string_view a, std::string_view b);
/// Without the spaces and tabs around it.
std::string_view trim(std::string_view text);
/// Takes the first element off a comma-separated list, which may not quote commas; trimmed.
std::string_view take_element(std::string_view& list);

}  // namespace actorgate::net
