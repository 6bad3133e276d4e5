#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "main/option_table.hpp"

namespace actorgate {

/// Sets one value from the text of an option or a variable. A list gets more by it, or is
/// nothing but it if it is the `first`. Throws `configuration_error` if the text is of a wrong type; it goes
/// behind the text.
void set_value(const target& where, const std::string& text, bool first, configuration& to);

/// The entries of a list in one text, which are separated by semicolons: one at least.
std::vector<std::string> split_list(std::string_view text);

}  // namespace actorgate
