#include "main/log.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "net/utf8.hpp"
#include "protocol/json.hpp"

namespace actorgate {
namespace {

using spdlog::pattern_formatter;

/// The names of levels, all of the same length.
class level_flag final : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& to) override {
    static constexpr std::array<std::string_view, spdlog::level::n_levels> names{"TRC", "DBG", "INF", "WRN",
                                                                                 "ERR", "CRT", "OFF"};
    const auto name = names.at(static_cast<std::size_t>(message.level));
    to.append(name.data(), name.data() + name.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<level_flag>(); }
};

/// JSON is UTF-8; a line may hold bytes of strangers that are not. Each of those becomes U+FFFD.
std::string to_utf8(std::string_view text) {
  constexpr std::size_t longest = 4;
  std::string result;
  while (!text.empty()) {
    std::size_t size = 1;
    while (size <= longest && !net::valid_utf8(text.substr(0, size))) ++size;
    const bool valid = size <= longest;
    result += valid ? text.substr(0, size) : "\xef\xbf\xbd";
    text.remove_prefix(valid ? std::min(size, text.size()) : 1);
  }
  return result;
}

/// The message as a JSON string.
class quoted_message final : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& to) override {
    const std::string_view said(message.payload.data(), message.payload.size());
    const auto text = protocol::quoted(net::valid_utf8(said) ? std::string(said) : to_utf8(said));
    to.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<quoted_message>(); }
};

std::unique_ptr<spdlog::formatter> text_lines() {
  auto result = std::make_unique<pattern_formatter>();
  result->add_flag<level_flag>('*').set_pattern("%Y-%m-%d %H:%M:%S.%e [%*] %v");
  return result;
}

std::unique_ptr<spdlog::formatter> json_lines() {
  auto result = std::make_unique<pattern_formatter>(spdlog::pattern_time_type::utc);
  result->add_flag<quoted_message>('*').set_pattern(
      R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","msg":%*})");
  return result;
}

spdlog::level::level_enum least_level(const configuration& told) {
  if (told.trace) return spdlog::level::trace;
  return told.debug ? spdlog::level::debug : spdlog::level::info;
}

}  // namespace

void log_to_stderr(const configuration& told) {
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("actorgate", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
  adjust_log(told);
}

void adjust_log(const configuration& told) {
  spdlog::set_level(least_level(told));
  spdlog::set_formatter(told.log_format == "json" ? json_lines() : text_lines());
}

}  // namespace actorgate
