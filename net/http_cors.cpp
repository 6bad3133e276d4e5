#include "net/http_cors.hpp"

#include <algorithm>

namespace actorgate::net {
namespace {

bool allows_all(const cors_policy& policy) {
  const auto& all = policy.allow_origin;
  return std::find(all.begin(), all.end(), "*") != all.end();
}

/// The request's Origin, or null when it comes from nobody who could be told apart.
const std::string* origin_of(const handshake& said) {
  const auto* origin = find_header(said.headers, "Origin");
  return origin == nullptr || *origin == "null" ? nullptr : origin;
}

}  // namespace

bool origin_allowed(const handshake& said, const cors_policy& policy) {
  const auto* origin = origin_of(said);
  if (origin == nullptr || allows_all(policy)) return true;
  return std::any_of(policy.allow_origin.begin(), policy.allow_origin.end(),
                     [&](const auto& one) { return equal_ignoring_case(one, *origin); });
}

bool apply_cors(const cors_policy& policy, const http_request& request, http_headers& answer) {
  const bool allowed = origin_allowed(request.said, policy);
  if (policy.credentials) set_header(answer, "Access-Control-Allow-Credentials", "true");
  if (allows_all(policy)) {
    set_header(answer, "Access-Control-Allow-Origin", "*");
  } else if (const auto* origin = origin_of(request.said)) {
    const auto& all = policy.allow_origin;
    const auto first = std::min_element(all.begin(), all.end());
    if (allowed || first != all.end()) {
      set_header(answer, "Access-Control-Allow-Origin", allowed ? *origin : *first);
    }
    add_vary(answer, "Origin");
  }
  if (request.method != "OPTIONS") return allowed;
  set_header(answer, "Access-Control-Allow-Methods", policy.allow_methods);
  if (const auto wanted = joined(request.said.headers, "Access-Control-Request-Headers"); !wanted.empty()) {
    set_header(answer, "Access-Control-Allow-Headers", wanted);
  }
  return true;
}

http_response forbidden_origin(const cors_policy& policy, const http_request& request) {
  auto answer = error_response(403, {"system.forbidden", "Forbidden origin"});
  apply_cors(policy, request, answer.headers);
  return answer;
}

}  // namespace actorgate::net
