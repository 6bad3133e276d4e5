#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <nats/nats.h>

namespace actorgate::net {

/// What a failure to connect says: one line, for the person who started the gateway, without credentials.
class nats_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

struct nats_options {
  /// `nats://[user:password@]host:port` or `nats://token@host:port`; one entry may name several, separated by
  /// commas. Of user, password and token, signs may be written as `%` and two digits, as in any URL; a comma
  /// must be. With `tls://` for one of them, TLS is asked of all.
  std::vector<std::string> urls = {};
  /// Shown in the server's monitoring.
  std::string name = {};
  /// A `.creds` file with a user's JWT and key; empty: none.
  std::string credentials_file = {};
  /// Certificates in PEM, several in a file or not, besides those that the system trusts; none: only those.
  /// With one, TLS is asked of the server; a server may always ask for it.
  std::vector<std::string> root_ca_files = {};
  /// What shows the server who we are, in PEM; both or none. With them, TLS is asked of the server.
  std::string certificate_file = {}, key_file = {};
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds reconnect_wait{250};
  /// How often the server is asked for a sign of life; two that are missing end the connection. Nobody else
  /// ends it when the network swallows everything.
  std::chrono::milliseconds ping_interval{10'000};
  /// Bytes of output kept while the server cannot be reached or does not read.
  std::size_t output_limit = 8 << 20;
  /// How old kept output may be when the connection is back: what is older has timed out at its sender.
  std::chrono::milliseconds output_patience{2000};
  /// Has cnats deliver on a thread of its own, even where it lets us do without.
  bool delivery_thread = false;
  /// Messages and bytes that may wait for that thread, per subscription.
  int pending_messages = 1 << 20;
  int pending_bytes = 512 << 20;
};

using nats_options_ptr = std::unique_ptr<natsOptions, decltype(&natsOptions_Destroy)>;

/// What cnats has to know of it: servers, name, who we are, and TLS. Throws `nats_error`, which names the
/// file that cannot be used.
nats_options_ptr options_for_cnats(const nats_options& options);

/// What cnats said last in this thread of a failure with that status, in its words or in general.
std::string nats_reason(natsStatus status);

}  // namespace actorgate::net
