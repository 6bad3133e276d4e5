#pragma once
#include <string>
#include <string_view>

namespace actorgate::protocol {

/// What a client is told when something it asked for cannot be (RES-Client, "Error object").
struct error {
  std::string code;
  std::string message;
  std::string data = {};  ///< raw JSON; empty when there is none

  bool is(std::string_view other) const { return code == other; }
  bool operator==(const error&) const = default;
};

/// Appends the error as a JSON object.
void append_json(std::string& out, const error& e);

/// The predefined errors: those of RES-Client, "Pre-defined errors", and those that gateways add.
namespace errors {
const error& not_found();
const error& invalid_params();
const error& invalid_query();
const error& internal_error();
const error& method_not_found();
const error& access_denied();
const error& timeout();
const error& no_subscription();
const error& invalid_request();
const error& unsupported_protocol();
/// The direct subscriptions of one resource and connection have a limit.
const error& subscription_limit_exceeded();
/// Too many requests of one connection are unanswered.
const error& request_limit_exceeded();
/// The resource name is longer than the message bus carries.
const error& subject_too_long();
/// The service has deleted the resource.
const error& deleted();
/// The client has unsubscribed before its subscribe request could be answered.
const error& unsubscribed();

// Told over HTTP only.

const error& bad_request();
const error& method_not_allowed();
const error& forbidden();
/// Pages of that origin may not ask us.
const error& forbidden_origin();
const error& service_unavailable();
const error& not_implemented();
}  // namespace errors

}  // namespace actorgate::protocol
