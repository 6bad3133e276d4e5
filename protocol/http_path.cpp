#include "protocol/http_path.hpp"

#include <algorithm>
#include <charconv>

#include "protocol/json.hpp"
#include "protocol/rid.hpp"

namespace actorgate::protocol {
namespace {

std::string_view without_authority(std::string_view target) {
  const auto colon = target.find_first_of(":/?");
  if (colon == 0 || colon == std::string_view::npos || target.substr(colon, 3) != "://") return target;
  target.remove_prefix(colon + 3);
  return target.substr(std::min(target.find_first_of("/?"), target.size()));
}

/// What follows the api path, as name and query that are still encoded; nothing if something else does.
std::optional<rid_parts> split_target(std::string_view target, std::string_view api_path) {
  target = without_authority(target);
  if (!target.starts_with(api_path)) return std::nullopt;
  return split_rid(target.substr(api_path.size()));
}

/// The character whose two hexadecimal digits begin `text`.
std::optional<char> read_escape(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  unsigned char code = 0;
  const auto* end = text.data() + 2;
  if (std::from_chars(text.data(), end, code, 16).ptr != end) return std::nullopt;
  return static_cast<char>(code);
}

std::optional<std::string> decode_path(std::string_view path) {
  const bool has_empty_part =
      path.empty() || path.front() == '/' || path.back() == '/' || path.find("//") != std::string_view::npos;
  if (has_empty_part || path.find('.') != std::string_view::npos) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%') {
      const auto c = read_escape(path.substr(i + 1));
      if (!c) return std::nullopt;
      out += *c;
      i += 2;
    } else {
      out += path[i] == '/' ? '.' : path[i];
    }
  }
  return out;
}

std::optional<std::string> make_rid(std::string_view path, std::string_view query) {
  auto rid = decode_path(path);
  if (!rid) return std::nullopt;
  if (!query.empty()) rid->append("?").append(query);
  const bool is_utf8 = is_json(quoted(*rid));
  if (!is_utf8 || !is_valid_rid(*rid)) return std::nullopt;
  return rid;
}

/// Whether `c` stands for itself in a part of a path; dots never do.
bool is_literal(char c) {
  const bool is_alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return is_alphanumeric || std::string_view{"-_~$&+:=@"}.find(c) != std::string_view::npos;
}

void append_escape(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  const auto code = static_cast<unsigned char>(c);
  out += '%';
  out += hex[code >> 4];
  out += hex[code & 15];
}

}  // namespace

std::optional<std::string> rid_of_target(std::string_view target, std::string_view api_path) {
  const auto parts = split_target(target, api_path);
  if (!parts) return std::nullopt;
  return make_rid(parts->name, parts->query);
}

std::optional<method_target> method_of_target(std::string_view target, std::string_view api_path) {
  const auto parts = split_target(target, api_path);
  if (!parts) return std::nullopt;
  const auto slash = parts->name.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto rid = make_rid(parts->name.substr(0, slash), parts->query);
  auto method = decode_path(parts->name.substr(slash + 1));
  if (!rid || !method || !is_valid_part(*method)) return std::nullopt;
  return method_target{*std::move(rid), *std::move(method)};
}

std::string path_of_rid(std::string_view rid, std::string_view api_path) {
  std::string out{api_path};
  bool in_query = false;
  for (char c : rid) {
    in_query |= c == '?';
    if (c == '.' && !in_query) {
      out += '/';
    } else if (is_literal(c)) {
      out += c;
    } else {
      append_escape(out, c);
    }
  }
  return out;
}

}  // namespace actorgate::protocol
