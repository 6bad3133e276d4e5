#pragma once
#include "main/options.hpp"

namespace actorgate {

/// Loads what a start would load: certificates, keys, credentials; and reads the URLs of NATS. Throws
/// `configuration_error`, which names the key, for what can never be used.
void require_usable(const options& o);

}  // namespace actorgate
