#pragma once
#include <cstdint>

namespace actorgate::actors {

/// Of this process, in bytes; 0 if the system does not say.
std::uint64_t resident_memory();

}  // namespace actorgate::actors
