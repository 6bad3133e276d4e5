#include "net/nats_syntax.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <utility>

#include "net/http_headers.hpp"

namespace actorgate::net {
namespace {

/// Where user, password or token are: behind the scheme, up to the last `@`.
std::pair<std::size_t, std::size_t> credentials_of(std::string_view url) {
  const auto scheme = url.find("://");
  const auto host = scheme == url.npos ? 0 : scheme + 3;
  const auto at = url.rfind('@');
  return {host, at == url.npos || at < host ? host : at};
}

bool is_escape(std::string_view code) {
  return code.size() == 3 && code[0] == '%' && std::isxdigit(static_cast<unsigned char>(code[1])) != 0 &&
         std::isxdigit(static_cast<unsigned char>(code[2])) != 0;
}

void append_in_json(std::string& out, unsigned char c) {
  char code[8];
  if (c < ' ') {
    std::snprintf(code, sizeof code, "\\u%04x", c);
    out += code;
    return;
  }
  if (c == '"' || c == '\\') out += '\\';
  out += static_cast<char>(c);
}

}  // namespace

bool is_subject(std::string_view s) {
  return !s.empty() &&
         std::all_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) > ' '; });
}

bool is_subscribable(std::string_view s) {
  for (;;) {
    const auto token = s.substr(0, s.find('.'));
    const bool last = token.size() == s.size();
    if (!is_subject(token) || (token == ">" && !last)) return false;
    if (last) return true;
    s.remove_prefix(token.size() + 1);
  }
}

std::vector<std::string> split_urls(const std::vector<std::string>& entries) {
  std::vector<std::string> result;
  for (std::string_view rest : entries) {
    while (!rest.empty()) {
      const auto entry = rest.substr(0, rest.find(','));
      if (const auto url = trim(entry); !url.empty()) result.emplace_back(url);
      rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
    }
  }
  return result;
}

std::string for_people(const std::vector<std::string>& urls) {
  std::string result;
  for (const auto& url : urls) result += (result.empty() ? "" : ",") + url;
  return without_credentials(result);
}

std::string url_for_cnats(std::string_view url) {
  const auto [from, to] = credentials_of(url);
  std::string result(url.substr(0, from));
  for (auto rest = url.substr(from, to - from); !rest.empty(); rest.remove_prefix(1)) {
    auto c = static_cast<unsigned char>(rest[0]);
    if (is_escape(rest.substr(0, 3))) {
      std::from_chars(rest.data() + 1, rest.data() + 3, c, 16);
      rest.remove_prefix(2);
    }
    append_in_json(result, c);
  }
  return result.append(url.substr(to));
}

std::string without_credentials(std::string_view urls) {
  std::string result;
  for (std::string_view url : split_urls({std::string(urls)})) {
    const auto [from, to] = credentials_of(url);
    if (!result.empty()) result += ',';
    result += url.substr(0, from);
    result += url.substr(to == from ? from : to + 1);
  }
  return result;
}

}  // namespace actorgate::net
