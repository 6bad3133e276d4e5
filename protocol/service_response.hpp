#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/error.hpp"
#include "protocol/shared_text.hpp"
#include "protocol/value.hpp"

namespace actorgate::protocol {

/// What a connection may do with a resource (RES-Service, "Access request").
struct access_rights {
  bool get = false;
  shared_text call;  ///< comma separated methods, or `*`

  bool may_call(std::string_view method) const;
};

/// A resource as a service gave it (RES-Service, "Get request").
struct resource_content {
  bool is_model = true;
  std::vector<value> values;         ///< properties or elements
  std::optional<std::string> query;  ///< the normalised query; set for query resources
};

/// The outcome of call and auth: a result, as raw JSON, or the rid of a resource.
struct call_result {
  std::string payload;
  std::string rid;  ///< of a resource response, which has no payload
};

/// One event of a query response (RES-Service, "Event query object").
struct query_event {
  std::string name;
  std::string data;  ///< raw JSON; empty when left out
};

/// The outcome of a query request: events, or the resource anew.
using query_result = std::variant<std::vector<query_event>, resource_content>;

template <class T>
using outcome = std::variant<T, error>;

// Responses of services (RES-Service, "Response"). What is malformed is an internal error.

outcome<access_rights> read_access_response(std::string_view text);
outcome<resource_content> read_get_response(std::string_view text);
/// `is_new`: of a request for the method "new", whose result may be nothing but a reference (before
/// RES 1.2.0).
outcome<call_result> read_call_response(std::string_view text, bool is_new);
outcome<query_result> read_query_response(std::string_view text);

/// Whether `text` is no response but a pre-response (RES-Service, "Pre-response"), or nonsense to be ignored
/// likewise.
bool is_pre_response(std::string_view text);
/// The time-out that a pre-response sets; nothing if it sets none.
std::optional<std::chrono::milliseconds> read_pre_response(std::string_view text);

}  // namespace actorgate::protocol
