#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace actorgate::bench {

/// The number right after the first `key` of `text`.
std::optional<std::uint64_t> number_after(std::string_view text, std::string_view key);

/// The id of a response. Found without reading all of it: models and collections of the benchmark have no
/// `id`.
std::optional<std::uint64_t> response_id(std::string_view text);

/// Whether it is an event of a resource.
bool is_event(std::string_view text);

/// Whether a response is, or has in it, an error.
bool has_error(std::string_view text);

}  // namespace actorgate::bench
