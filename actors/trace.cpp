#include "actors/trace.hpp"

#include <algorithm>

#include "protocol/json.hpp"

namespace actorgate::actors {
namespace {

constexpr std::string_view hidden = "(hidden)";

/// The object without the value of its token; nothing of what is none, for the token may be anywhere in it.
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
  return is_object ? out + '}' : std::string{hidden};
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
                                                           : std::string{hidden_auth_request};
}

std::string on_one_line(std::string_view words) {
  constexpr std::size_t longest = 100;
  std::string line{words.substr(0, cut_at(words, longest))};
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, '?');
  return line;
}

std::size_t cut_at(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text.size();
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return size;
}

}  // namespace actorgate::actors
