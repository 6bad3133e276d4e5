#pragma once
#include <optional>
#include <string>

#include "main/options.hpp"

namespace actorgate {

/// A `file_reader`.
std::optional<std::string> read_file(const std::string& path);

/// Never over a file that has come into being meanwhile; and not for everybody to read, because the URL of
/// NATS may hold a password. Throws `std::system_error` if it cannot be written.
void write_file(const new_config_file& what);

}  // namespace actorgate
