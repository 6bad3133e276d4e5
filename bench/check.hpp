#pragma once
#include <string>

namespace actorgate::bench {

/// Whether the load generator notices what a wrong gateway would do: lets the limit lose, double and swap
/// events, and answer wrongly, and fails if that goes unnoticed. `directory` is for its log.
void check_the_checks(const std::string& directory);

}  // namespace actorgate::bench
