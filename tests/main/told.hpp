#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <doctest/doctest.h>

#include "main/options.hpp"

namespace actorgate::test {

using arguments = std::vector<std::string>;
using files = std::map<std::string, std::string>;

/// The content of a file that cannot be read.
inline const std::string unreadable = "<unreadable>";

/// Files that end in .pem or .creds are there, unless something else is said of them.
inline auto read(const arguments& told, const files& there = {}, const environment& variables = {}) {
  return read_options(told, variables, [&](const std::string& path) -> std::optional<std::string> {
    const auto found = there.find(path);
    if (found == there.end() && (path.ends_with(".pem") || path.ends_with(".creds"))) return "";
    if (found == there.end()) return std::nullopt;
    if (found->second == unreadable) throw std::system_error(EACCES, std::generic_category());
    return found->second;
  });
}

/// What is understood; the test fails here if it is refused.
inline options understood(const arguments& told, const files& there = {}, const environment& variables = {}) {
  const auto result = read(told, there, variables);
  if (const auto* why = std::get_if<refusal>(&result)) FAIL("refused: " << why->text);
  REQUIRE(std::holds_alternative<options>(result));
  return std::get<options>(result);
}

/// Why it is refused; the test fails here if it is not.
inline refusal refused(const arguments& told, const files& there = {}, const environment& variables = {}) {
  const auto result = read(told, there, variables);
  REQUIRE(std::holds_alternative<refusal>(result));
  const auto& why = std::get<refusal>(result);
  CHECK(why.text.find('\n') == std::string::npos);
  return why;
}

/// A configuration file with one key; `value` is JSON.
inline std::string file_of(std::string_view key, std::string_view value) {
  return std::string("{\"").append(key).append("\": ").append(value).append("}");
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

/// The defaults with a change.
inline configuration changed(const std::function<void(configuration&)>& change) {
  configuration c;
  change(c);
  return c;
}

}  // namespace actorgate::test
