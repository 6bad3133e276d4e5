#include "main/reload.hpp"

#include "main/option_table.hpp"

namespace actorgate {
namespace {

using keys = std::vector<std::string>;

keys changed(const configuration& from, const configuration& to) {
  keys result;
  for (const auto& o : option_table()) {
    if (!is_same(o.where, from, to)) result.emplace_back(o.key);
  }
  return result;
}

std::string summary(const keys& in_effect, const keys& waiting) {
  std::string text = "configuration is reloaded";
  if (in_effect.empty() && waiting.empty()) text += "; nothing has changed";
  if (!in_effect.empty()) text += "; changed: " + enumerated(in_effect);
  if (!waiting.empty()) text += "; in need of a restart: " + enumerated(waiting);
  return text;
}

}  // namespace

reloaded reload(const understanding& read_again, configuration& running) {
  if (const auto* why = std::get_if<refusal>(&read_again)) {
    return {false, "configuration is not reloaded: " + why->text};
  }
  const auto& again = std::get<options>(read_again);
  if (again.file) {
    return {false, "configuration is not reloaded: config file " + again.file->path + " is gone"};
  }
  const auto before = running;
  running.debug = again.told.debug;
  running.trace = again.told.trace;
  running.log_format = again.told.log_format;
  return {true, summary(changed(before, running), changed(running, again.told))};
}

}  // namespace actorgate
