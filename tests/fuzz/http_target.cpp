// Anything at all as the target of an HTTP request, as a rid, and as what a service says of the HTTP
// response.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "protocol/http_path.hpp"
#include "protocol/json.hpp"
#include "protocol/response_meta.hpp"
#include "protocol/rid.hpp"
#include "tests/fuzz/judge.hpp"

using namespace actorgate;
using fuzz::require;

namespace {

void check_path(const std::string& rid, std::string_view api_path) {
  require(protocol::is_valid_rid(rid) && protocol::is_json(protocol::quoted(rid)));
  const auto path = protocol::path_of_rid(rid, api_path);
  require(std::ranges::all_of(path, [](char c) { return c > 32 && c < 127 && c != '?' && c != '#'; }));
  require(path.starts_with(api_path) && path.find('.') == std::string::npos);
  require(protocol::rid_of_target(path, api_path) == rid);
}

void check_target(std::string_view target, std::string_view api_path) {
  const auto rid = protocol::rid_of_target(target, api_path);
  if (rid) check_path(*rid, api_path);
  const auto call = protocol::method_of_target(target, api_path);
  if (!call) return;
  require(protocol::is_valid_part(call->method));
  check_path(call->rid, api_path);
  // A query that begins in the path takes what follows along, the method too.
  if (call->rid.find('?') == std::string::npos) require(rid == call->rid + "." + call->method);
}

void check_meta(std::string_view response) {
  const auto meta = protocol::read_meta(response);
  require(meta.decides() == (meta.status != 0) && !(meta.decides() && meta.invalid_status));
  if (meta.status || meta.invalid_status || !meta.headers.empty()) require(protocol::is_json(response));
  for (const auto& [name, value] : meta.headers) {
    require(!name.empty() && std::ranges::all_of(name, [](char c) { return c > 32 && c < 127 && c != ':'; }));
    require(value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(data), size};
  for (const char* api_path : {"/api/", "/"}) {
    check_target(text, api_path);
    check_target(api_path + text, api_path);
    const bool is_utf8 = protocol::is_json(protocol::quoted(text));
    if (is_utf8 && protocol::is_valid_rid(text)) check_path(text, api_path);
  }
  check_meta(text);
  check_meta(R"({"meta":)" + text + "}");
  check_meta(R"({"meta":{"header":)" + text + "}}");
  return 0;
}
