#include "main/validation.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <limits>
#include <string_view>

#include "main/environment.hpp"
#include "main/option_table.hpp"
#include "protocol/node_report.hpp"
#include "protocol/rid.hpp"

namespace actorgate {
namespace {

struct bounds {
  int configuration::*of;
  int least;
  int most = std::numeric_limits<int>::max();
};

constexpr int hour = 3'600'000;
constexpr int gigabyte = 1 << 30;

constexpr std::array all_bounds{
    bounds{&configuration::request_timeout, 0},
    bounds{&configuration::buffer_size, 0},
    bounds{&configuration::shards, 0, 256},
    bounds{&configuration::busy_poll, 0, 10'000},
    bounds{&configuration::drain_timeout, 0, hour},
    bounds{&configuration::nats_reconnect_window, 0},
    bounds{&configuration::max_connections, 0},
    bounds{&configuration::max_connections_per_address, 0},
    bounds{&configuration::max_subscriptions, 1},
    bounds{&configuration::max_pending_requests, 1},
    bounds{&configuration::max_message_size, 1024, gigabyte},
    bounds{&configuration::max_body_size, 1024, gigabyte},
    bounds{&configuration::max_queued_bytes, 65'536, gigabyte},
    bounds{&configuration::request_rate, 0},
    bounds{&configuration::heartbeat, 1000, hour},
    bounds{&configuration::header_timeout, 100, hour},
    bounds{&configuration::cluster_heartbeat, 50, hour},
};

bool is_ip_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> ignored;
  return ::inet_pton(AF_INET, text.c_str(), ignored.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), ignored.data()) == 1;
}

bool is_letter(char a) { return (a >= 'a' && a <= 'z') || (a >= 'A' && a <= 'Z'); }
bool is_digit(char a) { return a >= '0' && a <= '9'; }

bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [](char a) {
    return is_letter(a) || is_digit(a) || a == '+' || a == '-' || a == '.';
  });
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, is_digit);
}

/// Whether it could be the host of an origin: a name, or an IPv6 address in brackets.
bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    return text.ends_with(']') && is_ip_address(std::string(text.substr(1, text.size() - 2)));
  }
  return !text.empty() && std::ranges::none_of(text, [](char a) {
    return (a >= 0 && a <= ' ') || a == 0x7f ||
           std::string_view("/?#@\\[]%\"<>^`{|}*,:").find(a) != std::string_view::npos;
  });
}

/// Whether a browser could send it: scheme, host and perhaps a port, and nothing else.
bool is_origin(std::string_view text) {
  const auto scheme_end = text.find("://");
  if (scheme_end == text.npos || !is_scheme(text.substr(0, scheme_end))) return false;
  const auto rest = text.substr(scheme_end + 3);
  const auto address_end = rest.starts_with('[') ? rest.find(']') : 0;
  const auto colon = rest.find(':', address_end == rest.npos ? 0 : address_end);
  return is_host(rest.substr(0, colon)) && (colon == rest.npos || is_port(rest.substr(colon + 1)));
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }

/// A setting as people find it: its key, its option and its variable.
std::string name_of(const target& where) {
  const auto found = std::ranges::find_if(option_table(), [&](const option& o) { return o.where == where; });
  const std::string spelled = found->name.empty() ? "" : "--" + std::string(found->name) + ", ";
  return std::string(found->key) + " (" + spelled + variable_of(found->key) + ")";
}

void require(bool holds, const target& where, const std::string& otherwise) {
  if (!holds) throw configuration_error(name_of(where) + ": " + otherwise);
}

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

/// CAF's protocol knows neither users nor secrets: nobody else's machine is to speak it without TLS.
void validate_inspection(const configuration& c) {
  require(is_ip_address(c.inspect_host), &configuration::inspect_host,
          quoted(c.inspect_host) + " is no IP address");
  for (const auto other : {c.port, c.metrics_port}) {
    require(c.inspect_port == 0 || c.inspect_port != other, &configuration::inspect_port,
            std::to_string(c.inspect_port) + " is another port already");
  }
  const auto files = {&configuration::inspect_tls_cert, &configuration::inspect_tls_key,
                      &configuration::inspect_tls_ca};
  const bool any = std::ranges::any_of(files, [&](auto file) { return !(c.*file).empty(); });
  const bool needed = any || (c.inspect_port != 0 && !is_loopback(c.inspect_host));
  for (const auto file : files) {
    require(!needed || !(c.*file).empty(), file,
            any ? "is needed for TLS" : "is needed, because others reach " + c.inspect_host);
  }
}

