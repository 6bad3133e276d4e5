#include "net/tls_context.hpp"

#include <openssl/pem.h>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "tests/net/street.hpp"
#include "tests/net/tls_client.hpp"
#include "tests/support/authority.hpp"

using namespace actorgate::net;
using namespace actorgate::net::test;
using actorgate::test::authority;

namespace {

/// A door with TLS, and who trusts its certificate.
struct gate {
  gate()
      : files(root.issue("first")),
        tls(std::make_shared<tls_context>(files.certificate, files.key)),
        at({.tls = tls}) {}

  /// A client whose handshake is over, well or not.
  std::unique_ptr<tls_client> visit(const std::function<void(SSL*)>& setup = {}) {
    auto c = std::make_unique<tls_client>(at.door.port(), trust, setup);
    at.until([&] {
      c->read();
      return c->connected() || c->failed;
    });
    return c;
  }
  void expect_served(tls_client& c) {
    c.send(get("/"));
    CHECK(has_status(at.answer(c), 404));
  }
  std::string reason_to_refuse(const std::string& certificate, const std::string& key) {
    try {
      tls_context refused(certificate, key);
    } catch (const tls_error& e) {
      return e.what();
    }
    return "";
  }

  authority root;
  actorgate::test::identity_files files;
  std::shared_ptr<tls_context> tls;
  tls_client::context_ptr trust = tls_client::trusting(root.certificate());
  street at;
};

/// A private key in that file, which cannot be read without asking.
std::string with_password(const std::string& file) {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new_file(file.c_str(), "w"), BIO_free_all);
  PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), EVP_aes_256_cbc(), "secret", 6, nullptr, nullptr);
  return file;
}

}  // namespace

TEST_CASE("TLS 1.3 and 1.2 are spoken, with keys that are forgotten and ciphers that authenticate") {
  gate g;
  int version = 0;
  SUBCASE("1.3") { version = TLS1_3_VERSION; }
  SUBCASE("1.2") { version = TLS1_2_VERSION; }
  auto c = g.visit([&](SSL* ssl) { SSL_set_max_proto_version(ssl, version); });
  CHECK(SSL_version(c->ssl()) == version);
  const auto* cipher = SSL_get_current_cipher(c->ssl());
  CHECK(SSL_CIPHER_is_aead(cipher) == 1);
  if (version == TLS1_2_VERSION) CHECK(SSL_CIPHER_get_kx_nid(cipher) == NID_kx_ecdhe);
  CHECK(SSL_get_current_compression(c->ssl()) == nullptr);
  CHECK(c->server_name() == "first");
  g.expect_served(*c);
}

TEST_CASE("older versions and weaker ciphers are refused") {
  gate g;
  const auto c = g.visit([](SSL* ssl) {
    SSL_set_security_level(ssl, 0);
    SUBCASE("TLS 1.1") {
      SSL_set_min_proto_version(ssl, TLS1_VERSION);
      SSL_set_max_proto_version(ssl, TLS1_1_VERSION);
    }
    SUBCASE("CBC") {
      SSL_set_max_proto_version(ssl, TLS1_2_VERSION);
      SSL_set_cipher_list(ssl, "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA");
    }
    SUBCASE("without forward secrecy") {
      SSL_set_max_proto_version(ssl, TLS1_2_VERSION);
      SSL_set_cipher_list(ssl, "AES128-GCM-SHA256");
    }
  });
  CHECK(c->failed);
  CHECK(g.at.owner.requests.empty());
}

TEST_CASE("renegotiation is refused") {
  gate g;
  auto c = g.visit([](SSL* ssl) { SSL_set_max_proto_version(ssl, TLS1_2_VERSION); });
  SSL_renegotiate(c->ssl());
  g.at.until([&] {
    c->read();
    return c->failed;
  });
  CHECK(contains(c->error, "no renegotiation"));
}

