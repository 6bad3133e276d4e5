#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "main/configuration.hpp"

namespace actorgate {

/// Variables by name.
using environment = std::map<std::string, std::string>;

/// From the form in which a process gets it: `NAME=value`, up to a null.
environment environment_of(const char* const* variables);

/// The variable of a key of the configuration file: `ACTORGATE_NATS_URL` for `natsUrl`.
std::string variable_of(std::string_view key);

/// Sets what the variables say on top of what is there; lists are separated by semicolons, and a variable
/// that is empty says nothing. Returns the names that begin with `ACTORGATE_` and mean nothing to anybody.
/// Throws `configuration_error` for a value of a wrong type; it names the variable.
std::vector<std::string> apply_environment(const environment& from, configuration& to);

}  // namespace actorgate
