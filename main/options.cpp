#include "main/options.hpp"

#include <algorithm>
#include <system_error>

#include "main/command_line.hpp"
#include "main/config_file.hpp"
#include "main/option_table.hpp"
#include "main/validation.hpp"
#include "protocol/version.hpp"

namespace actorgate {
namespace {

/// Up to this, a request timeout is in seconds, as it was in Resgate's early versions.
constexpr int most_seconds = 10;

std::string version_text() {
  return "actorgate v" ACTORGATE_VERSION "\nprotocol v" + std::string(protocol::own_version) + '\n';
}

bool is_given(const std::vector<given_option>& given, command what) {
  return std::ranges::any_of(given, [&](const given_option& g) { return g.what->where == target{what}; });
}

std::string config_path(const std::vector<given_option>& given) {
  std::string path;
  for (const auto& g : given) {
    if (g.what->where == target{command::read_file}) path = g.value;
  }
  return path;
}

/// Reads the file, if there is one; otherwise it is to be written.
void read_config_file(const std::string& path, const file_reader& read, options& o) {
  try {
    if (const auto text = read(path)) {
      for (const auto& key : apply_config_file(*text, o.told)) {
        o.warnings.push_back("config file " + path + ": unknown key " + key);
      }
    } else {
      o.file = new_config_file{path, {}};
    }
  } catch (const configuration_error& e) {
    throw configuration_error("config file " + path + ": " + e.what());
  } catch (const std::system_error& e) {
    throw configuration_error("config file " + path + ": " + e.code().message());
  }
}

/// TLS is not begun without its files, whoever reads them later.
void check_certificates(const configuration& c, const file_reader& read) {
  if (!c.tls) return;
  for (const auto& [option, path] : {std::pair{"tlsCert", c.tls_cert}, std::pair{"tlsKey", c.tls_key}}) {
    const auto failed = [&](const std::string& why) {
      return std::string(option) + ": " + path + ": " + why;
    };
    try {
      if (!read(path)) throw configuration_error(failed("no such file"));
    } catch (const std::system_error& e) {
      throw configuration_error(failed(e.code().message()));
    }
  }
}

/// The keys of what is told, but has no effect in this version.
std::string without_effect(const configuration& told) {
  static const configuration defaults;
  std::string keys;
  for (const auto& o : option_table()) {
    const auto differs = [&](auto where) {
      if constexpr (std::is_same_v<decltype(where), command>)
        return false;
      else
        return told.*where != defaults.*where;
    };
    if (!o.in_effect && std::visit(differs, o.where)) keys += (keys.empty() ? "" : ", ") + std::string(o.key);
  }
  return keys;
}

std::size_t throttle(int limit) { return limit > 0 ? static_cast<std::size_t>(limit) : 0; }

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

/// From what was written to what it means.
void understand(options& o) {
  const auto& c = o.told;
  auto& g = o.gateway;
  const bool in_seconds = c.request_timeout <= most_seconds;
  g.actors.request_timeout = std::chrono::milliseconds{c.request_timeout} * (in_seconds ? 1000 : 1);
  if (in_seconds) {
    const auto seconds = std::to_string(c.request_timeout);
    o.warnings.push_back("requestTimeout " + seconds + " is taken for seconds; write " + seconds + "000");
  }
  g.actors.reset_throttle = throttle(c.reset_throttle);
  g.actors.reference_throttle = throttle(c.reference_throttle);
  o.embedded_nats = c.nats_url == "embedded";
  if (!o.embedded_nats) g.nats.urls = {c.nats_url};
  g.nats.name = "actorgate";
  g.nats.credentials_file = c.nats_creds;
  g.door.address = c.addr.empty() ? "::" : c.addr;
  g.door.port = c.port;
  g.door.ws_path = c.ws_path;
  g.actors.http = http_settings(c);
  g.door.cors = g.actors.http.cors;
  g.shards = static_cast<std::size_t>(c.shards);
  if (const auto keys = without_effect(c); !keys.empty()) {
    o.warnings.push_back("not in effect in this version: " + keys);
  }
}

options to_options(const std::vector<given_option>& given, const file_reader& read) {
  options o;
  const auto path = config_path(given);
  if (!path.empty()) read_config_file(path, read, o);
  apply(given, o.told);
  fill_gaps(o.told);
  validate(o.told);
  check_certificates(o.told, read);
  if (o.file) o.file->text = write_config_file(o.told);
  understand(o);
  return o;
}

}  // namespace

std::variant<options, information, refusal> read_options(const std::vector<std::string>& arguments,
                                                         const file_reader& read) {
  try {
    const auto given = split_command_line(arguments);
    if (is_given(given, command::show_help)) return information{usage()};
    if (is_given(given, command::show_version)) return information{version_text()};
    return to_options(given, read);
  } catch (const usage_error& e) {
    return refusal{e.what(), true};
  } catch (const configuration_error& e) {
    return refusal{e.what(), false};
  }
}

}  // namespace actorgate
