#include "actors/trace.hpp"

#include "protocol/json.hpp"

namespace actorgate::actors {
namespace {

constexpr std::string_view hidden = "(hidden)";

/// The object without the value of its token.
std::string without_token(std::string_view payload) {
  std::string out = "{";
  protocol::json_cursor cursor{payload};
  const bool is_object = cursor.object([&out](std::string_view key, protocol::json_cursor& c) {
    if (out.size() > 1) out += ',';
    protocol::append_quoted(out, key);
    const auto value = c.raw();
    if (!value) return false;
    const bool shows = key != "token" || *value == "null";
    out.append(":").append(shows ? *value : "\"***\"");
    return true;
  });
  return is_object ? out + '}' : std::string{payload};
}

}  // namespace

std::string shown(std::string_view subject, std::string_view payload) {
  std::string line{subject};
  line += ' ';
  if (subject.starts_with("auth.")) return line.append(hidden);
  // Only what carries a token is looked into.
  return line.append(payload.find("token") == std::string_view::npos ? std::string{payload}
                                                                     : without_token(payload));
}

std::string shown(std::string_view message) {
  return message.find("\"auth.") == std::string_view::npos ? std::string{message}
                                                           : "auth request " + std::string{hidden};
}

}  // namespace actorgate::actors
