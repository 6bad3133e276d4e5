#include "actors/http_answer.hpp"

#include <utility>

#include <spdlog/spdlog.h>

#include "protocol/http_path.hpp"
#include "protocol/http_status.hpp"

namespace actorgate::actors {

protocol::response_meta meta_of(const service_replied& reply) {
  if (reply.outcome != request_outcome::answered) return {};
  auto meta = protocol::read_meta(reply.message->data());
  if (meta.invalid_status)
    spdlog::warn("a service answered with a meta status that is not one of 300 to 599");
  return meta;
}

net::http_response failure(const protocol::error& why, net::http_headers headers) {
  auto answer = net::error_response(protocol::status_of_error(why), why);
  headers.insert(headers.end(), answer.headers.begin(), answer.headers.end());
  answer.headers = std::move(headers);
  return answer;
}

net::http_response success(std::string body, net::http_headers headers) {
  headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  return {.headers = std::move(headers), .body = std::move(body)};
}

net::http_response decided(unsigned status, const protocol::error* why, std::string location,
                           net::http_headers headers) {
  if (status >= 400) {
    auto answer = failure(why ? *why : protocol::error_of_status(status), std::move(headers));
    answer.status = status;
    return answer;
  }
  if (!location.empty() && !net::find_header(headers, "Location")) {
    headers.emplace_back("Location", std::move(location));
  }
  return {.status = status, .headers = std::move(headers), .body = {}};
}

net::http_response decided(unsigned status, const protocol::outcome<protocol::call_result>& outcome,
                           std::string_view api_path, net::http_headers headers) {
  const auto* result = std::get_if<protocol::call_result>(&outcome);
  auto location =
      result && !result->rid.empty() ? protocol::path_of_rid(result->rid, api_path) : std::string{};
  return decided(status, std::get_if<protocol::error>(&outcome), std::move(location), std::move(headers));
}

}  // namespace actorgate::actors
