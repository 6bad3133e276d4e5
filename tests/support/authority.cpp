#include "tests/support/authority.hpp"

#include <fstream>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <stdlib.h>
#include <utility>

namespace actorgate::test {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<const fs::path> new_directory() {
  auto name = (fs::temp_directory_path() / "actorgate-test-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp");
  return {new fs::path(name), [](const fs::path* p) {
            fs::remove_all(*p);
            delete p;
          }};
}

void add_extension(X509* to, int id, const char* value) {
  std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> e(
      X509V3_EXT_conf_nid(nullptr, nullptr, id, value), X509_EXTENSION_free);
  if (!e || X509_add_ext(to, e.get(), -1) != 1) throw std::runtime_error("X509 extension");
}

}  // namespace

void authority::release::operator()(X509* c) const { X509_free(c); }
void authority::release::operator()(EVP_PKEY* k) const { EVP_PKEY_free(k); }

authority::authority(const std::string& name) : authority(name, nullptr) {}
authority::authority(authority&&) noexcept = default;
authority::~authority() = default;

authority::authority(const std::string& name, const authority* issuer)
    : directory_(issuer ? issuer->directory_ : new_directory()),
      key_(EVP_EC_gen("P-256")),
      root_(issuer == nullptr) {
  certificate_ = sign(name, key_.get(), true, issuer ? issuer : this);
  certificate_file_ = save(name + ".crt", certificate_.get(), nullptr);
}

authority authority::intermediate(const std::string& name) const { return {name, this}; }

identity_files authority::issue(const std::string& name, const std::string& file) const {
  const key_ptr key(EVP_EC_gen("P-256"));
  const auto certificate = sign(name, key.get(), false, this);
  identity_files result{save(file + ".crt", certificate.get(), nullptr),
                        save(file + ".key", nullptr, key.get())};
  if (!root_) {
    std::ifstream own(certificate_file_);
    std::ofstream(result.certificate, std::ios::app) << own.rdbuf();
  }
  return result;
}

std::string authority::write(const std::string& file, const std::string& content) const {
  auto path = (*directory_ / file).string();
  std::ofstream(path) << content;
  return path;
}

authority::certificate_ptr authority::sign(const std::string& name, EVP_PKEY* key, bool may_issue,
                                           const authority* issuer) const {
  static long serial = 0;
  certificate_ptr made(X509_new());
  auto* c = made.get();
  X509_set_version(c, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(c), -3600);
  X509_gmtime_adj(X509_getm_notAfter(c), 3600);
  X509_set_pubkey(c, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(c, X509_get_subject_name(issuer->certificate_ ? issuer->certificate_.get() : c));
  add_extension(c, NID_basic_constraints, may_issue ? "critical,CA:TRUE" : "CA:FALSE");
  if (!may_issue) add_extension(c, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  if (X509_sign(c, issuer->key_.get(), EVP_sha256()) == 0) throw std::runtime_error("X509_sign");
  return made;
}

std::string authority::save(const std::string& file, X509* certificate, EVP_PKEY* key) const {
  auto path = write(file, "");
  std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new_file(path.c_str(), "w"), BIO_free_all);
  if (certificate) PEM_write_bio_X509(out.get(), certificate);
  if (key) PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return path;
}

}  // namespace actorgate::test
