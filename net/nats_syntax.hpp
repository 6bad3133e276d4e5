#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace actorgate::net {

/// nats-server drops a client whose protocol line has more than this many bytes after the verb (its
/// `max_control_line`, measured with 2.9.10: 4096 pass, 4097 do not, however the line is split into packets).
inline constexpr std::size_t max_control_line = 4096;

/// The longest subject that can be published with a reply subject and data of the given sizes.
/// Zero if there is none.
constexpr std::size_t max_subject(std::size_t reply_size, std::size_t data_size) {
  std::size_t rest = reply_size == 0 ? 2 : 3 + reply_size;
  for (; data_size > 9; data_size /= 10) ++rest;
  return rest < max_control_line ? max_control_line - rest : 0;
}

/// The longest subject that can be subscribed to: `SUB subject  <number of up to 19 digits>`.
inline constexpr std::size_t max_subscription_subject = max_control_line - 2 - 19;

/// Whether it can be published to: not empty, without the white space and control characters that would end
/// the subject, or the protocol line.
bool is_subject(std::string_view s);

/// Whether it can be subscribed to: no token is empty, and `>` comes last.
bool is_subscribable(std::string_view s);

/// One URL each, of entries that may hold several, separated by commas and white space.
std::vector<std::string> split_urls(const std::vector<std::string>& entries);

/// All of them on one line, without user, password and token.
std::string for_people(const std::vector<std::string>& urls);

/// A URL as cnats 3.4 wants it: it takes user, password and token literally, into a JSON string even, where
/// a URL has them percent-encoded (RFC 3986, section 2.1).
std::string url_for_cnats(std::string_view url);

/// The URLs (separated by commas) without user, password and token, for people to read.
std::string without_credentials(std::string_view urls);

}  // namespace actorgate::net
