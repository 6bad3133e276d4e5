#include "protocol/pattern.hpp"

#include "protocol/rid.hpp"

namespace actorgate::protocol {
namespace {

/// Takes the first part off `rest`; `more` tells whether another follows.
std::string_view take_part(std::string_view& rest, bool& more) {
  const auto dot = rest.find('.');
  const auto part = rest.substr(0, dot);
  more = dot != std::string_view::npos;
  rest.remove_prefix(more ? dot + 1 : rest.size());
  return part;
}

bool is_pattern(std::string_view text) {
  for (bool more = true; more;) {
    const auto part = take_part(text, more);
    if (part == ">") return !more;
    if (part != "*" && !is_valid_part(part)) return false;
  }
  return true;
}

}  // namespace

name_pattern::name_pattern(std::string_view text) : text_(text), valid_(is_pattern(text)) {}

bool name_pattern::matches(std::string_view name) const {
  if (!valid_ || name.empty()) return false;
  std::string_view pattern = text_;
  for (bool more_pattern = true, more_name = true;;) {
    const auto expected = take_part(pattern, more_pattern);
    if (expected == ">") return true;
    const auto part = take_part(name, more_name);
    if (expected != "*" && expected != part) return false;
    if (!more_pattern || !more_name) return more_pattern == more_name;
  }
}

}  // namespace actorgate::protocol
