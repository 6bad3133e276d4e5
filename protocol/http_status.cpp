#include "protocol/http_status.hpp"

namespace actorgate::protocol {

const error& error_of_status(unsigned status) {
  switch (status) {
    case 401:
    case 402:
    case 407:
      return errors::access_denied();
    case 403:
    case 451:
      return errors::forbidden();
    case 404:
    case 410:
      return errors::not_found();
    case 405:
      return errors::method_not_allowed();
    case 408:
    case 504:
      return errors::timeout();
    case 501:
      return errors::not_implemented();
    case 503:
      return errors::service_unavailable();
    default:
      return status >= 400 && status <= 499 ? errors::bad_request() : errors::internal_error();
  }
}

unsigned status_of_error(const error& e) {
  struct row {
    std::string_view code;
    unsigned status;
  };
  constexpr row table[] = {
      {"system.notFound", 404},       {"system.methodNotFound", 404}, {"system.timeout", 404},
      {"system.accessDenied", 401},   {"system.forbidden", 403},      {"system.methodNotAllowed", 405},
      {"system.subjectTooLong", 414}, {"system.internalError", 500},  {"system.serviceUnavailable", 503},
  };
  for (const auto& [code, status] : table) {
    if (e.is(code)) return status;
  }
  return 400;
}

}  // namespace actorgate::protocol