void validate_addresses(const configuration& c) {
  require(c.addr.empty() || is_ip_address(c.addr), &configuration::addr,
          quoted(c.addr) + " is no IP address");
  require(c.port != c.metrics_port, &configuration::metrics_port,
          std::to_string(c.metrics_port) + " is the port for clients already");
  validate_inspection(c);
  for (const auto path : {&configuration::ws_path, &configuration::api_path}) {
    require((c.*path).starts_with('/'), path, quoted(c.*path) + " does not begin with /");
  }
}

void validate_numbers(const configuration& c) {
  for (const auto& b : all_bounds) {
    const auto number = std::to_string(c.*b.of);
    require(c.*b.of >= b.least, b.of, number + " is below " + std::to_string(b.least));
    require(c.*b.of <= b.most, b.of, number + " is above " + std::to_string(b.most));
  }
}

void validate_methods(const configuration& c) {
  for (const auto method : {&configuration::header_auth, &configuration::ws_header_auth,
                            &configuration::admin_access, &configuration::admin_login}) {
    const auto& text = c.*method;
    require(!text || (protocol::is_valid_name(*text) && text->find('.') != text->npos), method,
            quoted(text.value_or("")) + " is no method of a resource, such as auth.login");
  }
  for (const auto method :
       {&configuration::put_method, &configuration::delete_method, &configuration::patch_method}) {
    const auto& text = c.*method;
    require(!text || protocol::is_valid_part(*text), method,
            quoted(text.value_or("")) + " is no call method");
  }
}

void validate_origins(const std::vector<std::string>& origins) {
  for (const auto& origin : origins) {
    require(origin != "*" || origins.size() == 1, &configuration::allow_origin,
            "* allows all; nothing goes with it");
    require(origin == "*" || is_origin(origin), &configuration::allow_origin,
            quoted(origin) + " is neither * nor <scheme>://<host>[:<port>]");
  }
}

void validate_certificates(const configuration& c) {
  require(!c.tls || !c.tls_cert.empty(), &configuration::tls_cert, "is needed for TLS");
  require(!c.tls || !c.tls_key.empty(), &configuration::tls_key, "is needed for TLS");
  require(c.nats_key.empty() || !c.nats_cert.empty(), &configuration::nats_cert, "is needed with natsKey");
  require(c.nats_cert.empty() || !c.nats_key.empty(), &configuration::nats_key, "is needed with natsCert");
}

}  // namespace

void fill_gaps(configuration& c) {
  const configuration defaults;
  const auto fill = [&](auto where) {
    if (c.*where == std::remove_reference_t<decltype(c.*where)>{}) c.*where = defaults.*where;
  };
  fill(&configuration::nats_url);
  fill(&configuration::port);
  fill(&configuration::inspect_host);
  fill(&configuration::ws_path);
  fill(&configuration::api_path);
  fill(&configuration::api_encoding);
  fill(&configuration::request_timeout);
  fill(&configuration::buffer_size);
  fill(&configuration::log_format);
}

void validate(const configuration& c) {
  validate_addresses(c);
  validate_numbers(c);
  validate_methods(c);
  validate_origins(c.allow_origin.origins);
  validate_certificates(c);
  const auto encoding = to_lower(c.api_encoding);
  require(encoding == "json" || encoding == "jsonflat", &configuration::api_encoding,
          quoted(c.api_encoding) + " is neither json nor jsonflat");
  require(c.log_format == "text" || c.log_format == "json", &configuration::log_format,
          quoted(c.log_format) + " is neither text nor json");
  require(c.node_id.empty() || protocol::is_valid_node_id(c.node_id), &configuration::node_id,
          quoted(c.node_id) + " is not up to 64 letters, digits, dashes and underscores");
}

}  // namespace actorgate
