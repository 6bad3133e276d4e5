#include "protocol/service_event.hpp"

#include <charconv>

#include "protocol/json.hpp"
#include "protocol/rid.hpp"

namespace actorgate::protocol {
namespace {

/// Reads the index of an add or remove event.
bool read_index(json_cursor& cursor, std::optional<std::size_t>& out) {
  const auto text = cursor.raw();
  if (!text) return false;
  std::size_t index = 0;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), index);
  if (failure != std::errc{} || end != text->data() + text->size()) return false;
  out = index;
  return true;
}

bool read_strings(json_cursor& cursor, std::vector<std::string>& out) {
  if (cursor.peek() == json_type::null) return cursor.skip();
  return cursor.array([&out](json_cursor& c) {
    auto text = c.string();
    if (text) out.push_back(*std::move(text));
    return text.has_value();
  });
}

}  // namespace

event_kind event_kind_of(std::string_view name) {
  if (name == "change") return event_kind::change;
  if (name == "add") return event_kind::add;
  if (name == "remove") return event_kind::remove;
  if (name == "reaccess") return event_kind::reaccess;
  if (name == "create") return event_kind::create;
  if (name == "delete") return event_kind::deleted;
  if (name == "query") return event_kind::query;
  if (name == "patch" || name == "reset" || name == "unsubscribe") return event_kind::reserved;
  return event_kind::custom;
}

std::optional<std::vector<value>> read_change_event(std::string_view payload) {
  std::size_t members = 0;
  std::string_view values;
  json_cursor cursor{payload};
  const bool valid = cursor.object([&](std::string_view key, json_cursor& c) {
    const bool is_values = key == "values" && c.peek() == json_type::object;
    const auto raw = c.raw();
    if (raw && is_values) values = *raw;
    ++members;
    return raw.has_value();
  });
  if (!valid || !cursor.done()) return std::nullopt;
  json_cursor inside{members == 1 && !values.empty() ? values : payload};
  return read_properties(inside, true);
}

std::optional<add_event> read_add_event(std::string_view payload) {
  std::optional<std::size_t> index;
  std::optional<value> element;
  json_cursor cursor{payload};
  const bool valid = cursor.object([&](std::string_view key, json_cursor& c) {
    if (key == "idx") return read_index(c, index);
    if (key == "value") return (element = value::read(c)).has_value();
    return c.skip();
  });
  if (!valid || !cursor.done() || !index || !element) return std::nullopt;
  return add_event{*index, *std::move(element)};
}

std::optional<std::size_t> read_remove_event(std::string_view payload) {
  std::optional<std::size_t> index;
  json_cursor cursor{payload};
  const bool valid = cursor.object(
      [&](std::string_view key, json_cursor& c) { return key == "idx" ? read_index(c, index) : c.skip(); });
  if (!valid || !cursor.done()) return std::nullopt;
  return index;
}

std::optional<std::string> read_query_event(std::string_view payload) {
  std::string subject;
  json_cursor cursor{payload};
  const bool valid = cursor.object([&](std::string_view key, json_cursor& c) {
    if (key != "subject") return c.skip();
    auto text = c.string();
    if (text) subject = *std::move(text);
    return text.has_value();
  });
  if (!valid || !cursor.done() || !is_valid_name(subject)) return std::nullopt;
  return subject;
}

std::optional<token_event> read_token_event(std::string_view payload) {
  token_event event;
  json_cursor cursor{payload};
  if (cursor.peek() == json_type::null) {
    if (!cursor.skip() || !cursor.done()) return std::nullopt;
    return event;
  }
  const bool valid = cursor.object([&](std::string_view key, json_cursor& c) {
    if (key == "tid" && c.peek() != json_type::null) {
      auto tid = c.string();
      if (tid) event.tid = *std::move(tid);
      return tid.has_value();
    }
    const bool is_token = key == "token";
    const auto raw = c.raw();
    if (raw && is_token) event.token = *raw;
    return raw.has_value();
  });
  if (!valid || !cursor.done()) return std::nullopt;
  return event;
}

std::optional<reset_event> read_reset_event(std::string_view payload) {
  reset_event event;
  json_cursor cursor{payload};
  const bool valid = cursor.object([&](std::string_view key, json_cursor& c) {
    if (key == "resources") return read_strings(c, event.resources);
    if (key == "access") return read_strings(c, event.access);
    return c.skip();
  });
  if (!valid || !cursor.done()) return std::nullopt;
  return event;
}

std::optional<token_reset_event> read_token_reset_event(std::string_view payload) {
  token_reset_event event;
  json_cursor cursor{payload};
  const bool valid = cursor.object([&](std::string_view key, json_cursor& c) {
    if (key == "tids") return read_strings(c, event.tids);
    if (key != "subject") return c.skip();
    auto subject = c.string();
    if (subject) event.subject = *std::move(subject);
    return subject.has_value();
  });
  if (!valid || !cursor.done() || event.tids.empty() || !is_valid_name(event.subject)) return std::nullopt;
  return event;
}

}  // namespace actorgate::protocol
