#include "protocol/access_request.hpp"

#include "protocol/json.hpp"

namespace actorgate::protocol {
namespace {

bool read_member(std::string_view key, json_cursor& c, access_request& to) {
  if (key == "cid") {
    auto text = c.string();
    if (text) to.cid = *std::move(text);
    return text.has_value();
  }
  if (key == "token") {
    const auto raw = c.raw();
    if (raw && *raw != "null") to.token = *raw;
    return raw.has_value();
  }
  if (key == "isHttp") {
    const auto flag = c.boolean();
    to.is_http = flag.value_or(false);
    return flag.has_value();
  }
  return c.skip();
}

}  // namespace

std::optional<access_request> read_access_request(std::string_view text) {
  access_request request;
  json_cursor cursor{text};
  const bool valid =
      cursor.object([&](std::string_view key, json_cursor& c) { return read_member(key, c, request); });
  if (!valid || !cursor.done() || request.cid.empty()) return std::nullopt;
  return request;
}

}  // namespace actorgate::protocol
