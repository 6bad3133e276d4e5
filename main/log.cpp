#include "main/log.hpp"

#include <array>
#include <memory>
#include <string_view>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace actorgate {
namespace {

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

}  // namespace

void log_to_stderr(spdlog::level::level_enum least) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<level_flag>('*').set_pattern("%Y-%m-%d %H:%M:%S.%e [%*] %v");
  auto logger =
      std::make_shared<spdlog::logger>("actorgate", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_formatter(std::move(formatter));
  logger->set_level(least);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace actorgate
