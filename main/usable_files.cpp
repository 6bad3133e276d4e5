#include "main/usable_files.hpp"

#include <csignal>
#include <exception>
#include <pthread.h>

#include "main/page_files.hpp"
#include "net/nats_options.hpp"
#include "net/tls_context.hpp"

namespace actorgate {
namespace {

/// As long as it lives, threads begin without signals: those of cnats, which stay, must not take ours.
class no_signals {
public:
  no_signals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  no_signals(const no_signals&) = delete;
  no_signals& operator=(const no_signals&) = delete;
  ~no_signals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
  sigset_t before_;
};

template <class F>
void require(const std::string& key, F loads) {
  try {
    loads();
  } catch (const std::exception& e) {
    throw configuration_error(key + ": " + e.what());
  }
}

/// One setting after the other, so that it is known which one it is.
void require_usable_nats(const net::nats_options& told) {
  const no_signals here;
  const auto load = [](const net::nats_options& n) { net::options_for_cnats(n); };
  net::nats_options n{.urls = told.urls};
  if (n.urls.empty()) n.urls = {"nats://127.0.0.1"};  // that of a server still to be started
  require("natsUrl", [&] { load(n); });
  n.credentials_file = told.credentials_file;
  require("natsCreds", [&] { load(n); });
  n.root_ca_files = told.root_ca_files;
  require("natsRootCAs", [&] { load(n); });
  n.certificate_file = told.certificate_file;
  n.key_file = told.key_file;
  require("natsCert, natsKey", [&] { load(n); });
}

}  // namespace

void require_usable(const options& o) {
  if (o.told.tls) {
    require("tlsCert, tlsKey", [&] { net::tls_context(o.told.tls_cert, o.told.tls_key); });
  }
  if (!o.told.inspect_tls_cert.empty()) {
    require("inspectTlsCert, inspectTlsKey",
            [&] { net::tls_context(o.told.inspect_tls_cert, o.told.inspect_tls_key); });
  }
  require_usable_nats(o.gateway.nats);
  if (shows_page(o.told)) require("adminPage", [&] { read_page(o.told.admin_page); });
}

}  // namespace actorgate
