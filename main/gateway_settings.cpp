#include "main/gateway_settings.hpp"

#include <chrono>

#include "main/option_table.hpp"

namespace actorgate {
namespace {

/// Up to this, a request timeout is in seconds, as it was in Resgate's early versions.
constexpr int most_seconds = 10;

/// As Resgate has it: below 0 is no limit, either.
std::size_t throttle(int limit) { return limit > 0 ? static_cast<std::size_t>(limit) : 0; }

/// Of what is not negative.
std::size_t size(int number) { return static_cast<std::size_t>(number); }

actors::auth_method auth_method(const std::optional<std::string>& text) {
  if (!text) return {};
  const auto dot = text->rfind('.');
  return {text->substr(0, dot), text->substr(dot + 1)};
}

actors::http_settings http_settings(const configuration& c) {
  actors::http_settings http;
  http.api_path = c.api_path.ends_with('/') ? c.api_path : c.api_path + '/';
  http.flat = to_lower(c.api_encoding) == "jsonflat";
  http.header_auth = auth_method(c.header_auth);
  http.ws_header_auth = auth_method(c.ws_header_auth);
  http.put_method = c.put_method.value_or("");
  http.delete_method = c.delete_method.value_or("");
  http.patch_method = c.patch_method.value_or("");
  http.cors.allow_origin = c.allow_origin.origins;
  http.cors.credentials = c.header_auth.has_value();
  for (const auto& [name, method] : {std::pair{"PUT", c.put_method}, std::pair{"DELETE", c.delete_method},
                                     std::pair{"PATCH", c.patch_method}}) {
    if (method) http.cors.allow_methods += std::string(", ") + name;
  }
  return http;
}

actors::settings actor_settings(const configuration& c) {
  actors::settings s;
  s.request_timeout = std::chrono::milliseconds{c.request_timeout} * (is_in_seconds(c) ? 1000 : 1);
  s.reset_throttle = throttle(c.reset_throttle);
  s.reference_throttle = throttle(c.reference_throttle);
  s.pending_requests = size(c.max_pending_requests);
  s.subscriptions = size(c.max_subscriptions);
  s.heartbeat = std::chrono::ceil<decltype(s.heartbeat)>(std::chrono::milliseconds{c.heartbeat});
  s.websocket = {size(c.max_message_size), size(c.max_queued_bytes)};
  s.request_rate = size(c.request_rate);
  s.http = http_settings(c);
  s.node_id = c.node_id;
  // Services learn of a crash by the heartbeats that are missing.
  s.cluster = c.cluster || c.connection_events || c.admin_resources;
  s.cluster_heartbeat = std::chrono::milliseconds{c.cluster_heartbeat};
  s.connection_events = c.connection_events;
  s.admin.enabled = c.admin_resources;
  s.admin.access = auth_method(c.admin_access);
  return s;
}

}  // namespace

bool is_in_seconds(const configuration& told) { return told.request_timeout <= most_seconds; }

actors::gateway_options gateway_settings(const configuration& told) {
  actors::gateway_options g;
  g.actors = actor_settings(told);
  if (told.nats_url != "embedded") g.nats.urls = {told.nats_url};
  g.nats.name = "actorgate";
  g.nats.credentials_file = told.nats_creds;
  g.nats.root_ca_files = told.nats_root_cas;
  g.nats.certificate_file = told.nats_cert;
  g.nats.key_file = told.nats_key;
  g.door.address = told.addr.empty() ? "::" : told.addr;
  g.door.port = told.port;
  g.door.ws_path = told.ws_path;
  g.door.cors = g.actors.http.cors;
  g.door.compression = told.ws_compression;
  g.door.body_limit = size(told.max_body_size);
  g.door.header_timeout = std::chrono::milliseconds{told.header_timeout};
  g.shards = size(told.shards);
  g.busy_poll = std::chrono::microseconds{told.busy_poll};
  g.admission = {size(told.max_connections), size(told.max_connections_per_address)};
  g.nats_window = std::chrono::milliseconds{told.nats_reconnect_window};
  if (told.inspect_port > 0) {
    g.inspection =
        actors::inspection_options{told.inspect_host,
                                   told.inspect_port,
                                   {told.inspect_tls_cert, told.inspect_tls_key, told.inspect_tls_ca}};
  }
  if (told.metrics_port > 0) {
    g.operator_door = net::http_door_options{};
    g.operator_door->address = g.door.address;
    g.operator_door->port = told.metrics_port;
  }
  return g;
}

}  // namespace actorgate
