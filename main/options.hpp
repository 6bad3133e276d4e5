#pragma once
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/gateway.hpp"
#include "main/configuration.hpp"
#include "main/environment.hpp"

namespace actorgate {

/// A configuration file that is to be written, because the one that was named does not exist.
struct new_config_file {
  std::string path;
  std::string text;
};

/// What the process was told, checked and understood.
struct options {
  actors::gateway_options gateway;
  bool embedded_nats = false;           ///< Start a nats-server; `gateway.nats.urls` is empty.
  configuration told;                   ///< Everything, with gaps filled by defaults.
  std::vector<std::string> warnings;    ///< To be logged: one line each.
  std::optional<new_config_file> file;  ///< To be written.
};

/// The text that is all that was asked for: `--help`, `--version`, `--check-config`.
struct information {
  std::string text;
  std::vector<std::string> warnings;
};

/// Why there are no options.
struct refusal {
  std::string text;  ///< one line that names the option, variable or key
  bool show_usage = false;
};

/// The content of a file; nothing if there is none. Throws `std::system_error` if it cannot be read.
using file_reader = std::function<std::optional<std::string>(const std::string& path)>;

using understanding = std::variant<options, information, refusal>;

/// Refuses what only an attempt shows to be of no use: throws `configuration_error`.
using trial = std::function<void(const options&)>;

/// Understands a command line, without the program's name, and the configuration file that it names. Options
/// override the environment, which overrides the file.
understanding read_options(
    const std::vector<std::string>& arguments, const environment& variables, const file_reader& read,
    const trial& try_out = [](const options&) {});

/// `a, b, c`
std::string enumerated(const std::vector<std::string>& words);

}  // namespace actorgate
