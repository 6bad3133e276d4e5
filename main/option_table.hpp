#pragma once
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "main/configuration.hpp"

namespace actorgate {

/// Options that are no settings.
enum class command { read_file, check_config, show_help, show_version, log_everything };

/// What an option or a key sets.
using target =
    std::variant<command, std::string configuration::*, std::optional<std::string> configuration::*,
                 bool configuration::*, int configuration::*, std::uint16_t configuration::*,
                 std::vector<std::string> configuration::*, origin_list configuration::*>;

/// One option, one key of the configuration file, or both.
struct option {
  std::string_view key;       ///< empty: not in the file
  std::string_view letter;    ///< the short form; may be empty
  std::string_view name;      ///< the long form; may be empty
  std::string_view argument;  ///< what stands for the value in the usage; empty: none, it is a flag
  std::string_view help;
  target where;
  bool in_effect = true;  ///< false: accepted, but nothing in this version depends on it

  bool on_command_line() const { return !letter.empty() || !name.empty(); }
  bool is_flag() const { return argument.empty(); }
};

/// All of them, in the order of the configuration file and of the usage.
std::span<const option> option_table();

/// The option of that name or letter, given without dashes; null if there is none.
const option* find_option(std::string_view name);
/// The option of that key of the file (ASCII case does not matter); null if there is none.
const option* find_key(std::string_view key);

/// Whether two configurations say the same of it.
bool is_same(const target& where, const configuration& a, const configuration& b);

/// With ASCII letters in lower case.
std::string to_lower(std::string_view text);

/// What `--help` says.
std::string usage();

}  // namespace actorgate
