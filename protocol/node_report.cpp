#include "protocol/node_report.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/json.hpp"

namespace actorgate::protocol {
namespace {

constexpr std::size_t max_report = 4096;
constexpr std::size_t max_id = 64, max_text = 255;
/// So a time in milliseconds can be told in nanoseconds, too: the year 2255.
constexpr std::uint64_t max_number = 9'000'000'000'000;
constexpr std::chrono::milliseconds shortest{50}, longest{3'600'000};

constexpr std::array states{node_state::serving, node_state::draining, node_state::gone};

/// What may stand in a log: up to 255 printable ASCII characters.
bool read(json_cursor& cursor, std::string& out) {
  auto text = cursor.string();
  if (!text || text->size() > max_text) return false;
  if (!std::ranges::all_of(*text, [](char c) { return c >= ' ' && c <= '~'; })) return false;
  out = *std::move(text);
  return true;
}

bool read(json_cursor& cursor, std::uint64_t& out) {
  const auto text = cursor.raw();
  if (!text) return false;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), out);
  return failure == std::errc{} && end == text->data() + text->size() && out <= max_number;
}

bool read(json_cursor& cursor, std::int64_t& out) {
  std::uint64_t number = 0;
  const bool good = read(cursor, number);
  out = static_cast<std::int64_t>(number);
  return good;
}

bool read(json_cursor& cursor, std::chrono::milliseconds& out) {
  std::int64_t count = 0;
  const bool good = read(cursor, count);
  out = std::chrono::milliseconds{count};
  return good;
}

bool read(json_cursor& cursor, node_state& out) {
  const auto text = cursor.string();
  const auto found = std::ranges::find_if(states, [&](node_state s) { return text == to_string(s); });
  if (found == states.end()) return false;
  out = *found;
  return true;
}

bool read_member(std::string_view key, json_cursor& c, node_report& to) {
  if (key == "id") return read(c, to.id);
  if (key == "version") return read(c, to.version);
  if (key == "host") return read(c, to.host);
  if (key == "pid") return read(c, to.pid);
  if (key == "started") return read(c, to.started);
  if (key == "clients") return read(c, to.clients);
  if (key == "inspect") return read(c, to.inspect);
  if (key == "connections") return read(c, to.connections);
  if (key == "subscriptions") return read(c, to.subscriptions);
  if (key == "resources") return read(c, to.resources);
  if (key == "state") return read(c, to.state);
  if (key == "interval") return read(c, to.interval);
  return c.skip();
}

void append_key(std::string& out, std::string_view key) {
  out += out.empty() ? '{' : ',';
  append_quoted(out, key);
  out += ':';
}

}  // namespace

std::string_view to_string(node_state state) {
  constexpr std::array<std::string_view, 3> names{"serving", "draining", "gone"};
  return names[static_cast<std::size_t>(state)];
}

std::string node_subject(std::string_view id) {
  return std::string{"actorgate.node."}.append(id).append(".heartbeat");
}

bool is_valid_node_id(std::string_view id) {
  return !id.empty() && id.size() <= max_id && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::string write_node_report(const node_report& report) {
  std::string out;
  const auto text = [&](std::string_view key, std::string_view value) {
    append_key(out, key);
    append_quoted(out, value);
  };
  const auto number = [&](std::string_view key, auto value) {
    append_key(out, key);
    out += std::to_string(value);
  };
  text("id", report.id);
  text("state", to_string(report.state));
  number("interval", report.interval.count());
  number("connections", report.connections);
  number("subscriptions", report.subscriptions);
  number("resources", report.resources);
  text("clients", report.clients);
  text("inspect", report.inspect);
  text("host", report.host);
  number("pid", report.pid);
  number("started", report.started.count());
  text("version", report.version);
  return out + '}';
}

std::optional<node_report> read_node_report(std::string_view text) {
  if (text.size() > max_report) return std::nullopt;
  node_report report;
  json_cursor cursor{text};
  const bool valid =
      cursor.object([&](std::string_view key, json_cursor& c) { return read_member(key, c, report); });
  if (!valid || !cursor.done() || !is_valid_node_id(report.id)) return std::nullopt;
  if (report.interval < shortest || report.interval > longest) return std::nullopt;
  return report;
}

}  // namespace actorgate::protocol
