#include "main/environment.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "main/option_table.hpp"
#include "main/value.hpp"

namespace actorgate {
namespace {

constexpr std::string_view prefix = "ACTORGATE_";

/// Whether it is for somebody else: `script/run`, our tests, or one of those that Kubernetes makes for each
/// service. One called actorgate would be `ACTORGATE_PORT=tcp://10.0.0.1:8080`, and no port of ours.
bool is_foreign(std::string_view name, std::string_view value) {
  constexpr std::array<std::string_view, 2> of_scripts{"ACTORGATE_NATS", "ACTORGATE_PAGE_PORT"};
  constexpr std::array<std::string_view, 4> of_others{"ACTORGATE_TEST_", "_SERVICE_HOST", "_SERVICE_PORT",
                                                      "_PORT_"};
  return std::ranges::find(of_scripts, name) != of_scripts.end() ||
         std::ranges::any_of(of_others, [&](auto part) { return name.find(part) != name.npos; }) ||
         (name.ends_with("_PORT") && value.find("://") != value.npos);
}

const option* find_variable(std::string_view name) {
  const auto all = option_table();
  const auto found = std::ranges::find_if(
      all, [&](const option& o) { return !o.key.empty() && variable_of(o.key) == name; });
  return found == all.end() ? nullptr : &*found;
}

bool is_list(const target& where) {
  return std::holds_alternative<std::vector<std::string> configuration::*>(where);
}

void apply_variable(const option& what, const std::string& value, configuration& to) {
  bool first = true;
  for (const auto& part : is_list(what.where) ? split_list(value) : std::vector{value}) {
    set_value(what.where, part, std::exchange(first, false), to);
  }
}

}  // namespace

environment environment_of(const char* const* variables) {
  environment result;
  for (; *variables; ++variables) {
    const std::string_view text(*variables);
    const auto equals = std::min(text.find('='), text.size());
    result.emplace(text.substr(0, equals), text.substr(std::min(equals + 1, text.size())));
  }
  return result;
}

std::string variable_of(std::string_view key) {
  std::string name(prefix);
  bool after_small = false;
  for (char a : key) {
    const bool small = a >= 'a' && a <= 'z';
    if (after_small && !small) name += '_';
    name += small ? static_cast<char>(a - 'a' + 'A') : a;
    after_small = small;
  }
  return name;
}

std::vector<std::string> apply_environment(const environment& from, configuration& to) {
  std::vector<std::string> unknown;
  for (const auto& [name, value] : from) {
    if (!name.starts_with(prefix) || is_foreign(name, value)) continue;
    const auto* what = find_variable(name);
    if (!what) unknown.push_back(name);
    if (!what || value.empty()) continue;
    try {
      apply_variable(*what, value, to);
    } catch (const configuration_error& e) {
      throw configuration_error("environment variable " + name + ": \"" + value + "\" " + e.what());
    }
  }
  return unknown;
}

}  // namespace actorgate
