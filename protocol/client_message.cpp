#include "protocol/client_message.hpp"

#include <optional>
#include <vector>

#include "protocol/json.hpp"
#include "protocol/value.hpp"

namespace actorgate::protocol {
namespace {

void begin_member(std::string& out, std::string_view rid) {
  if (!out.empty()) out += ',';
  append_quoted(out, rid);
  out += ':';
}

void append_group(std::string& out, std::string_view name, const std::string& group, bool& first) {
  if (group.empty()) return;
  if (!first) out += ',';
  first = false;
  append_quoted(out, name);
  out += ":{";
  out += group;
  out += '}';
}

value legacy_value(const value& v) {
  switch (v.kind()) {
    case value_kind::soft_reference:
      return value::make(value_kind::primitive, quoted(v.rid()), {}, v.key());
    case value_kind::data:
      return value::make(value_kind::primitive, R"("[Data]")", {}, v.key());
    default:
      return v;
  }
}

std::string end_message(std::string out, std::uint64_t id) {
  out += R"("id":)";
  out += std::to_string(id);
  out += '}';
  return out;
}

}  // namespace

void resource_set::add(std::string_view rid, bool is_model, std::string_view json) {
  auto& group = is_model ? models_ : collections_;
  begin_member(group, rid);
  group += json;
}

void resource_set::add(std::string_view rid, const error& e) {
  begin_member(errors_, rid);
  append_json(errors_, e);
}

void resource_set::append_members(std::string& out, bool first) const {
  append_group(out, "models", models_, first);
  append_group(out, "collections", collections_, first);
  append_group(out, "errors", errors_, first);
}

std::string result_message(std::uint64_t id, std::string_view result) {
  std::string out;
  out.reserve(result.size() + 40);
  out += R"({"result":)";
  out += result;
  out += ',';
  return end_message(std::move(out), id);
}

std::string empty_message(std::uint64_t id) { return end_message("{", id); }

std::string error_message(std::uint64_t id, const error& e) {
  std::string out = R"({"error":)";
  append_json(out, e);
  out += ',';
  return end_message(std::move(out), id);
}

std::string event_begin(std::string_view rid, std::string_view name) {
  std::string out = R"({"event":)";
  append_quoted(out, std::string{rid} + '.' + std::string{name});
  out += R"(,"data":)";
  return out;
}

std::string set_result(const resource_set& set) {
  std::string out = "{";
  set.append_members(out, true);
  out += '}';
  return out;
}

std::string version_result() { return R"({"protocol":")" + std::string{own_version} + "\"}"; }

std::string payload_result(std::string_view payload, version v) {
  if (!v.wraps_payload()) return std::string{payload};
  std::string out = R"({"payload":)";
  out += payload;
  out += '}';
  return out;
}

std::string rid_result(std::string_view rid, const resource_set& set) {
  std::string out = R"({"rid":)";
  append_quoted(out, rid);
  set.append_members(out, false);
  out += '}';
  return out;
}

std::string unsubscribe_data(const error& reason) {
  std::string out = R"({"reason":)";
  append_json(out, reason);
  out += '}';
  return out;
}

std::string with_resources(std::string_view data, const resource_set& set) {
  std::string out{data.substr(0, data.size() - 1)};
  set.append_members(out, false);
  out += '}';
  return out;
}

std::string legacy_content(bool is_model, std::string_view json) {
  json_cursor cursor{json};
  auto values = is_model ? read_properties(cursor, true) : read_elements(cursor);
  if (!values) return std::string{json};
  for (auto& v : *values) v = legacy_value(v);
  std::string out;
  is_model ? append_properties(out, *values) : append_elements(out, *values);
  return out;
}

std::string legacy_event_data(bool is_change, std::string_view data) {
  std::string out = "{";
  json_cursor cursor{data};
  cursor.object([&](std::string_view key, json_cursor& c) {
    const auto raw = c.raw();
    if (!raw) return false;
    if (out.size() > 1) out += ',';
    append_quoted(out, key);
    out += ':';
    json_cursor inside{*raw};
    const auto element = key == "value" ? value::read(inside) : std::nullopt;
    if (is_change && key == "values") {
      out += legacy_content(true, *raw);
    } else {
      out += element ? legacy_value(*element).text() : *raw;
    }
    return true;
  });
  out += '}';
  return out;
}

}  // namespace actorgate::protocol
