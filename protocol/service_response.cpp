#include "protocol/service_response.hpp"

#include <charconv>

#include "protocol/json.hpp"

namespace actorgate::protocol {
namespace {

/// The members of a response as raw JSON; empty when left out.
struct envelope {
  std::string_view result;
  std::string_view resource;
  std::string_view error;
};

std::optional<envelope> read_envelope(std::string_view text) {
  envelope out;
  json_cursor cursor{text};
  const bool valid = cursor.object([&out](std::string_view key, json_cursor& c) {
    auto* member = key == "result"     ? &out.result
                   : key == "resource" ? &out.resource
                   : key == "error"    ? &out.error
                                       : nullptr;
    const auto raw = c.raw();
    if (raw && member) *member = *raw;
    return raw.has_value();
  });
  if (!valid || !cursor.done()) return std::nullopt;
  if (out.error == "null") out.error = {};
  if (out.resource == "null") out.resource = {};
  return out;
}

error read_error(std::string_view text) {
  error out;
  json_cursor cursor{text};
  const auto read_text = [](json_cursor& c, std::string& to) {
    auto decoded = c.string();
    if (decoded) to = *std::move(decoded);
    return decoded.has_value();
  };
  const bool valid = cursor.object([&](std::string_view key, json_cursor& c) {
    if (key == "code") return read_text(c, out.code);
    if (key == "message") return read_text(c, out.message);
    const bool is_data = key == "data";
    const auto raw = c.raw();
    if (raw && is_data) out.data = *raw;
    return raw.has_value();
  });
  return valid && !out.code.empty() ? out : errors::internal_error();
}

/// Reads model, collection and query; false if malformed or if there are both or neither.
bool read_content(json_cursor& cursor, resource_content& out) {
  int contents = 0;
  const auto take = [&](std::optional<std::vector<value>> values, bool is_model) {
    if (!values) return false;
    ++contents;
    out.is_model = is_model;
    out.values = *std::move(values);
    return true;
  };
  const bool valid = cursor.object([&](std::string_view key, json_cursor& c) {
    if (c.peek() == json_type::null) return c.skip();
    if (key == "model") return take(read_properties(c, false), true);
    if (key == "collection") return take(read_elements(c), false);
    if (key == "query") return (out.query = c.string()).has_value();
    return c.skip();
  });
  // An empty query is none.
  if (out.query && out.query->empty()) out.query.reset();
  return valid && contents == 1;
}

bool read_query_events(json_cursor& cursor, std::vector<query_event>& out) {
  return cursor.array([&out](json_cursor& element) {
    query_event event;
    const bool valid = element.object([&event](std::string_view key, json_cursor& c) {
      if (key == "event") {
        auto name = c.string();
        if (name) event.name = *std::move(name);
        return name.has_value();
      }
      const bool is_data = key == "data";
      const auto raw = c.raw();
      if (raw && is_data) event.data = *raw;
      return raw.has_value();
    });
    if (!valid || event.name.empty()) return false;
    out.push_back(std::move(event));
    return true;
  });
}

/// The rights to most resources are the same: those read one after the other on a thread have one text.
shared_text shared_with_last(std::string_view text) {
  thread_local shared_text last;
  if (last != text) last = text;
  return last;
}

}  // namespace

bool access_rights::may_call(std::string_view method) const {
  if (call == "*") return true;
  for (auto rest = call.view(); !rest.empty();) {
    const auto comma = rest.find(',');
    if (rest.substr(0, comma) == method) return true;
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return false;
}

outcome<access_rights> read_access_response(std::string_view text) {
  const auto response = read_envelope(text);
  if (!response) return errors::internal_error();
  if (!response->error.empty()) return read_error(response->error);
  access_rights rights;
  json_cursor cursor{response->result};
  const bool valid = cursor.object([&rights](std::string_view key, json_cursor& c) {
    if (c.peek() == json_type::null) return c.skip();
    if (key == "get") {
      const auto get = c.boolean();
      rights.get = get.value_or(false);
      return get.has_value();
    }
    if (key == "call") {
      auto call = c.string();
      if (call) rights.call = shared_with_last(*call);
      return call.has_value();
    }
    return c.skip();
  });
  if (!valid) return errors::internal_error();
  return rights;
}

outcome<resource_content> read_get_response(std::string_view text) {
  const auto response = read_envelope(text);
  if (!response) return errors::internal_error();
  if (!response->error.empty()) return read_error(response->error);
  resource_content content;
  json_cursor cursor{response->result};
  if (!read_content(cursor, content)) return errors::internal_error();
  return content;
}

outcome<call_result> read_call_response(std::string_view text, bool is_new) {
  const auto response = read_envelope(text);
  if (!response) return errors::internal_error();
  if (!response->error.empty()) return read_error(response->error);
  if (!response->resource.empty()) {
    json_cursor cursor{response->resource};
    auto rid = read_reference(cursor);
    if (!rid) return errors::internal_error();
    return call_result{{}, *std::move(rid)};
  }
  if (response->result.empty()) return errors::internal_error();
  if (is_new) {
    json_cursor cursor{response->result};
    if (auto rid = read_reference(cursor)) return call_result{{}, *std::move(rid)};
  }
  return call_result{std::string{response->result}, {}};
}

outcome<query_result> read_query_response(std::string_view text) {
  const auto response = read_envelope(text);
  if (!response) return errors::internal_error();
  if (!response->error.empty()) return read_error(response->error);
  std::vector<query_event> events;
  bool has_events = false, has_content = false;
  json_cursor cursor{response->result};
  const bool valid = cursor.object([&](std::string_view key, json_cursor& c) {
    if (c.peek() == json_type::null) return c.skip();
    has_content |= key == "model" || key == "collection";
    if (key != "events") return c.skip();
    has_events = true;
    return read_query_events(c, events);
  });
  if (!valid || (has_events && has_content)) return errors::internal_error();
  if (!has_content) return query_result{std::move(events)};
  resource_content content;
  json_cursor again{response->result};
  if (!read_content(again, content)) return errors::internal_error();
  return query_result{std::move(content)};
}

bool is_pre_response(std::string_view text) {
  // A response is a JSON object; a pre-response begins with its key.
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' && !is_json(text);
}

std::optional<std::chrono::milliseconds> read_pre_response(std::string_view text) {
  constexpr std::string_view key = "timeout:\"";
  const auto begin = text.find(key);
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin + key.size());
  std::uint32_t milliseconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (failure != std::errc{} || end == text.data() + text.size() || *end != '"') return std::nullopt;
  return std::chrono::milliseconds{milliseconds};
}

}  // namespace actorgate::protocol
