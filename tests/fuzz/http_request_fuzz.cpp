// Anything at all as an HTTP request: what the gateway would ask services for, or answer.
// Input: [settings][method][target, headers and body, by lines].
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "actors/http_plan.hpp"
#include "protocol/json.hpp"
#include "protocol/rid.hpp"
#include "tests/fuzz/judge.hpp"

using namespace actorgate;
using fuzz::require;
using purpose = actors::http_task::purpose;

namespace {

actors::http_settings settings_of(std::uint8_t bits) {
  actors::http_settings s;
  if (bits & 1) s.api_path = "/";
  if (bits & 2) s.put_method = s.patch_method = "set";
  if (bits & 4) s.delete_method = "delete";
  if (bits & 8) s.cors.allow_origin = {"http://a.example", "null"};
  if (bits & 16) s.cors.allow_origin = {};
  s.cors.credentials = (bits & 32) != 0;
  return s;
}

std::string_view take_line(std::string_view& rest) {
  const auto end = std::min(rest.find('\n'), rest.size());
  const auto line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

/// What the door lets through: headers are valid ones.
net::http_request request_of(std::uint8_t method, std::string_view text) {
  constexpr const char* methods[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"};
  constexpr const char* names[] = {"Accept", "Origin", "Access-Control-Request-Headers", "X"};
  net::http_request r{.method = methods[method % 8]};
  r.said.uri = take_line(text);
  for (auto left = method / 8 % 8; left > 0; --left) {
    const auto line = take_line(text);
    if (line.empty() || !net::is_valid_header("X", line)) continue;
    r.said.headers.emplace_back(names[static_cast<std::uint8_t>(line[0]) % 4], line.substr(1));
  }
  r.body = text;
  return r;
}

void check_headers(const net::http_headers& headers) {
  for (const auto& [name, value] : headers) require(net::is_valid_header(name, value));
}

void check_task(const actors::http_task& task, std::string_view method) {
  check_headers(task.headers);
  require(protocol::is_valid_rid(task.rid) && protocol::is_json(protocol::quoted(task.rid)));
  std::string storage;
  require(protocol::is_valid_name(protocol::split_rid(protocol::expand_cid(task.rid, "cid", storage)).name));
  require(task.params.empty() || protocol::is_json(task.params));
  require(protocol::split_rid(task.rid).name.size() + task.method.size() <= actors::max_name_and_method);
  require((task.what == purpose::call) == (method != "GET" && method != "HEAD"));
  if (task.what == purpose::follow) require(method == "GET");
  if (task.what == purpose::call) {
    require(protocol::is_valid_part(task.method));
    require(task.by_method == (method != "POST"));
  } else {
    require(task.method.empty() && task.params.empty());
  }
}

void check_answer(const net::http_response& answer) {
  check_headers(answer.headers);
  require(answer.status >= 200 && answer.status <= 599);
  require(answer.body.empty() || protocol::is_json(answer.body));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto settings = settings_of(data[0]);
  auto request = request_of(data[1], {reinterpret_cast<const char*>(data) + 2, size - 2});
  const auto planned = actors::plan(settings, request);
  const auto* answer = std::get_if<net::http_response>(&planned);
  answer ? check_answer(*answer) : check_task(std::get<actors::http_task>(planned), request.method);
  if (request.method != "GET") return 0;
  // HEAD differs by what is sent only.
  request.method = "HEAD";
  const auto head = actors::plan(settings, request);
  require(head.index() == planned.index());
  if (answer) require(std::get<net::http_response>(head).body == answer->body);
  return 0;
}
