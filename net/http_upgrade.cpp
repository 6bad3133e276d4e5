#include "net/http_upgrade.hpp"

#include <algorithm>
#include <openssl/evp.h>
#include <openssl/sha.h>

namespace actorgate::net {
namespace {

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
  if (!has_token(said.headers, "Upgrade", "websocket")) return upgrade_verdict::none;
  if (method != "GET" || version < 11 || said.host.empty()) return upgrade_verdict::malformed;
  if (!has_token(said.headers, "Connection", "upgrade")) return upgrade_verdict::malformed;
  if (!appears_once(said, "Sec-Websocket-Version")) return upgrade_verdict::wrong_version;
  if (trim(*find_header(said.headers, "Sec-Websocket-Version")) != "13")
    return upgrade_verdict::wrong_version;
  if (!appears_once(said, "Sec-Websocket-Key")) return upgrade_verdict::malformed;
  if (!is_key(trim(*find_header(said.headers, "Sec-Websocket-Key")))) return upgrade_verdict::malformed;
  return upgrade_verdict::valid;
}

std::string accept_key(std::string_view key) {
  auto text = std::string(trim(key)) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  unsigned char encoded[29];
  const int size = EVP_EncodeBlock(encoded, digest, sizeof digest);
  return {reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(size)};
}

}  // namespace actorgate::net
