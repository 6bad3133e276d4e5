#pragma once
#include <memory>
#include <openssl/types.h>
#include <string>

namespace actorgate::test {

/// An Ed25519 key with NATS' text for it (nkeys: base32 of a prefix, the key and a checksum).
class nkey {
public:
  /// `kind` is the letter that its public text begins with: O(perator), A(ccount) or U(ser).
  explicit nkey(char kind);

  const std::string& public_text() const { return public_; }
  const std::string& seed() const { return seed_; }
  /// A JSON Web Token, signed with this key, of `claims` without braces.
  std::string token(const std::string& claims) const;

private:
  std::shared_ptr<EVP_PKEY> key_;
  std::string public_, seed_;
};

/// An operator with one account and one user: what `nsc` would make of them.
struct nats_operator {
  nats_operator();

  std::string server_config;  ///< for a nats-server that takes that user only
  std::string credentials;    ///< the text of the user's `.creds` file
};

}  // namespace actorgate::test
