#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include <spdlog/spdlog.h>

namespace actorgate::actors {

/// Whether messages are logged; asked for each of them.
inline bool traces() { return spdlog::should_log(spdlog::level::trace); }

/// A message to or from a service as a log may have it: without tokens, and of what an auth request carries
/// (passwords, cookies) nothing.
std::string shown(std::string_view subject, std::string_view payload);
inline constexpr std::string_view hidden_auth_request = "auth request (hidden)";
/// A client's message likewise.
std::string shown(std::string_view message);
/// Words of somebody else on one line of a log: the first 100 bytes, control characters replaced.
std::string on_one_line(std::string_view words);
/// Where to cut `text` so that at most `size` bytes are left, and no character of UTF-8 in pieces.
std::size_t cut_at(std::string_view text, std::size_t size);

}  // namespace actorgate::actors
