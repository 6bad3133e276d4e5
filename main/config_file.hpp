#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "main/configuration.hpp"

namespace actorgate {

/// Sets what the text of a configuration file says on top of what is there; `null` says nothing. Returns the
/// keys that mean nothing to us. Throws `configuration_error` if the text is no JSON object, or a value has a
/// wrong type.
std::vector<std::string> apply_config_file(std::string_view text, configuration& to);

/// The text of a configuration file that says all of it.
std::string write_config_file(const configuration& from);

}  // namespace actorgate
