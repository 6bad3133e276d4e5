#pragma once
#include <string>
#include <string_view>

#include <spdlog/spdlog.h>

namespace actorgate::actors {

/// Whether messages are logged; asked for each of them.
inline bool traces() { return spdlog::should_log(spdlog::level::trace); }

/// A message to or from a service as a log may have it: without tokens, and of what an auth request carries
/// (passwords, cookies) nothing.
std::string shown(std::string_view subject, std::string_view payload);
/// A client's message likewise.
std::string shown(std::string_view message);

}  // namespace actorgate::actors
