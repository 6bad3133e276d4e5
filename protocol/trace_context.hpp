#pragma once
#include <string_view>

namespace actorgate::protocol {

/// Whether it is a `traceparent` that may be passed on: version, trace id, parent id and flags in lower-case
/// hexadecimal digits, of which no id is zero; what later versions put behind them may be anything (W3C Trace
/// Context, section 3.2).
bool is_traceparent(std::string_view text);

}  // namespace actorgate::protocol
