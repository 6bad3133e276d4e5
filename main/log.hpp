#pragma once
#include <spdlog/common.h>

namespace actorgate {

/// From here on, spdlog writes lines such as `2026-01-02 03:04:05.678 [INF] text` to stderr. `least`: the
/// lowest level that is written.
void log_to_stderr(spdlog::level::level_enum least);

}  // namespace actorgate
