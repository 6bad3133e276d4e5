#include "protocol/error.hpp"

#include "protocol/json.hpp"

namespace actorgate::protocol {

void append_json(std::string& out, const error& e) {
  out += R"({"code":)";
  append_quoted(out, e.code);
  out += R"(,"message":)";
  append_quoted(out, e.message);
  if (!e.data.empty()) {
    out += R"(,"data":)";
    out += e.data;
  }
  out += '}';
}

namespace errors {
namespace {
error system_error(std::string_view name, std::string_view message) {
  return {"system." + std::string{name}, std::string{message}};
}
}  // namespace

const error& not_found() {
  static const error e = system_error("notFound", "Not found");
  return e;
}
const error& invalid_params() {
  static const error e = system_error("invalidParams", "Invalid parameters");
  return e;
}
const error& invalid_query() {
  static const error e = system_error("invalidQuery", "Invalid query");
  return e;
}
const error& internal_error() {
  static const error e = system_error("internalError", "Internal error");
  return e;
}
const error& method_not_found() {
  static const error e = system_error("methodNotFound", "Method not found");
  return e;
}
const error& access_denied() {
  static const error e = system_error("accessDenied", "Access denied");
  return e;
}
const error& timeout() {
  static const error e = system_error("timeout", "Request timeout");
  return e;
}
const error& no_subscription() {
  static const error e = system_error("noSubscription", "No subscription");
  return e;
}
const error& invalid_request() {
  static const error e = system_error("invalidRequest", "Invalid request");
  return e;
}
const error& unsupported_protocol() {
  static const error e = system_error("unsupportedProtocol", "Unsupported protocol");
  return e;
}
const error& subscription_limit_exceeded() {
  static const error e = system_error("subscriptionLimitExceeded", "Subscription limit exceeded");
  return e;
}
const error& request_limit_exceeded() {
  static const error e = system_error("requestLimitExceeded", "Request limit exceeded");
  return e;
}
const error& subject_too_long() {
  static const error e = system_error("subjectTooLong", "Subject too long");
  return e;
}
const error& deleted() {
  static const error e = system_error("deleted", "Deleted");
  return e;
}
const error& unsubscribed() {
  static const error e = system_error("unsubscribed", "Unsubscribed");
  return e;
}
const error& bad_request() {
  static const error e = system_error("badRequest", "Bad request");
  return e;
}
const error& method_not_allowed() {
  static const error e = system_error("methodNotAllowed", "Method not allowed");
  return e;
}
const error& forbidden() {
  static const error e = system_error("forbidden", "Forbidden");
  return e;
}
const error& forbidden_origin() {
  static const error e = system_error("forbidden", "Forbidden origin");
  return e;
}
const error& service_unavailable() {
  static const error e = system_error("serviceUnavailable", "Service unavailable");
  return e;
}
const error& not_implemented() {
  static const error e = system_error("notImplemented", "Not implemented");
  return e;
}

}  // namespace errors
}  // namespace actorgate::protocol
