#include "net/tls_context.hpp"

#include <cstring>
#include <new>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <string_view>
#include <utility>

namespace actorgate::net {
namespace {

// Those of TLS 1.3 are all good.
constexpr auto ciphers_of_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::string_view protocols = "\x08http/1.1";
constexpr std::string_view session_id_context = "actorgate";

/// What OpenSSL, in this thread, stumbled over first.
std::string reason(std::string_view wanted) {
  const auto error = ERR_get_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(error)) return std::strerror(ERR_GET_REASON(error));
  const auto library = ERR_GET_LIB(error), what = ERR_GET_REASON(error);
  if ((library == ERR_LIB_PEM && what == PEM_R_NO_START_LINE) ||
      (library == ERR_LIB_OSSL_DECODER && what == ERR_R_UNSUPPORTED)) {
    return "no " + std::string(wanted) + " in PEM format in it";
  }
  const char* text = ERR_reason_error_string(error);
  return text ? text : "unknown error";
}

[[noreturn]] void fail(std::string_view wanted, const std::string& file, const std::string& why) {
  throw tls_error("TLS: cannot use " + std::string(wanted) + " file " + file + ": " + why);
}

/// Notes that there should be one: OpenSSL would ask whoever sits at the terminal.
int no_password(char*, int, int, void* wanted) {
  *static_cast<bool*>(wanted) = true;
  return -1;
}

/// RFC 7301, section 3.2.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  auto* ours = reinterpret_cast<const unsigned char*>(protocols.data());
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(&found, size, ours, static_cast<unsigned>(protocols.size()),
                                           offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::shared_ptr<SSL_CTX> make_context() {
  std::shared_ptr<SSL_CTX> made(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  auto* c = made.get();
  if (c == nullptr) throw std::bad_alloc();
  SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                             SSL_OP_PRIORITIZE_CHACHA);
  // Idle connections hold no buffers; a retried write comes from wherever the queue has it then.
  SSL_CTX_set_mode(
      c, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_session_id_context(c, reinterpret_cast<const unsigned char*>(session_id_context.data()),
                                 static_cast<unsigned>(session_id_context.size()));
  SSL_CTX_set_alpn_select_cb(c, choose_protocol, nullptr);
  if (SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(c, ciphers_of_1_2) != 1) {
    throw tls_error("TLS: cannot be set up: " + reason("cipher"));
  }
  return made;
}

std::shared_ptr<SSL_CTX> load(const std::string& certificate_file, const std::string& key_file) {
  auto context = make_context();
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
    fail("certificate", certificate_file, reason("certificate"));
  }
  bool locked = false;
  SSL_CTX_set_default_passwd_cb(context.get(), no_password);
  SSL_CTX_set_default_passwd_cb_userdata(context.get(), &locked);
  // It also compares the two.
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    fail("private key", key_file, locked ? "it needs a password" : reason("private key"));
  }
  return context;
}

}  // namespace

tls_context::tls_context(std::string certificate_file, std::string key_file)
    : certificate_file_(std::move(certificate_file)),
      key_file_(std::move(key_file)),
      context_(load(certificate_file_, key_file_)) {}

void tls_context::reload() {
  auto fresh = load(certificate_file_, key_file_);
  std::lock_guard lock(mutex_);
  context_.swap(fresh);
}

std::unique_ptr<tls_stream> tls_context::accept(int socket) const {
  return std::make_unique<tls_stream>(SSL_new(current().get()), socket);
}

std::shared_ptr<SSL_CTX> tls_context::current() const {
  std::lock_guard lock(mutex_);
  return context_;
}

}  // namespace actorgate::net
