#include "net/http_upgrade.hpp"

#include <algorithm>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <vector>

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

/// Takes the name, or the next parameter, off an extension; trimmed.
std::string_view take_parameter(std::string_view& extension) {
  const auto end = std::min(extension.find(';'), extension.size());
  const auto result = trim(extension.substr(0, end));
  extension.remove_prefix(std::min(end + 1, extension.size()));
  return result;
}

/// A number of window bits: 8 to 15, without a leading zero.
bool is_window(std::string_view value) {
  return value == "8" || value == "9" ||
         (value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5');
}

std::string_view unquoted(std::string_view value) {
  return value.size() > 1 && value.front() == '"' && value.back() == '"' ? value.substr(1, value.size() - 2)
                                                                         : value;
}

/// The answer to one offer (RFC 7692, section 7.1); empty if it cannot be taken. What we write is compressed
/// once for all clients, with a window of 15 bits, so a client that wants less is left uncompressed.
std::string answer_to(std::string_view offer) {
  std::string answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  std::vector<std::string_view> seen;
  if (take_parameter(offer) != "permessage-deflate") return {};
  while (!offer.empty()) {
    const auto parameter = take_parameter(offer);
    const auto equals = std::min(parameter.find('='), parameter.size());
    const auto name = trim(parameter.substr(0, equals));
    const bool has_value = equals < parameter.size();
    const auto value = has_value ? unquoted(trim(parameter.substr(equals + 1))) : std::string_view{};
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) return {};
    seen.push_back(name);
    if (name == "server_no_context_takeover" || name == "client_no_context_takeover") {
      if (has_value) return {};
    } else if (name == "client_max_window_bits") {
      if (has_value && !is_window(value)) return {};
    } else if (name == "server_max_window_bits" && value == "15") {
      answer += "; server_max_window_bits=15";
    } else {
      return {};
    }
  }
  return answer;
}

}  // namespace

std::string deflate_answer(const http_headers& headers) {
  const auto offers = joined(headers, "Sec-Websocket-Extensions");
  for (std::string_view list = offers; !list.empty();) {
    if (auto answer = answer_to(take_element(list)); !answer.empty()) return answer;
  }
  return {};
}

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
