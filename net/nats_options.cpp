#include "net/nats_options.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

#include "net/nats_syntax.hpp"

namespace actorgate::net {
namespace {

constexpr std::string_view plain_scheme = "nats://", tls_scheme = "tls://";

void require(natsStatus status) {
  if (status != NATS_OK) throw nats_error("NATS: " + nats_reason(status));
}

[[noreturn]] void fail(std::string_view what, const std::string& file, const std::string& why) {
  throw nats_error("NATS: cannot use " + std::string(what) + " file " + file + ": " + why);
}

void require_readable(std::string_view what, const std::string& file) {
  errno = 0;
  if (std::ifstream in(file); !in || in.peek() == std::ifstream::traits_type::eof()) {
    fail(what, file, errno != 0 ? std::strerror(errno) : "it is empty");
  }
}

/// Whether there is a line that looks like the seed of a user's key.
bool holds_user_key(const std::string& file) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("SU")) return true;
  }
  return false;
}

/// In cnats' words, of which the beginning is left out that names the file.
std::string tls_reason(natsStatus status) {
  const auto text = nats_reason(status);
  const auto colon = text.rfind(": ");
  return colon == text.npos ? text : text.substr(colon + 2);
}

bool is_tls(std::string_view url) { return url.starts_with(tls_scheme); }

void set_servers(natsOptions* o, const std::vector<std::string>& entries) {
  const auto urls = split_urls(entries);
  if (urls.empty()) throw nats_error("NATS: no URL given");
  std::vector<std::string> texts;
  std::vector<const char*> pointers;
  for (const auto& url : urls) {
    if (url.find("://") != url.npos && !url.starts_with(plain_scheme) && !is_tls(url)) {
      throw nats_error("NATS: cannot use " + without_credentials(url) +
                       ": it begins neither with nats:// nor with tls://");
    }
    texts.push_back(url_for_cnats(url));
  }
  for (const auto& text : texts) pointers.push_back(text.c_str());
  const auto status = natsOptions_SetServers(o, pointers.data(), static_cast<int>(pointers.size()));
  if (status != NATS_OK)
    throw nats_error("NATS: cannot use " + for_people(urls) + ": " + natsStatus_GetText(status));
  if (std::any_of(urls.begin(), urls.end(), is_tls)) require(natsOptions_SetSecure(o, true));
}

void set_credentials(natsOptions* o, const std::string& file) {
  if (file.empty()) return;
  require_readable("credentials", file);
  // cnats reads it only when a server asks for it.
  if (!holds_user_key(file)) fail("credentials", file, "no user's key in it");
  require(natsOptions_SetUserCredentialsFromFiles(o, file.c_str(), nullptr));
}

void set_tls(natsOptions* o, const nats_options& options) {
  for (const auto& file : options.root_ca_files) {
    require_readable("root CA", file);
    const auto status = natsOptions_LoadCATrustedCertificates(o, file.c_str());
    if (status != NATS_OK) fail("root CA", file, tls_reason(status));
    require(natsOptions_SetSecure(o, true));
  }
  const auto &certificate = options.certificate_file, &key = options.key_file;
  if (certificate.empty() && key.empty()) return;
  if (key.empty()) throw nats_error("NATS: client certificate " + certificate + " is without a key");
  if (certificate.empty()) throw nats_error("NATS: key " + key + " is without a client certificate");
  require_readable("client certificate", certificate);
  require_readable("client key", key);
  const auto status = natsOptions_LoadCertificatesChain(o, certificate.c_str(), key.c_str());
  if (status != NATS_OK && nats_reason(status).find("private key") != std::string::npos) {
    fail("client key", key, tls_reason(status));
  }
  if (status != NATS_OK) fail("client certificate", certificate, tls_reason(status));
  require(natsOptions_SetSecure(o, true));
}

}  // namespace

std::string nats_reason(natsStatus status) {
  natsStatus last = NATS_OK;
  const char* text = nats_GetLastError(&last);
  std::string_view reason = text && last == status ? text : "";
  // It begins with a line of cnats' source: `(conn.c:2088): `.
  if (const auto end = reason.find("): "); reason.starts_with('(') && end != reason.npos) {
    reason.remove_prefix(end + 3);
  }
  return reason.empty() ? natsStatus_GetText(status) : std::string(reason);
}

nats_options_ptr options_for_cnats(const nats_options& options) {
  natsOptions* o = nullptr;
  if (natsOptions_Create(&o) != NATS_OK) throw nats_error("NATS: out of memory");
  nats_options_ptr owned(o, natsOptions_Destroy);
  set_servers(o, options.urls);
  require(natsOptions_SetName(o, options.name.c_str()));
  set_credentials(o, options.credentials_file);
  set_tls(o, options);
  return owned;
}

}  // namespace actorgate::net
