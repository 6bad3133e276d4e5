#pragma once
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace actorgate {

/// What is wrong with a command line, a configuration file or a variable: one line, for the person who wrote
/// it.
class configuration_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Origins that are separated by semicolons, as `split_list` does; on the command line the option may be
/// repeated as well.
struct origin_list {
  std::vector<std::string> origins;
  bool operator==(const origin_list&) const = default;
};

/// Every setting as it is written down, with its default. Meaning and bounds are the business of `options`.
struct configuration {
  std::string nats_url = "nats://127.0.0.1:4222";
  std::string addr = "0.0.0.0";
  std::uint16_t port = 8080;
  std::uint16_t metrics_port = 0;
  std::uint16_t inspect_port = 0;
  std::string inspect_host = "127.0.0.1";
  std::string inspect_tls_cert;
  std::string inspect_tls_key;
  std::string inspect_tls_ca;
  std::string ws_path = "/";
  std::string api_path = "/api";
  int request_timeout = 3000;
  int buffer_size = 8192;
  std::optional<std::string> header_auth;
  std::optional<std::string> ws_header_auth;
  std::string api_encoding = "json";
  std::optional<std::string> put_method;
  std::optional<std::string> delete_method;
  std::optional<std::string> patch_method;
  bool ws_compression = false;
  int reset_throttle = 0;
  int reference_throttle = 0;
  bool tls = false;
  std::string tls_cert;
  std::string tls_key;
  std::string nats_creds;
  std::string nats_cert;
  std::string nats_key;
  std::vector<std::string> nats_root_cas;
  origin_list allow_origin{{"*"}};
  bool debug = false;
  bool trace = false;
  std::string log_format = "text";
  int shards = 0;
  int busy_poll = 200;
  int drain_timeout = 10'000;
  bool wait_for_nats = false;
  int nats_reconnect_window = 30'000;
  int max_connections = 0;
  int max_connections_per_address = 0;
  int max_subscriptions = 100'000;
  int max_pending_requests = 10'000;
  int max_message_size = 1 << 20;
  int max_body_size = 1 << 20;
  int max_queued_bytes = 16 << 20;
  int request_rate = 0;
  int heartbeat = 30'000;
  int header_timeout = 10'000;
  std::string node_id;
  bool cluster = false;
  int cluster_heartbeat = 5000;
  bool connection_events = false;
  bool admin_resources = false;
  std::optional<std::string> admin_access;
  std::string admin_page;
  std::optional<std::string> admin_login;

  bool operator==(const configuration&) const = default;
};

}  // namespace actorgate