TEST_CASE("of the protocols that a client offers, HTTP/1.1 is taken") {
  gate g;
  std::string offered, taken;
  SUBCASE("among others") { offered = "\x02h2\x08http/1.1", taken = "http/1.1"; }
  SUBCASE("none offered") {}
  SUBCASE("not among them") { offered = "\x02h2"; }
  auto c = g.visit([&](SSL* ssl) {
    SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(offered.data()),
                        static_cast<unsigned>(offered.size()));
  });
  const bool refused = !offered.empty() && taken.empty();
  CHECK(c->failed == refused);
  if (refused) return;
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(c->ssl(), &protocol, &size);
  CHECK(std::string(reinterpret_cast<const char*>(protocol), size) == taken);
  g.expect_served(*c);
}

TEST_CASE("a chain of certificates is sent to its end") {
  authority root;
  const auto files = root.intermediate("between").issue("leaf");
  street s({.tls = std::make_shared<tls_context>(files.certificate, files.key)});
  tls_client c(s.door.port(), tls_client::trusting(root.certificate()));
  c.send(get("/"));
  CHECK(has_status(s.answer(c), 404));
  CHECK(c.server_name() == "leaf");
}

TEST_CASE("a session is resumed from its ticket, which the server does not keep") {
  gate g;
  int version = 0;
  SUBCASE("1.3") { version = TLS1_3_VERSION; }
  SUBCASE("1.2") { version = TLS1_2_VERSION; }
  auto first = g.visit([&](SSL* ssl) { SSL_set_max_proto_version(ssl, version); });
  g.expect_served(*first);  // behind the ticket
  std::shared_ptr<SSL_SESSION> session(SSL_get1_session(first->ssl()), SSL_SESSION_free);
  const auto again = [&](SSL* ssl) {
    SSL_set_max_proto_version(ssl, version);
    SSL_set_session(ssl, session.get());
  };
  auto second = g.visit(again);
  CHECK(SSL_session_reused(second->ssl()) == 1);
  g.expect_served(*second);
  // New keys: the ticket is worthless, which costs a whole handshake and nothing else.
  g.tls->reload();
  auto third = g.visit(again);
  CHECK(SSL_session_reused(third->ssl()) == 0);
  g.expect_served(*third);
}

TEST_CASE("files that cannot be used are named, with the reason, in one line") {
  gate g;
  const auto other = g.root.issue("other", "other");
  const auto text = g.root.write("text", "this is no certificate\n");
  const auto locked = with_password(g.root.write("locked", ""));
  struct {
    std::string certificate, key, says;
  } const rows[] = {
      {"/no/such", g.files.key, "TLS: cannot use certificate file /no/such: No such file or directory"},
      {text, g.files.key,
       "TLS: cannot use certificate file " + text + ": no certificate in PEM format in it"},
      {g.files.key, g.files.key,
       "TLS: cannot use certificate file " + g.files.key + ": no certificate in PEM format in it"},
      {g.files.certificate, "/no/key", "TLS: cannot use private key file /no/key: No such file or directory"},
      {g.files.certificate, text,
       "TLS: cannot use private key file " + text + ": no private key in PEM format in it"},
      {g.files.certificate, other.key,
       "TLS: cannot use private key file " + other.key + ": key values mismatch"},
      {g.files.certificate, locked, "TLS: cannot use private key file " + locked + ": it needs a password"},
  };
  for (const auto& r : rows) CHECK(g.reason_to_refuse(r.certificate, r.key) == r.says);
}

TEST_CASE("new files are for new connections, and the old ones go on") {
  gate g;
  auto old = g.visit();
  g.root.issue("second");
  g.tls->reload();
  auto fresh = g.visit();
  CHECK(fresh->server_name() == "second");
  g.expect_served(*fresh);
  g.expect_served(*old);
  CHECK(old->server_name() == "first");
}

TEST_CASE("new files that are broken leave everything as it was") {
  gate g;
  g.root.write("server.crt", "half of i");
  CHECK_THROWS_WITH_AS(
      g.tls->reload(),
      ("TLS: cannot use certificate file " + g.files.certificate + ": no certificate in PEM format in it")
          .c_str(),
      tls_error);
  auto c = g.visit();
  CHECK(c->server_name() == "first");
  g.expect_served(*c);
}
