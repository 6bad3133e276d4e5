#include "net/http_upgrade.hpp"

#include <algorithm>
#include <openssl/evp.h>
#include <openssl/sha.h>

namespace actorgate::net {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool list_contains(std::string_view list, std::string_view token) {
  for (;;) {
    const auto comma = list.find(',');
    if (equal_ignoring_case(trim(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

/// Whether any header of that name has the token in its comma-separated list.
bool has_token(const handshake& said, std::string_view name, std::string_view token) {
  return std::any_of(said.headers.begin(), said.headers.end(),
                     [&](const auto& h) { return h.first == name && list_contains(h.second, token); });
}

bool appears_once(const handshake& said, std::string_view name) {
  return std::count_if(said.headers.begin(), said.headers.end(),
                       [&](const auto& h) { return h.first == name; }) == 1;
}

/// 16 bytes in base64 are 22 digits and two signs of padding.
bool is_key(std::string_view key) {
  if (key.size() != 24 || !key.ends_with("==")) return false;
  return std::all_of(key.begin(), key.end() - 2, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  });
}

}  // namespace

upgrade_verdict judge_upgrade(std::string_view method, unsigned version, const handshake& said) {
  if (!has_token(said, "Upgrade", "websocket")) return upgrade_verdict::none;
  if (method != "GET" || version < 11 || said.host.empty()) return upgrade_verdict::malformed;
  if (!has_token(said, "Connection", "upgrade")) return upgrade_verdict::malformed;
  if (!appears_once(said, "Sec-Websocket-Version")) return upgrade_verdict::wrong_version;
  if (trim(*find_header(said, "Sec-Websocket-Version")) != "13") return upgrade_verdict::wrong_version;
  if (!appears_once(said, "Sec-Websocket-Key")) return upgrade_verdict::malformed;
  if (!is_key(trim(*find_header(said, "Sec-Websocket-Key")))) return upgrade_verdict::malformed;
  return upgrade_verdict::valid;
}

bool origin_allowed(const handshake& said, const std::vector<std::string>& allowed) {
  const auto* origin = find_header(said, "Origin");
  if (origin == nullptr || *origin == "null") return true;
  return std::any_of(allowed.begin(), allowed.end(),
                     [&](const auto& one) { return one == "*" || equal_ignoring_case(one, *origin); });
}

std::string accept_key(std::string_view key) {
  auto text = std::string(trim(key)) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  unsigned char encoded[29];
  const int size = EVP_EncodeBlock(encoded, digest, sizeof digest);
  return {reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(size)};
}

std::string canonical_header_name(std::string_view name) {
  std::string result(name);
  bool begins = true;
  for (char& c : result) {
    c = begins ? upper(c) : lower(c);
    begins = c == '-';
  }
  return result;
}

const std::string* find_header(const handshake& said, std::string_view name) {
  const auto found =
      std::find_if(said.headers.begin(), said.headers.end(), [&](const auto& h) { return h.first == name; });
  return found == said.headers.end() ? nullptr : &found->second;
}

}  // namespace actorgate::net
