#include "main/value.hpp"

#include <charconv>
#include <limits>
#include <utility>

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

struct setter {
  configuration& to;
  const std::string& text;
  bool first;

  void operator()(command what) const {
    if (what == command::log_everything) to.debug = to.trace = to_bool(text);
  }
  void operator()(std::string configuration::*where) const { to.*where = text; }
  void operator()(std::optional<std::string> configuration::*where) const {
    to.*where = text.empty() ? std::nullopt : std::optional(text);
  }
  void operator()(bool configuration::*where) const { to.*where = to_bool(text); }
  void operator()(int configuration::*where) const { to.*where = to_number<int>(text); }
  void operator()(std::uint16_t configuration::*where) const { to.*where = to_number<std::uint16_t>(text); }
  void operator()(std::vector<std::string> configuration::*where) const { append(to.*where, text, first); }
  void operator()(origin_list configuration::*where) const {
    auto& origins = (to.*where).origins;
    if (first) origins.clear();
    for (auto& origin : split_list(text)) origins.push_back(std::move(origin));
  }
};

}  // namespace

void set_value(const target& where, const std::string& text, bool first, configuration& to) {
  std::visit(setter{to, text, first}, where);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  for (;;) {
    const auto end = text.find(';');
    parts.emplace_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace actorgate
