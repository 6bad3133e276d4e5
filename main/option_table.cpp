#include "main/option_table.hpp"

#include <algorithm>
#include <array>

namespace actorgate {
namespace {

using c = configuration;
constexpr bool later = false;

constexpr std::array table{
    option{"natsUrl", "n", "nats", "url",
           "NATS server, or several, separated by commas; \"embedded\" starts one", &c::nats_url},
    option{"addr", "i", "addr", "address", "IP address to listen on; empty: all, IPv6 too", &c::addr},
    option{"port", "p", "port", "port", "port for clients", &c::port},
    option{"metricsPort", "m", "metricsport", "port", "port for OpenMetrics; 0: none", &c::metrics_port},
    option{"inspectPort", "", "inspect-port", "port", "port for \"actorgate inspect\"; 0: none",
           &c::inspect_port},
    option{"inspectHost", "", "inspect-host", "address",
           "IP address for it; TLS is needed for one that others reach", &c::inspect_host},
    option{"inspectTlsCert", "", "inspect-tls-cert", "file", "certificate to be inspected with",
           &c::inspect_tls_cert},
    option{"inspectTlsKey", "", "inspect-tls-key", "file", "private key of that certificate",
           &c::inspect_tls_key},
    option{"inspectTlsCa", "", "inspect-tls-ca", "file", "authority that issues certificates to operators",
           &c::inspect_tls_ca},
    option{"wsPath", "w", "wspath", "path", "path of the WebSocket", &c::ws_path},
    option{"apiPath", "a", "apipath", "path", "path of the resources over HTTP", &c::api_path},
    option{"requestTimeout", "r", "reqtimeout", "ms", "how long a service may take to answer",
           &c::request_timeout},
    option{"bufferSize", "", "", "", "", &c::buffer_size, later},
    option{"headerAuth", "u", "headauth", "method",
           "auth method that sees the headers of HTTP requests first", &c::header_auth},
    option{"wsHeaderAuth", "t", "wsheadauth", "method",
           "auth method that sees the headers of WebSockets first", &c::ws_header_auth},
    option{"apiEncoding", "", "apiencoding", "type", "how resources look over HTTP: json or jsonflat",
           &c::api_encoding},
    option{"putMethod", "", "putmethod", "method", "call method for HTTP PUT", &c::put_method},
    option{"deleteMethod", "", "deletemethod", "method", "call method for HTTP DELETE", &c::delete_method},
    option{"patchMethod", "", "patchmethod", "method", "call method for HTTP PATCH", &c::patch_method},
    option{"wsCompression", "", "wscompression", "", "offer permessage-deflate to WebSockets",
           &c::ws_compression},
    option{"resetThrottle", "", "resetthrottle", "count",
           "requests at once after a system reset; 0: no limit", &c::reset_throttle},
    option{"referenceThrottle", "", "referencethrottle", "count",
           "gets at once along references; 0: no limit", &c::reference_throttle},
    option{"tls", "", "tls", "", "serve clients over TLS", &c::tls},
    option{"tlsCert", "", "tlscert", "file", "certificate for TLS", &c::tls_cert},
    option{"tlsKey", "", "tlskey", "file", "private key of the certificate", &c::tls_key},
    option{"natsCreds", "", "creds", "file", "NATS user credentials", &c::nats_creds},
    option{"natsCert", "", "natscert", "file", "client certificate for NATS", &c::nats_cert},
    option{"natsKey", "", "natskey", "file", "private key of the client certificate", &c::nats_key},
    option{"natsRootCAs", "", "natsrootca", "file", "root certificate for NATS; may be repeated",
           &c::nats_root_cas},
    option{"allowOrigin", "", "alloworigin", "origin",
           "* or <scheme>://<host>[:<port>], whose pages may connect; may be repeated", &c::allow_origin},
    option{"debug", "D", "debug", "", "log more", &c::debug},
    option{"trace", "V", "trace", "", "log every message", &c::trace},
    option{"", "DV", "", "", "-D and -V", command::log_everything},
    option{"logFormat", "", "log-format", "format", "how log lines look: text or json", &c::log_format},
    option{"shards", "", "shards", "count", "threads that serve clients; 0: one for every two cores",
           &c::shards},
    option{"busyPoll", "", "busy-poll", "us",
           "how long a thread stays awake for the next message of a dialogue; 0: it sleeps", &c::busy_poll},
    option{"drainTimeout", "", "drain-timeout", "ms", "how long clients may take to leave at the end",
           &c::drain_timeout},
    option{"waitForNats", "", "wait-for-nats", "", "start before NATS can be reached", &c::wait_for_nats},
    option{"natsReconnectWindow", "", "nats-reconnect-window", "ms",
           "how long NATS may be away; 0: end when it is lost", &c::nats_reconnect_window},
    option{"maxConnections", "", "max-connections", "count", "connections of clients; 0: no limit",
           &c::max_connections},
    option{"maxConnectionsPerAddress", "", "max-connections-per-address", "count",
           "connections from one IP address; 0: no limit", &c::max_connections_per_address},
    option{"maxSubscriptions", "", "max-subscriptions", "count", "subscriptions of one connection",
           &c::max_subscriptions},
    option{"maxPendingRequests", "", "max-pending-requests", "count", "unanswered requests of one connection",
           &c::max_pending_requests},
    option{"maxMessageSize", "", "max-message-size", "bytes", "a message on a WebSocket",
           &c::max_message_size},
    option{"maxBodySize", "", "max-body-size", "bytes", "the body of an HTTP request", &c::max_body_size},
    option{"maxQueuedBytes", "", "max-queued-bytes", "bytes", "what may wait for a client that does not read",
           &c::max_queued_bytes},
    option{"requestRate", "", "request-rate", "count", "requests per second of one connection; 0: no limit",
           &c::request_rate},
    option{"heartbeat", "", "heartbeat", "ms", "a client that is silent for two of them is gone",
           &c::heartbeat},
    option{"headerTimeout", "", "header-timeout", "ms", "how long the header of an HTTP request may take",
           &c::header_timeout},
    option{"nodeId", "", "node-id", "id", "name of this gateway among several; empty: a random one",
           &c::node_id},
    option{"cluster", "", "cluster", "", "tell other gateways on NATS of this one, and listen to them",
           &c::cluster},
    option{"clusterHeartbeat", "", "cluster-heartbeat", "ms",
           "how often; a gateway that is silent for three of them is gone", &c::cluster_heartbeat},
    option{"connectionEvents", "", "connection-events", "",
           "tell services of WebSockets that come and go; implies cluster", &c::connection_events},
    option{"adminResources", "", "admin-resources", "",
           "serve the gateways as resources, actorgate.nodes and below; implies cluster",
           &c::admin_resources},
    option{"adminAccess", "", "admin-access", "method",
           "call method that says who may see them; without it, nobody may", &c::admin_access},
    option{"adminPage", "", "admin-page", "folder", "files of a page that shows them, at /inspect/",
           &c::admin_page},
    option{"adminLogin", "", "admin-login", "method",
           "auth method that this page asks with a user's name and password", &c::admin_login},
    option{"", "c", "config", "file", "JSON file with settings; written with all of them if missing",
           command::read_file},
    option{"", "", "check-config", "", "check all settings, print them as JSON, and end",
           command::check_config},
    option{"", "h", "help", "", "print this", command::show_help},
    option{"", "v", "version", "", "print the version", command::show_version},
};

/// The default, as the usage shows it; empty if it goes without saying.
std::string shown_default(const target& where) {
  static const configuration defaults;
  if (auto* text = std::get_if<std::string c::*>(&where)) return defaults.*(*text);
  if (auto* port = std::get_if<std::uint16_t c::*>(&where)) return std::to_string(defaults.*(*port));
  if (auto* number = std::get_if<int c::*>(&where)) return std::to_string(defaults.*(*number));
  if (auto* list = std::get_if<origin_list c::*>(&where)) return (defaults.*(*list)).origins.front();
  return {};
}

std::string usage_line(const option& o) {
  std::string line = o.letter.empty() ? "      " : "  -" + std::string(o.letter);
  if (!o.name.empty()) line += (o.letter.empty() ? "--" : ", --") + std::string(o.name);
  if (!o.is_flag()) line += " <" + std::string(o.argument) + ">";
  constexpr std::size_t column = 44;
  line.resize(std::max(column, line.size() + 1), ' ');
  line += o.help;
  if (const auto value = shown_default(o.where); !value.empty() && value != "0") line += " (" + value + ")";
  return line + '\n';
}

bool same_ignoring_case(std::string_view a, std::string_view b) { return to_lower(a) == to_lower(b); }

}  // namespace

std::string to_lower(std::string_view text) {
  std::string result(text);
  for (char& a : result) {
    if (a >= 'A' && a <= 'Z') a = static_cast<char>(a - 'A' + 'a');
  }
  return result;
}

std::span<const option> option_table() { return table; }

const option* find_option(std::string_view name) {
  const auto found = std::ranges::find_if(
      table, [&](const option& o) { return !name.empty() && (o.name == name || o.letter == name); });
  return found == table.end() ? nullptr : &*found;
}

const option* find_key(std::string_view key) {
  // The names that Resgate's code reads, against its documentation.
  if (same_ignoring_case(key, "certFile")) key = "tlsCert";
  if (same_ignoring_case(key, "keyFile")) key = "tlsKey";
  const auto found = std::ranges::find_if(
      table, [&](const option& o) { return !key.empty() && same_ignoring_case(o.key, key); });
  return found == table.end() ? nullptr : &*found;
}

bool is_same(const target& where, const configuration& a, const configuration& b) {
  return std::visit(
      [&](auto member) {
        if constexpr (std::is_same_v<decltype(member), command>)
          return true;
        else
          return a.*member == b.*member;
      },
      where);
}

std::string usage() {
  std::string text =
      "Usage: actorgate [options]\n       actorgate inspect [options] COMMAND    (see actorgate inspect "
      "--help)\n\n";
  for (const auto& o : table) {
    if (o.on_command_line()) text += usage_line(o);
  }
  return text +
         "\nEvery key of the file is an environment variable, too: natsUrl is ACTORGATE_NATS_URL.\n"
         "Options override the environment, which overrides the file.\n";
}

}  // namespace actorgate
