#include "main/secrets.hpp"

#include <string_view>

#include "net/nats_syntax.hpp"

namespace actorgate {
namespace {

/// Of `scheme://user:password@host` and `scheme://token@host`, scheme, user and host remain.
std::string masked(std::string_view url) {
  const auto scheme = url.find("://");
  const auto begin = scheme == url.npos ? 0 : scheme + 3;
  const auto at = url.rfind('@');
  if (at == url.npos || at < begin) return std::string(url);
  const auto colon = url.find(':', begin);
  const auto secret = colon < at ? colon + 1 : begin;
  return std::string(url.substr(0, secret)) + "***" + std::string(url.substr(at));
}

}  // namespace

configuration without_secrets(configuration told) {
  std::string urls;
  for (const auto& url : net::split_urls({told.nats_url})) urls += (urls.empty() ? "" : ",") + masked(url);
  told.nats_url = urls;
  return told;
}

}  // namespace actorgate
