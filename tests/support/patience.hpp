#pragma once
#include <chrono>

namespace actorgate::test {

/// How long a test waits for what must come, before it calls that a failure.
inline constexpr std::chrono::milliseconds patience{5000};

}  // namespace actorgate::test
