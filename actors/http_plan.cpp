#include "actors/http_plan.hpp"

#include <optional>

#include "actors/http_answer.hpp"
#include "protocol/http_path.hpp"
#include "protocol/json.hpp"
#include "protocol/rid.hpp"

namespace actorgate::actors {
namespace {

using purpose = http_task::purpose;

/// Whether the client asks for events rather than for a resource as it is now.
bool wants_events(const net::http_request& request) {
  const auto accepted = net::joined(request.said.headers, "Accept");
  for (std::string_view list = accepted; !list.empty();) {
    const auto range = net::take_element(list);
    if (net::equal_ignoring_case(net::trim(range.substr(0, range.find(';'))), "text/event-stream"))
      return true;
  }
  return false;
}

/// The method of services that an HTTP method stands for; empty if none.
std::string_view mapped_method(const http_settings& settings, std::string_view method) {
  if (method == "PUT") return settings.put_method;
  if (method == "DELETE") return settings.delete_method;
  if (method == "PATCH") return settings.patch_method;
  return {};
}

bool is_below(std::string_view target, std::string_view api_path) {
  if (!target.starts_with('/')) return true;  // an absolute form, which is looked at later
  return target.starts_with(api_path);
}

/// The resource, and the method if there is to be one.
std::optional<http_task> find(const http_settings& settings, const net::http_request& request) {
  const auto& target = request.said.uri;
  if (request.method == "GET" || request.method == "HEAD") {
    auto rid = protocol::rid_of_target(target, settings.api_path);
    if (!rid) return std::nullopt;
    const bool follow = request.method == "GET" && wants_events(request);
    return http_task{.what = follow ? purpose::follow : purpose::read, .rid = *std::move(rid)};
  }
  if (request.method == "POST") {
    auto named = protocol::method_of_target(target, settings.api_path);
    if (!named) return std::nullopt;
    return http_task{.what = purpose::call, .rid = std::move(named->rid), .method = std::move(named->method)};
  }
  auto rid = protocol::rid_of_target(target, settings.api_path);
  if (!rid) return std::nullopt;
  return http_task{.what = purpose::call,
                   .rid = *std::move(rid),
                   .method = std::string{mapped_method(settings, request.method)},
                   .by_method = true};
}

/// Takes the params from the body. False if it is neither JSON nor empty.
bool take_params(std::string_view body, http_task& task) {
  constexpr std::string_view white = " \t\r\n";
  const auto begin = body.find_first_not_of(white);
  if (begin == std::string_view::npos) return true;
  const auto params = body.substr(begin, body.find_last_not_of(white) - begin + 1);
  task.params = params;
  return protocol::is_json(params);
}

}  // namespace

std::variant<http_task, net::http_response> plan(const http_settings& settings,
                                                 const net::http_request& request) {
  using namespace protocol;
  const auto& method = request.method;
  if (!is_below(request.said.uri, settings.api_path)) return failure(errors::not_found(), {});
  net::http_headers headers;
  if (!net::apply_cors(settings.cors, request, headers)) {
    return net::forbidden_origin(settings.cors, request);
  }
  if (method == "OPTIONS") return net::http_response{.headers = std::move(headers), .body = {}};
  const bool known = method == "GET" || method == "HEAD" || method == "POST";
  if (!known && mapped_method(settings, method).empty()) {
    headers.emplace_back("Allow", settings.cors.allow_methods);
    return failure(errors::method_not_allowed(), std::move(headers));
  }
  auto task = find(settings, request);
  if (!task) return failure(errors::not_found(), std::move(headers));
  if (task->what == purpose::call && !take_params(request.body, *task)) {
    return failure({errors::bad_request().code, "The request body is not JSON"}, std::move(headers));
  }
  if (split_rid(task->rid).name.size() + task->method.size() > max_name_and_method) {
    return failure(errors::subject_too_long(), std::move(headers));
  }
  task->headers = std::move(headers);
  return *std::move(task);
}

}  // namespace actorgate::actors
