#pragma once
#include "main/configuration.hpp"

namespace actorgate {

/// With `***` for every password and token, to be shown to anybody.
configuration without_secrets(configuration told);

}  // namespace actorgate
