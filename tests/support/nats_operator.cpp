#include "tests/support/nats_operator.hpp"

#include <array>
#include <cstdint>
#include <openssl/evp.h>
#include <string_view>
#include <vector>

namespace actorgate::test {
namespace {

using bytes = std::vector<unsigned char>;

/// CRC-16/XMODEM.
std::uint16_t checksum(const bytes& data) {
  unsigned crc = 0;
  for (unsigned char byte : data) {
    crc ^= static_cast<unsigned>(byte) << 8;
    for (int i = 0; i < 8; ++i) crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
    crc &= 0xffff;
  }
  return static_cast<std::uint16_t>(crc);
}

/// Without padding, as are both.
std::string encode(const bytes& data, std::string_view digits, unsigned bits) {
  std::string out;
  unsigned value = 0, held = 0;
  for (unsigned char byte : data) {
    value = value << 8 | byte;
    for (held += 8; held >= bits; held -= bits) out += digits[value >> (held - bits) & ((1u << bits) - 1)];
  }
  if (held > 0) out += digits[value << (bits - held) & ((1u << bits) - 1)];
  return out;
}
std::string base64url(std::string_view text) {
  return encode({text.begin(), text.end()},
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 6);
}
std::string nkey_text(bytes data) {
  const auto crc = checksum(data);
  data.push_back(static_cast<unsigned char>(crc & 0xff));
  data.push_back(static_cast<unsigned char>(crc >> 8));
  return encode(data, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5);
}

}  // namespace

nkey::nkey(char kind) : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free) {
  std::array<unsigned char, 32> raw;
  std::size_t size = raw.size();
  const auto prefix = static_cast<unsigned char>((kind - 'A') << 3);
  bytes data{prefix};
  EVP_PKEY_get_raw_public_key(key_.get(), raw.data(), &size);
  data.insert(data.end(), raw.begin(), raw.end());
  public_ = nkey_text(std::move(data));
  constexpr unsigned char seed_prefix = ('S' - 'A') << 3;
  data = {static_cast<unsigned char>(seed_prefix | prefix >> 5), static_cast<unsigned char>(prefix << 3)};
  EVP_PKEY_get_raw_private_key(key_.get(), raw.data(), &size);
  data.insert(data.end(), raw.begin(), raw.end());
  seed_ = nkey_text(std::move(data));
}

std::string nkey::token(const std::string& claims) const {
  const auto text = base64url(R"({"typ":"JWT","alg":"ed25519-nkey"})") + "." +
                    base64url(R"({"jti":"1","iat":1700000000,"iss":")" + public_ + "\"," + claims + "}");
  std::array<char, 64> signature;
  std::size_t size = signature.size();
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> c(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestSignInit(c.get(), nullptr, nullptr, nullptr, key_.get());
  EVP_DigestSign(c.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                 reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return text + "." + base64url({signature.data(), size});
}

nats_operator::nats_operator() {
  const nkey self('O'), account('A'), user('U');
  const auto subject = [](const nkey& k) { return R"("sub":")" + k.public_text() + R"(","name":"test",)"; };
  const auto own = self.token(subject(self) + R"("nats":{"type":"operator","version":2})");
  const auto of_account =
      self.token(subject(account) + R"("nats":{"type":"account","version":2,"limits":{"subs":-1,"data":-1,)"
                                    R"("payload":-1,"conn":-1,"leaf":-1,"imports":-1,"exports":-1}})");
  const auto of_user = account.token(
      subject(user) +
      R"("nats":{"type":"user","version":2,"pub":{},"sub":{},"subs":-1,"data":-1,"payload":-1})");
  server_config = "operator: " + own + "\nresolver: MEMORY\nresolver_preload: { " + account.public_text() +
                  ": " + of_account + " }\n";
  credentials = "-----BEGIN NATS USER JWT-----\n" + of_user +
                "\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n" + user.seed() +
                "\n------END USER NKEY SEED------\n";
}

}  // namespace actorgate::test
