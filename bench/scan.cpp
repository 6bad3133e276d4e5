#include "bench/scan.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

namespace actorgate::bench {
namespace {

/// std::string_view::find goes byte by byte; memmem does not.
std::size_t find(std::string_view text, std::string_view what) {
  const void* at = ::memmem(text.data(), text.size(), what.data(), what.size());
  return at ? static_cast<std::size_t>(static_cast<const char*>(at) - text.data()) : std::string_view::npos;
}

}  // namespace

std::optional<std::uint64_t> number_after(std::string_view text, std::string_view key) {
  const auto at = find(text, key);
  if (at == std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  const auto* from = text.data() + at + key.size();
  const auto [end, error] = std::from_chars(from, text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> response_id(std::string_view text) {
  constexpr std::string_view key = "\"id\":";
  constexpr std::size_t longest_end = 32;
  const auto end = text.substr(text.size() - std::min(text.size(), longest_end));
  if (const auto id = number_after(end, key)) return id;
  return number_after(text, key);
}

bool is_event(std::string_view text) {
  return find(text.substr(0, 256), "\"event\":\"") != std::string_view::npos;
}

bool has_error(std::string_view text) { return find(text, "\"error") != std::string_view::npos; }

}  // namespace actorgate::bench
