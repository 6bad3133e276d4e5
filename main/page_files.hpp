#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "actors/admin_page.hpp"
#include "main/configuration.hpp"

namespace actorgate {

/// Whether there is a page. A folder alone is none, so a package may always name one.
inline bool shows_page(const configuration& c) { return c.admin_resources && !c.admin_page.empty(); }

inline constexpr std::size_t max_page_files = 64, max_page_bytes = 4u << 20;

/// The files in a folder that browsers may have: those right in it whose names end as `admin_page::type_of`
/// knows. Not package*.json, which is for who makes the page. Throws `std::runtime_error` with a message
/// for people: if it cannot be read, has no index.html, or is too much to be kept in memory.
std::vector<actors::page_file> read_page(const std::string& folder);

}  // namespace actorgate
