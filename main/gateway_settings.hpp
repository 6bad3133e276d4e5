#pragma once
#include "actors/gateway.hpp"
#include "main/configuration.hpp"

namespace actorgate {

/// Whether the request timeout is meant in seconds, as in Resgate's early versions.
bool is_in_seconds(const configuration& told);

/// From what was written, and is valid, to what it means. Without the URL of a NATS server that is still to
/// be started.
actors::gateway_options gateway_settings(const configuration& told);

}  // namespace actorgate
