#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace actorgate::inspection {

/// Why nobody answers the door there, within that time for each of the host's addresses; empty if somebody
/// does. CAF's own attempt to connect takes minutes where packets are lost, and holds up all others.
std::string knock(const std::string& host, std::uint16_t port, std::chrono::milliseconds patience);

}  // namespace actorgate::inspection
