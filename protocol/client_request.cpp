#include "protocol/client_request.hpp"

#include <charconv>

#include "protocol/json.hpp"
#include "protocol/rid.hpp"

namespace actorgate::protocol {
namespace {

std::optional<std::uint64_t> to_integer(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

request_kind kind_of(std::string_view type) {
  if (type == "subscribe") return request_kind::subscribe;
  if (type == "unsubscribe") return request_kind::unsubscribe;
  if (type == "get") return request_kind::get;
  if (type == "call") return request_kind::call;
  if (type == "auth") return request_kind::auth;
  if (type == "new") return request_kind::create;
  return request_kind::invalid;
}

/// Splits `<type>.<resourceID>.<resourceMethod>` (RES-Client, "Request method").
void read_method(std::string_view text, client_request& request) {
  if (text == "version") {
    request.kind = request_kind::version;
    return;
  }
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return;
  const auto kind = kind_of(text.substr(0, dot));
  auto rid = text.substr(dot + 1);
  if (kind == request_kind::call || kind == request_kind::auth) {
    const auto last = rid.rfind('.');
    if (last == std::string_view::npos) return;
    request.method = rid.substr(last + 1);
    if (!is_valid_part(request.method)) return;
    rid = rid.substr(0, last);
  }
  if (!is_valid_rid(rid)) return;
  request.rid = rid;
  request.kind = kind;
}

bool is_null(std::string_view params) { return params.empty() || params == "null"; }

}  // namespace

std::optional<client_request> client_request::read(std::string_view message, std::string& storage) {
  client_request request;
  std::optional<std::uint64_t> id;
  std::string_view method;
  json_cursor cursor{message};
  const bool valid = cursor.object([&](std::string_view key, json_cursor& c) {
    const bool is_id = key == "id", is_method = key == "method", is_params = key == "params";
    const auto type = c.peek();
    const auto text = c.raw();
    if (!text) return false;
    if (is_id) id = to_integer(*text);
    if (is_params) request.params = *text;
    if (is_method && type == json_type::string) {
      method = text->substr(1, text->size() - 2);
      if (method.find('\\') != std::string_view::npos) method = storage = unquoted(*text);
    }
    return true;
  });
  if (!valid || !cursor.done() || !id) return std::nullopt;
  request.id = *id;
  read_method(method, request);
  return request;
}

std::optional<std::uint64_t> read_request_id(std::string_view beginning) {
  std::optional<std::uint64_t> id;
  json_cursor cursor{beginning};
  // Fails where the beginning ends; what was found before counts.
  cursor.object([&](std::string_view key, json_cursor& c) {
    const bool is_id = key == "id";
    const auto text = c.raw();
    // A number at the end may have been cut.
    const bool is_whole = text && text->data() + text->size() < beginning.data() + beginning.size();
    if (is_id && is_whole) id = to_integer(*text);
    return text.has_value() && !id;
  });
  return id;
}

std::optional<std::uint64_t> read_unsubscribe_count(std::string_view params) {
  if (is_null(params)) return 1;
  std::optional<std::uint64_t> count = 1;
  json_cursor cursor{params};
  const bool valid = cursor.object([&](std::string_view key, json_cursor& c) {
    const bool is_count = key == "count";
    const auto text = c.raw();
    if (text && is_count) count = *text == "null" ? 1 : to_integer(*text);
    return text.has_value();
  });
  if (!valid || !count || *count == 0) return std::nullopt;
  return count;
}

std::optional<std::string> read_version_params(std::string_view params) {
  std::string protocol;
  if (is_null(params)) return protocol;
  json_cursor cursor{params};
  const bool valid = cursor.object([&](std::string_view key, json_cursor& c) {
    if (key != "protocol" || c.peek() == json_type::null) return c.skip();
    auto text = c.string();
    if (text) protocol = *std::move(text);
    return text.has_value();
  });
  if (!valid) return std::nullopt;
  return protocol;
}

}  // namespace actorgate::protocol
