#include "main/command_line.hpp"

#include <charconv>
#include <limits>
#include <set>

namespace actorgate {
namespace {

template <class Integer>
Integer to_number(const std::string& text) {
  Integer result{};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, result);
  if (error == std::errc{} && stop == end && !text.empty()) return result;
  using limits = std::numeric_limits<Integer>;
  throw configuration_error("must be a number from " + std::to_string(limits::min()) + " to " +
                            std::to_string(limits::max()));
}

bool to_bool(const std::string& text) {
  for (const auto* yes : {"true", "True", "TRUE", "t", "T", "1"}) {
    if (text == yes) return true;
  }
  for (const auto* no : {"false", "False", "FALSE", "f", "F", "0"}) {
    if (text == no) return false;
  }
  throw configuration_error("must be true or false");
}

void append(std::vector<std::string>& list, const std::string& entry, bool first) {
  if (first) list.clear();
  list.push_back(entry);
}

/// Sets one value. `first`: it is the first time that the option is met.
struct setter {
  configuration& to;
  const std::string& value;
  bool first;

  void operator()(command what) const {
    if (what == command::log_everything) to.debug = to.trace = to_bool(value);
  }
  void operator()(std::string configuration::*where) const { to.*where = value; }
  void operator()(std::optional<std::string> configuration::*where) const {
    to.*where = value.empty() ? std::nullopt : std::optional(value);
  }
  void operator()(bool configuration::*where) const { to.*where = to_bool(value); }
  void operator()(int configuration::*where) const { to.*where = to_number<int>(value); }
  void operator()(std::uint16_t configuration::*where) const { to.*where = to_number<std::uint16_t>(value); }
  void operator()(std::vector<std::string> configuration::*where) const { append(to.*where, value, first); }
  void operator()(origin_list configuration::*where) const { append((to.*where).origins, value, first); }
};

}  // namespace

std::vector<given_option> split_command_line(const std::vector<std::string>& arguments) {
  std::vector<given_option> result;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& argument = arguments[i];
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
      std::visit(setter{to, g.value, met.insert(g.what).second}, g.what->where);
    } catch (const configuration_error& e) {
      throw configuration_error("option " + g.spelled + ": \"" + g.value + "\" " + e.what());
    }
  }
}

}  // namespace actorgate
