#include "actors/wiretap.hpp"

#include <chrono>

namespace actorgate::actors {
namespace {

/// Longer lines are cut.
constexpr std::size_t longest_line = 2000;

inspection::trace_line line_of(std::string_view cid, const std::string& text) {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  const auto microseconds = std::chrono::floor<std::chrono::microseconds>(time).count();
  const auto end = cut_at(text, longest_line);
  return {microseconds, std::string{cid}, end < text.size() ? text.substr(0, end) + "..." : text};
}

}  // namespace

void wiretap::tell(std::string_view cid, std::string_view name, const std::string& line) {
  if (traces()) spdlog::trace("{}", line);
  for (auto& who : listeners_) {
    const bool concerned =
        cid == who.subject || name == who.subject || line.find(who.subject) != std::string::npos;
    if (!concerned || who.lines == 0) continue;
    --who.lines;
    who.hear(line_of(cid, line));
  }
}

void wiretap::remove(std::uint64_t id) {
  std::erase_if(listeners_, [id](const listener& who) { return who.id == id; });
}

}  // namespace actorgate::actors
