#pragma once
#include <concepts>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "inspection/fields.hpp"
#include "inspection/questions.hpp"
#include "protocol/json.hpp"

// How answers of an inspector look: JSON for programs, tables for people.

namespace actorgate {

template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;

// -- JSON ---------------------------------------------------------------------

void append_json(std::string& out, const std::string& text);
inline void append_json(std::string& out, bool value) { out += value ? "true" : "false"; }
template <std::integral T>
void append_json(std::string& out, T number) {
  out += std::to_string(number);
}
void append_json(std::string& out, double number);
template <class T>
void append_json(std::string& out, const std::vector<T>& list);

template <inspection::has_fields T>
void append_json(std::string& out, const T& x) {
  out += '{';
  bool first = true;
  const auto append = [&](const auto& field) {
    if (!std::exchange(first, false)) out += ',';
    protocol::append_quoted(out, field.name);
    out += ':';
    append_json(out, field.value);
  };
  T::each(x, [&append](auto... fields) { (append(fields), ...); });
  out += '}';
}

template <class T>
void append_json(std::string& out, const std::vector<T>& list) {
  out += '[';
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i > 0) out += ',';
    append_json(out, list[i]);
  }
  out += ']';
}

template <class T>
std::string to_json(const T& x) {
  std::string out;
  append_json(out, x);
  return out;
}

// -- tables -------------------------------------------------------------------

/// Rows of cells, aligned when written: numbers to the right.
class text_table {
public:
  struct cell {
    std::string text;
    bool right = false;
  };

  explicit text_table(std::vector<std::string> head = {}) : head_(std::move(head)) {}
  void add(std::vector<cell> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  std::string write() const;

private:
  std::vector<std::string> head_;
  std::vector<std::vector<cell>> rows_;
};

/// As a terminal may have it, which strangers' bytes are not to steer.
std::string plain(std::string_view text);
/// By the name's unit: `_s` and `_ms` as durations, `bytes` with a prefix, everything else as it is.
std::string shown_number(std::string_view name, std::int64_t number);
std::string shown_number(std::string_view name, double number);

/// One value in a cell.
template <class T>
text_table::cell to_cell(std::string_view name, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return {value ? "yes" : "no"};
  } else if constexpr (std::is_arithmetic_v<T>) {
    using wide = std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>;
    return {shown_number(name, static_cast<wide>(value)), true};
  } else if constexpr (is_list<T>) {
    std::string all;
    for (const auto& each : value) all += (all.empty() ? "" : name == "path" ? " -> " : ", ") + plain(each);
    return {all};
  } else {
    return {plain(value)};
  }
}

template <inspection::has_fields T>
std::string to_table(const std::vector<T>& rows) {
  std::vector<std::string> head;
  T empty;
  T::each(empty, [&head](auto... fields) { (head.emplace_back(fields.name), ...); });
  text_table table{std::move(head)};
  for (const auto& row : rows) {
    std::vector<text_table::cell> cells;
    T::each(row, [&cells](auto... fields) { (cells.push_back(to_cell(fields.name, fields.value)), ...); });
    table.add(std::move(cells));
  }
  return table.write();
}

namespace detail {

/// Splits an answer into what is one line each, and the tables that come behind. What is said twice, or only
/// helps to ask on, is left out.
struct sheet {
  text_table lines;
  std::string tables;
  std::set<std::string_view> said{"more", "complete"};

  template <class T>
  void add(std::string_view name, const T& value) {
    if constexpr (std::is_same_v<T, inspection::cursor>) {
      return;
    } else if constexpr (inspection::has_fields<T>) {
      T::each(value, [this](auto... fields) { (this->add(fields.name, fields.value), ...); });
    } else if constexpr (is_list<T> && !std::is_same_v<T, std::vector<std::string>>) {
      tables += '\n' + std::string(name) + " (" + std::to_string(value.size()) + ")\n" + to_table(value);
    } else if (said.insert(name).second) {
      auto shown = to_cell(name, value);
      shown.right = false;
      lines.add({{std::string(name)}, std::move(shown)});
    }
  }
};

}  // namespace detail

/// An answer, whole: its fields one below the other, then its lists.
template <inspection::has_fields T>
std::string to_sheet(const T& x) {
  detail::sheet all;
  all.add({}, x);
  return all.lines.write() + all.tables;
}

}  // namespace actorgate
