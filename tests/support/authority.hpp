#pragma once
#include <filesystem>
#include <memory>
#include <openssl/types.h>
#include <string>

namespace actorgate::test {

/// Files in PEM.
struct identity_files {
  std::string certificate;  ///< and the issuer's behind it, if that is not the root
  std::string key;
};

/// Issues certificates, made when a test runs, in a directory that goes with it. They are good for
/// `localhost` and 127.0.0.1, for servers and clients.
class authority {
public:
  /// A root, whose certificate is signed by itself.
  explicit authority(const std::string& name = "test root");
  authority(authority&&) noexcept;
  ~authority();

  /// A certificate for `name`, in files that replace those of the same `file` name.
  identity_files issue(const std::string& name, const std::string& file = "server") const;
  /// An authority of its own between this one and what it issues.
  authority intermediate(const std::string& name) const;

  /// What those must have who trust it.
  const std::string& certificate() const { return certificate_file_; }
  /// A file of that name with this content.
  std::string write(const std::string& file, const std::string& content) const;

private:
  struct release {
    void operator()(X509* c) const;
    void operator()(EVP_PKEY* k) const;
  };
  using certificate_ptr = std::unique_ptr<X509, release>;
  using key_ptr = std::unique_ptr<EVP_PKEY, release>;

  authority(const std::string& name, const authority* issuer);
  certificate_ptr sign(const std::string& name, EVP_PKEY* key, bool may_issue, const authority* issuer) const;
  std::string save(const std::string& file, X509* certificate, EVP_PKEY* key) const;

  std::shared_ptr<const std::filesystem::path> directory_;
  key_ptr key_;
  certificate_ptr certificate_;
  std::string certificate_file_;
  bool root_ = true;
};

}  // namespace actorgate::test
