#include "protocol/response_meta.hpp"

#include <algorithm>
#include <charconv>

#include "protocol/json.hpp"

namespace actorgate::protocol {
namespace {

/// Calls `member(key, value)` for each member of a JSON object, with the value as raw JSON; false if `text`
/// is none.
template <class F>
bool read_members(std::string_view text, F member) {
  json_cursor cursor{text};
  const bool valid = cursor.object([&member](std::string_view key, json_cursor& c) {
    const auto value = c.raw();
    if (value) member(key, *value);
    return value.has_value();
  });
  return valid && cursor.done();
}

void read_status(std::string_view text, response_meta& out) {
  unsigned status = 0;
  const auto* end = text.data() + text.size();
  const bool is_integer = std::from_chars(text.data(), end, status).ptr == end;
  out.status = is_integer && status >= 300 && status <= 599 ? status : 0;
  out.invalid_status = out.status == 0 && text != "null";
}

bool is_header_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    const bool is_alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return is_alphanumeric || std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
  });
}

bool is_header_value(std::string_view value) {
  return std::ranges::none_of(value, [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return (code < 32 && c != '\t') || code == 127;
  });
}

void read_header(std::string_view name, std::string_view values, response_meta& out) {
  const auto before = out.headers.size();
  json_cursor cursor{values};
  const bool valid = is_header_name(name) && cursor.array([&](json_cursor& c) {
    auto value = c.string();
    if (!value || !is_header_value(*value)) return false;
    out.headers.emplace_back(name, *std::move(value));
    return true;
  });
  if (!valid) out.headers.resize(before);
}

}  // namespace

response_meta read_meta(std::string_view response) {
  response_meta out;
  // Most responses have none.
  if (response.find("meta") == std::string_view::npos) return out;
  std::string_view meta;
  const bool valid = read_members(response, [&meta](std::string_view key, std::string_view value) {
    if (key == "meta") meta = value;
  });
  if (!valid) return out;
  read_members(meta, [&out](std::string_view key, std::string_view value) {
    if (key == "status") read_status(value, out);
    if (key != "header") return;
    read_members(value,
                 [&out](std::string_view name, std::string_view values) { read_header(name, values, out); });
  });
  return out;
}

}  // namespace actorgate::protocol
