#include "net/nats_syntax.hpp"

#include <algorithm>

namespace actorgate::net {

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
      const auto url = rest.substr(0, rest.find(','));
      if (!url.empty()) result.emplace_back(url);
      rest.remove_prefix(std::min(rest.size(), url.size() + 1));
    }
  }
  return result;
}

std::string without_credentials(std::string_view urls) {
  std::string result;
  for (std::string_view url : split_urls({std::string(urls)})) {
    const auto scheme = url.find("://");
    const auto host = scheme == url.npos ? 0 : scheme + 3;
    const auto at = url.rfind('@');
    if (!result.empty()) result += ',';
    result += url.substr(0, host);
    result += url.substr(at == url.npos || at < host ? host : at + 1);
  }
  return result;
}

}  // namespace actorgate::net
