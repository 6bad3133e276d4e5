// Anything at all as a client's message.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <rapidjson/document.h>

#include "protocol/client_request.hpp"
#include "protocol/json.hpp"
#include "protocol/rid.hpp"
#include "protocol/version.hpp"
#include "tests/fuzz/judge.hpp"

using namespace actorgate;
using fuzz::require;

namespace {

void check_request(const protocol::client_request& request) {
  using protocol::request_kind;
  if (!request.params.empty()) require(protocol::is_json(request.params));
  const bool has_method = request.kind == request_kind::call || request.kind == request_kind::auth;
  const bool has_rid = request.kind != request_kind::version && request.kind != request_kind::invalid;
  if (has_method) require(protocol::is_valid_part(request.method));
  if (!has_rid) return;
  require(protocol::is_valid_rid(request.rid));
  std::string storage;
  const auto expanded = protocol::expand_cid(request.rid, "cid", storage);
  require(protocol::is_valid_name(protocol::split_rid(expanded).name));
}

/// The id that RapidJSON finds is the one that we have found.
void check_id(std::string_view text, std::uint64_t id) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag>(text.data(),
                                                                                      text.size());
  if (document.HasParseError()) return;  // a number out of range, or a lone surrogate
  std::optional<std::uint64_t> found;    // the last one, if there are several
  for (auto m = document.MemberBegin(); m < document.MemberEnd(); ++m) {
    if (std::string_view{m->name.GetString(), m->name.GetStringLength()} != "id") continue;
    found = m->value.IsUint64() ? std::optional{m->value.GetUint64()} : std::nullopt;
  }
  require(found == id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  fuzz::compare_with_rapidjson(text);

  std::string storage;
  if (const auto request = protocol::client_request::read(text, storage)) {
    require(protocol::is_json(text));
    check_request(*request);
    check_id(text, request->id);
  }
  protocol::read_request_id(text.substr(0, size / 2));
  protocol::read_request_id(text);
  protocol::read_unsubscribe_count(text);
  if (const auto told = protocol::read_version_params(text)) protocol::version::parse(*told);
  protocol::version::parse(text);

  // A string of ours reads as what it was; one of theirs as what ours of it does.
  protocol::json_cursor cursor{text};
  if (const auto decoded = cursor.string()) {
    require(protocol::is_json(protocol::quoted(*decoded)));
    require(protocol::unquoted(protocol::quoted(*decoded)) == *decoded);
  }
  return 0;
}
