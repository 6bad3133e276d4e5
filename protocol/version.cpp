#include "protocol/version.hpp"

#include <charconv>

namespace actorgate::protocol {

std::optional<version> version::parse(std::string_view text) {
  int parts[3];
  const char* at = text.data();
  const char* end = at + text.size();
  for (int i = 0; i < 3; ++i) {
    if (i > 0 && (at == end || *at++ != '.')) return std::nullopt;
    const auto [next, failure] = std::from_chars(at, end, parts[i]);
    if (failure != std::errc{} || *at == '-' || parts[i] >= 1000) return std::nullopt;
    at = next;
  }
  if (at != end || parts[0] != 1) return std::nullopt;
  return version{parts[0], parts[1], parts[2]};
}

std::string version::text() const {
  return std::to_string(number_ / 1'000'000) + '.' + std::to_string(number_ / 1000 % 1000) + '.' +
         std::to_string(number_ % 1000);
}

}  // namespace actorgate::protocol
