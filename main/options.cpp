#include "main/options.hpp"

#include <algorithm>
#include <system_error>

#include "main/command_line.hpp"
#include "main/config_file.hpp"
#include "main/gateway_settings.hpp"
#include "main/option_table.hpp"
#include "main/secrets.hpp"
#include "main/validation.hpp"
#include "protocol/version.hpp"

namespace actorgate {
namespace {

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

/// Every file that is named is there, whoever reads it later.
void check_files(const configuration& c, const file_reader& read) {
  std::vector<std::pair<std::string, std::string>> named;
  if (c.tls) named = {{"tlsCert", c.tls_cert}, {"tlsKey", c.tls_key}};
  for (const auto& [key, path] :
       {std::pair{"natsCreds", c.nats_creds}, std::pair{"natsCert", c.nats_cert},
        std::pair{"natsKey", c.nats_key}, std::pair{"inspectTlsCert", c.inspect_tls_cert},
        std::pair{"inspectTlsKey", c.inspect_tls_key}, std::pair{"inspectTlsCa", c.inspect_tls_ca}}) {
    if (!path.empty()) named.emplace_back(key, path);
  }
  for (const auto& path : c.nats_root_cas) named.emplace_back("natsRootCAs", path);
  for (const auto& [key, path] : named) {
    const auto failed = [&](const std::string& why) { return key + ": " + path + ": " + why; };
    try {
      if (!read(path)) throw configuration_error(failed("no such file"));
    } catch (const std::system_error& e) {
      throw configuration_error(failed(e.code().message()));
    }
  }
}

/// The keys of what is told, but has no effect in this version.
std::vector<std::string> without_effect(const configuration& told) {
  static const configuration defaults;
  std::vector<std::string> keys;
  for (const auto& o : option_table()) {
    if (!o.in_effect && !is_same(o.where, told, defaults)) keys.emplace_back(o.key);
  }
  return keys;
}

void add_warnings(options& o) {
  if (is_in_seconds(o.told)) {
    const auto seconds = std::to_string(o.told.request_timeout);
    o.warnings.push_back("requestTimeout " + seconds + " is taken for seconds; write " + seconds + "000");
  }
  if (o.told.admin_resources && !o.told.admin_access) {
    o.warnings.emplace_back("adminResources without adminAccess: nobody may see them");
  }
  if (const auto keys = without_effect(o.told); !keys.empty()) {
    o.warnings.push_back("not in effect in this version: " + enumerated(keys));
  }
}

/// From all places, in their order.
options gather(const std::vector<given_option>& given, const environment& variables,
               const file_reader& read) {
  options o;
  const auto path = config_path(given);
  if (!path.empty()) read_config_file(path, read, o);
  if (const auto unknown = apply_environment(variables, o.told); !unknown.empty()) {
    o.warnings.push_back("unknown environment variables: " + enumerated(unknown));
  }
  apply(given, o.told);
  fill_gaps(o.told);
  validate(o.told);
  check_files(o.told, read);
  add_warnings(o);
  o.gateway = gateway_settings(o.told);
  o.embedded_nats = o.gateway.nats.urls.empty();
  return o;
}

/// What a file that does not exist is to say: not what the environment says, which may be a password.
std::string new_file_text(const std::vector<given_option>& given) {
  configuration c;
  apply(given, c);
  fill_gaps(c);
  return write_config_file(c);
}

/// What `--check-config` prints.
information report(const options& o) {
  information result{write_config_file(without_secrets(o.told)), o.warnings};
  if (o.file) {
    result.warnings.push_back("config file " + o.file->path + " does not exist; a start would write it");
  }
  return result;
}

}  // namespace

std::string enumerated(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

understanding read_options(const std::vector<std::string>& arguments, const environment& variables,
                           const file_reader& read, const trial& try_out) {
  try {
    const auto given = split_command_line(arguments);
    if (is_given(given, command::show_help)) return information{usage(), {}};
    if (is_given(given, command::show_version)) return information{version_text(), {}};
    auto o = gather(given, variables, read);
    try_out(o);
    if (is_given(given, command::check_config)) return report(o);
    if (o.file) o.file->text = new_file_text(given);
    return o;
  } catch (const usage_error& e) {
    return refusal{e.what(), true};
  } catch (const configuration_error& e) {
    return refusal{e.what(), false};
  }
}

}  // namespace actorgate
