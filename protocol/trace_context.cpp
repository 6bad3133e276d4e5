#include "protocol/trace_context.hpp"

#include <algorithm>

namespace actorgate::protocol {
namespace {

bool is_hex(std::string_view s) {
  return std::all_of(s.begin(), s.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view s) { return s.find_first_not_of('0') == s.npos; }

}  // namespace

bool is_traceparent(std::string_view text) {
  constexpr std::size_t size = 55, longest = 512;
  if (text.size() < size || text.size() > longest) return false;
  if (text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const auto version = text.substr(0, 2), trace = text.substr(3, 32), parent = text.substr(36, 16);
  if (!is_hex(version) || !is_hex(trace) || !is_hex(parent) || !is_hex(text.substr(53, 2))) return false;
  if (version == "ff" || is_zero(trace) || is_zero(parent)) return false;
  return text.size() == size || (version != "00" && text[size] == '-');
}

}  // namespace actorgate::protocol
