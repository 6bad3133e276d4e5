#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "cache/keyed_set.hpp"

namespace actorgate::cache {

/// A `keyed_set` for where there are mostly few elements and may be thousands: few lie one after the other,
/// and are searched; more of them have a table. It is not left again, for what has been many may be many
/// again.
template <class T, class Key>
class small_set {
public:
  using key_type = typename Key::type;
  /// From more on, a table is worth its memory.
  static constexpr std::size_t few = 16;

  std::size_t size() const { return table_ ? table_->size() : row_.size(); }
  bool empty() const { return size() == 0; }

  /// Null if there is none. Good until an element is inserted or erased.
  const T* find(const key_type& key) const {
    return visit([&](const auto& all) {
      const auto place = place_in(all, key);
      return place == all.end() ? nullptr : &*place;
    });
  }

  /// Adds an element whose key is not there yet.
  void insert(T element) {
    if (!table_ && row_.size() < few) return row_.push_back(std::move(element));
    if (!table_) become_table();
    table_->insert(std::move(element));
  }

  void erase(const key_type& key) {
    const auto erase_from = [&](auto& all) {
      const auto place = place_in(all, key);
      if (place != all.end()) all.erase(place);
    };
    table_ ? erase_from(*table_) : erase_from(row_);
  }

  void clear() {
    row_.clear();
    table_ = nullptr;
  }

  /// Calls `f(elements)` with what can be walked over by iterators: an unordered container, whose order does
  /// not change unless it grows.
  template <class F>
  auto visit(F f) const {
    return table_ ? f(*table_) : f(row_);
  }
  /// Where an element is in what `visit` has shown, or its end.
  static auto place_in(const std::vector<T>& row, const key_type& key) {
    return std::find_if(row.begin(), row.end(), [&](const T& each) { return Key{}(each) == key; });
  }
  static auto place_in(const keyed_set<T, Key>& table, const key_type& key) { return table.find(key); }

private:
  void become_table() {
    table_ = std::make_unique<keyed_set<T, Key>>(2 * few);
    for (auto& each : row_) table_->insert(std::move(each));
    row_ = std::vector<T>{};
  }

  std::vector<T> row_;                        ///< in the order in which they were inserted
  std::unique_ptr<keyed_set<T, Key>> table_;  ///< instead, once they have been more than few
};

}  // namespace actorgate::cache
