#pragma once
#include "protocol/error.hpp"

namespace actorgate::protocol {

/// The error that a client is told when a service gave a status from 400 to 599 and no error (RES-Service,
/// "Status codes").
const error& error_of_status(unsigned status);

/// The status of an HTTP response that tells `e`.
unsigned status_of_error(const error& e);

}  // namespace actorgate::protocol
