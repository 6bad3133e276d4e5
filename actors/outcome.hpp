#pragma once
#include "actors/messages.hpp"
#include "protocol/error.hpp"

namespace actorgate::actors {

/// What a request that was not answered means to a client.
inline const protocol::error& error_of(request_outcome outcome) {
  switch (outcome) {
    case request_outcome::timed_out:
      return protocol::errors::timeout();
    case request_outcome::no_responders:
      return protocol::errors::not_found();
    case request_outcome::subject_too_long:
      return protocol::errors::subject_too_long();
    default:
      return protocol::errors::internal_error();
  }
}

/// The answer as `read` understands it, or the error that stands for none.
template <class Read>
auto read_outcome(const service_replied& reply, Read read) -> decltype(read(std::string_view{})) {
  if (reply.outcome != request_outcome::answered) return error_of(reply.outcome);
  return read(reply.message->data());
}

}  // namespace actorgate::actors
