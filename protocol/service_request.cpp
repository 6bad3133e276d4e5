#include "protocol/service_request.hpp"

#include "protocol/json.hpp"

namespace actorgate::protocol {
namespace {

constexpr std::string_view null_if_empty(std::string_view json) { return json.empty() ? "null" : json; }

std::string begin(const requester& who, std::string_view query, std::size_t more) {
  std::string out;
  out.reserve(64 + who.cid.size() + who.token.size() + query.size() + more);
  out += R"({"token":)";
  out += null_if_empty(who.token);
  out += R"(,"cid":)";
  append_quoted(out, who.cid);
  if (!query.empty()) {
    out += R"(,"query":)";
    append_quoted(out, query);
  }
  if (who.is_http) out += R"(,"isHttp":true)";
  return out;
}

void append_params(std::string& out, std::string_view params) {
  out += R"(,"params":)";
  out += null_if_empty(params);
}

}  // namespace

std::string access_payload(const requester& who, std::string_view query) {
  return begin(who, query, 0) + '}';
}

std::string get_payload(std::string_view query) { return query.empty() ? "{}" : query_payload(query); }

std::string call_payload(const requester& who, std::string_view query, std::string_view params) {
  auto out = begin(who, query, params.size());
  append_params(out, params);
  out += '}';
  return out;
}

std::string auth_payload(const requester& who, std::string_view query, std::string_view params,
                         std::string_view handshake) {
  auto out = begin(who, query, params.size() + handshake.size());
  append_params(out, params);
  if (!handshake.empty()) {
    out += ',';
    out += handshake;
  }
  out += '}';
  return out;
}

std::string query_payload(std::string_view query) {
  std::string out = R"({"query":)";
  append_quoted(out, query);
  out += '}';
  return out;
}

}  // namespace actorgate::protocol
