#pragma once
#include <spdlog/common.h>

#include "main/configuration.hpp"

namespace actorgate {

/// From here on, spdlog writes to stderr, as `adjust_log` says. Once, before there are other threads.
void log_to_stderr(const configuration& told);

/// Changes the lowest level that is written, and how lines look; from any thread, while others log.
///
/// text: `2026-01-02 03:04:05.678 [INF] text`, in local time.
/// json: `{"time":"2026-01-02T03:04:05.678Z","level":"info","msg":"text"}`. Levels are trace, debug, info,
/// warning, error and critical.
void adjust_log(const configuration& told);

}  // namespace actorgate
