#include "net/http_headers.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace actorgate::net {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

constexpr std::array<std::pair<std::string_view, header_owner>, 13> owners{{
    {"Access-Control-Allow-Credentials", header_owner::gateway},
    {"Access-Control-Allow-Origin", header_owner::gateway},
    {"Connection", header_owner::door},
    {"Content-Length", header_owner::door},
    {"Content-Type", header_owner::gateway},
    {"Date", header_owner::door},
    {"Keep-Alive", header_owner::door},
    {"Sec-Websocket-Accept", header_owner::door},
    {"Sec-Websocket-Extensions", header_owner::door},
    {"Sec-Websocket-Protocol", header_owner::door},
    {"Trailer", header_owner::door},
    {"Transfer-Encoding", header_owner::door},
    {"Upgrade", header_owner::door},
}};

bool is_token_char(char c) {
  constexpr std::string_view signs = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
         signs.find(c) != std::string_view::npos;
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f'; }

}  // namespace

std::string canonical_header_name(std::string_view name) {
  std::string result(name);
  bool begins = true;
  for (char& c : result) {
    c = begins ? upper(c) : lower(c);
    begins = c == '-';
  }
  return result;
}

// -- one header -------------------------------------------------------------------

const std::string* find_header(const http_headers& headers, std::string_view name) {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [&](const auto& h) { return h.first == name; });
  return found == headers.end() ? nullptr : &found->second;
}

void remove_header(http_headers& headers, std::string_view name) {
  std::erase_if(headers, [&](const auto& h) { return h.first == name; });
}

void set_header(http_headers& headers, std::string_view name, std::string value) {
  remove_header(headers, name);
  headers.emplace_back(name, std::move(value));
}

std::string joined(const http_headers& headers, std::string_view name) {
  std::string result;
  bool first = true;
  for (const auto& [n, value] : headers) {
    if (n != name) continue;
    if (!std::exchange(first, false)) result += ", ";
    result += value;
  }
  return result;
}

bool has_token(const http_headers& headers, std::string_view name, std::string_view token) {
  const auto all = joined(headers, name);
  for (std::string_view list = all; !list.empty();) {
    if (equal_ignoring_case(take_element(list), token)) return true;
  }
  return false;
}

void add_vary(http_headers& headers, std::string_view name) {
  auto vary = joined(headers, "Vary");
  if (vary == "*" || has_token(headers, "Vary", name)) return;
  set_header(headers, "Vary", vary.append(vary.empty() ? "" : ", ").append(name));
}

// -- a service's headers ----------------------------------------------------------

header_owner owner_of(std::string_view canonical_name) {
  const auto found =
      std::find_if(owners.begin(), owners.end(), [&](const auto& o) { return o.first == canonical_name; });
  return found == owners.end() ? header_owner::anyone : found->second;
}

bool is_valid_header(std::string_view name, std::string_view value) {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token_char) &&
         std::none_of(value.begin(), value.end(), is_control);
}

void merge_headers(http_headers& into, const http_headers& stronger) {
  http_headers merged;
  for (const auto& [name, value] : stronger) {
    auto canonical = canonical_header_name(name);
    if (!is_valid_header(name, value) || owner_of(canonical) != header_owner::anyone) continue;
    // What the answer depends on adds up, too.
    if (canonical == "Vary") {
      add_vary(into, value);
      continue;
    }
    merged.emplace_back(std::move(canonical), value);
  }
  std::erase_if(into, [&](const auto& old) {
    return old.first != "Set-Cookie" && find_header(merged, old.first) != nullptr;
  });
  std::move(merged.begin(), merged.end(), std::back_inserter(into));
}

// -- text -------------------------------------------------------------------------

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view take_element(std::string_view& list) {
  const auto comma = std::min(list.find(','), list.size());
  const auto element = trim(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return element;
}

}  // namespace actorgate::net
