#pragma once
#include "main/configuration.hpp"

namespace actorgate {

/// What is empty or 0 though it cannot be gets its default.
void fill_gaps(configuration& c);

/// Throws `configuration_error` for the first setting without sense; the message names it.
void validate(const configuration& c);

}  // namespace actorgate
