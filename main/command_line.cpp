#include "main/command_line.hpp"

#include <set>

#include "main/value.hpp"

namespace actorgate {

std::vector<given_option> split_command_line(const std::vector<std::string>& arguments) {
  std::vector<given_option> result;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& argument = arguments[i];
    if (argument == "--" && i + 1 == arguments.size()) break;  // as getopt and Go have it
    const auto dashes = argument.starts_with("--") ? 2u : 1u;
    if (!argument.starts_with("-") || argument.size() == dashes) {
      throw usage_error("unexpected argument " + argument);
    }
    const auto equals = argument.find('=');
    const auto spelled = argument.substr(0, equals);
    const auto* what = find_option(std::string_view(spelled).substr(dashes));
    if (!what) throw usage_error("unknown option " + spelled);
    if (equals != argument.npos) {
      result.push_back({what, spelled, argument.substr(equals + 1)});
    } else if (what->is_flag()) {
      result.push_back({what, spelled, "true"});
    } else if (i + 1 < arguments.size()) {
      result.push_back({what, spelled, arguments[++i]});
    } else {
      throw usage_error("option " + spelled + " needs a value: <" + std::string(what->argument) + ">");
    }
  }
  return result;
}

void apply(const std::vector<given_option>& given, configuration& to) {
  std::set<const option*> met;
  for (const auto& g : given) {
    try {
      set_value(g.what->where, g.value, met.insert(g.what).second, to);
    } catch (const configuration_error& e) {
      throw configuration_error("option " + g.spelled + ": \"" + g.value + "\" " + e.what());
    }
  }
}

}  // namespace actorgate
