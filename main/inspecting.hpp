#pragma once
#include <string>
#include <vector>

#include "main/environment.hpp"

namespace actorgate {

/// `actorgate inspect`: asks a running gateway, and prints what it answers. Returns the exit code.
int inspect(const std::vector<std::string>& arguments, const environment& variables);

}  // namespace actorgate
