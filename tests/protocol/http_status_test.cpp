#include "protocol/http_status.hpp"

#include <doctest/doctest.h>

using namespace actorgate::protocol;

TEST_CASE("the error that a status stands for") {
  struct row {
    unsigned status;
    const char *code, *message;
  };
  const row table[] = {
      {400, "system.badRequest", "Bad request"},
      {401, "system.accessDenied", "Access denied"},
      {402, "system.accessDenied", "Access denied"},
      {403, "system.forbidden", "Forbidden"},
      {404, "system.notFound", "Not found"},
      {405, "system.methodNotAllowed", "Method not allowed"},
      {406, "system.badRequest", "Bad request"},
      {407, "system.accessDenied", "Access denied"},
      {408, "system.timeout", "Request timeout"},
      {410, "system.notFound", "Not found"},
      {414, "system.badRequest", "Bad request"},
      {451, "system.forbidden", "Forbidden"},
      {499, "system.badRequest", "Bad request"},
      {500, "system.internalError", "Internal error"},
      {501, "system.notImplemented", "Not implemented"},
      {502, "system.internalError", "Internal error"},
      {503, "system.serviceUnavailable", "Service unavailable"},
      {504, "system.timeout", "Request timeout"},
      {599, "system.internalError", "Internal error"},
  };
  for (const auto& [status, code, message] : table) {
    CAPTURE(status);
    CHECK(error_of_status(status) == error{code, message});
  }
}

TEST_CASE("the status that an error has") {
  struct row {
    error e;
    unsigned status;
  };
  const row table[] = {
      {errors::not_found(), 404},
      {errors::method_not_found(), 404},
      {errors::timeout(), 404},
      {errors::access_denied(), 401},
      {errors::method_not_allowed(), 405},
      {errors::internal_error(), 500},
      {errors::not_implemented(), 400},
      {errors::service_unavailable(), 503},
      {errors::forbidden(), 403},
      {errors::forbidden_origin(), 403},
      {errors::subject_too_long(), 414},
      {errors::bad_request(), 400},
      {errors::invalid_query(), 400},
      {errors::invalid_params(), 400},
      {errors::deleted(), 400},
      {{"system.notFound", "Another text", "{}"}, 404},
      {{"system.NotFound", ""}, 400},
      {{"harbour.closed", "Closed"}, 400},
      {{"", ""}, 400},
  };
  for (const auto& [e, status] : table) {
    CAPTURE(e.code);
    CHECK(status_of_error(e) == status);
  }
}

TEST_CASE("forbidden has a text of its own for origins") {
  CHECK(errors::forbidden_origin() == error{"system.forbidden", "Forbidden origin"});
}
