#include "main/inspect_output.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "net/utf8.hpp"

namespace actorgate {
namespace {

std::string with_digits(double number, const char* unit) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), number < 10 ? "%.1f%s" : "%.0f%s", number, unit);
  return text.data();
}

std::string shown_bytes(double bytes) {
  constexpr std::array<const char*, 5> units{" B", " kB", " MB", " GB", " TB"};
  std::size_t unit = 0;
  for (; bytes >= 1000 && unit + 1 < units.size(); ++unit) bytes /= 1000;
  return unit == 0 ? std::to_string(static_cast<std::int64_t>(bytes)) + units[0]
                   : with_digits(bytes, units[unit]);
}

std::string shown_seconds(std::int64_t s) {
  constexpr std::int64_t minute = 60, hour = 60 * minute, day = 24 * hour;
  if (s < minute) return std::to_string(s) + " s";
  if (s < hour) return std::to_string(s / minute) + "m " + std::to_string(s % minute) + "s";
  if (s < day) return std::to_string(s / hour) + "h " + std::to_string(s % hour / minute) + "m";
  return std::to_string(s / day) + "d " + std::to_string(s % day / hour) + "h";
}

/// How many columns it takes, about: characters of UTF-8.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char a) { return (static_cast<unsigned char>(a) & 0xc0) != 0x80; }));
}

std::string padded(const text_table::cell& c, std::size_t to) {
  const std::string space(to - std::min(to, width(c.text)), ' ');
  return c.right ? space + c.text : c.text + space;
}

}  // namespace

void append_json(std::string& out, const std::string& text) {
  protocol::append_quoted(out, net::valid_utf8(text) ? text : plain(text));
}

void append_json(std::string& out, double number) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.1f", number);
  out += text.data();
}

std::string plain(std::string_view text) {
  std::string out(text);
  const bool utf8 = net::valid_utf8(text);
  for (auto& a : out) {
    const auto byte = static_cast<unsigned char>(a);
    if (byte < 0x20 || byte == 0x7f || (!utf8 && byte >= 0x80)) a = '?';
  }
  return out;
}

std::string shown_number(std::string_view name, std::int64_t number) {
  if (name.ends_with("bytes")) return shown_bytes(static_cast<double>(number));
  if (name.ends_with("_s")) return number < 0 ? "-" : shown_seconds(number);
  if (name.ends_with("_ms")) return std::to_string(number) + " ms";
  if (name.ends_with("_us")) return std::to_string(number) + " us";
  return std::to_string(number);
}

std::string shown_number(std::string_view, double number) { return with_digits(number, ""); }

std::string text_table::write() const {
  std::vector<std::size_t> widths;
  const auto fit = [&widths](std::size_t column, std::size_t size) {
    if (widths.size() <= column) widths.resize(column + 1);
    widths[column] = std::max(widths[column], size);
  };
  for (std::size_t i = 0; i < head_.size(); ++i) fit(i, head_[i].size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) fit(i, width(row[i].text));
  }
  std::string out;
  const auto write_row = [&](const std::vector<cell>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += (i > 0 ? "  " : "") + padded(row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  };
  std::vector<cell> head;
  for (std::size_t i = 0; i < head_.size(); ++i) {
    head.push_back({head_[i], !rows_.empty() && i < rows_.front().size() && rows_.front()[i].right});
  }
  if (!head.empty()) write_row(head);
  for (const auto& row : rows_) write_row(row);
  return out;
}

}  // namespace actorgate
