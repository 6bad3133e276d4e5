#pragma once
#include <string>
#include <vector>

#include "main/option_table.hpp"

namespace actorgate {

/// A command line that is no command line. Its message names the option; the usage may help.
class usage_error : public configuration_error {
public:
  using configuration_error::configuration_error;
};

/// An option with what stood behind it, if anything.
struct given_option {
  const option* what;
  std::string spelled;  ///< with its dashes, as it was typed
  std::string value;    ///< of a flag: `true` unless told otherwise
};

/// Takes apart `--name value`, `--name=value`, `-letter value`, with one dash or two; a `--` at the end
/// says nothing. Throws `usage_error`.
std::vector<given_option> split_command_line(const std::vector<std::string>& arguments);

/// Sets what the options say on top of what is there. Throws `configuration_error` for a value of a wrong
/// type.
void apply(const std::vector<given_option>& given, configuration& to);

}  // namespace actorgate
