#pragma once
#include <string>
#include <vector>

#include "main/environment.hpp"
#include "main/options.hpp"

namespace actorgate {

/// What the process was started with, to be read at the start and whenever a reload is asked for.
struct told_by_starter {
  std::vector<std::string> arguments;
  environment variables;

  understanding read() const;
};

/// Runs the gateway from its start to its end. Returns the exit code; throws `std::exception` if it cannot be
/// started. `o` is what was read from `from`.
int serve(const told_by_starter& from, options o);

}  // namespace actorgate
