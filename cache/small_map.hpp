#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

namespace actorgate::cache {

/// A map for where there is mostly one element and may be thousands: one lies in the map itself, the others
/// in a `std::map`. Elements stay where they are until they are erased. Keys are found by whatever compares
/// with them. It ends in unused bytes: a small member behind one that has `[[no_unique_address]]` lies there.
template <class Key, class T>
class small_map {
public:
  using element = std::pair<const Key, T>;

  small_map() noexcept {}  // NOLINT: `one_` is not alive yet
  small_map(const small_map&) = delete;
  small_map& operator=(const small_map&) = delete;
  ~small_map() { clear(); }

  bool empty() const { return !has_one_ && !others_; }
  std::size_t size() const { return (has_one_ ? 1 : 0) + (others_ ? others_->size() : 0); }

  /// Null if there is none.
  template <class K>
  element* find(const K& key) {
    if (has_one_ && one_.first == key) return &one_;
    if (!others_) return nullptr;
    const auto found = others_->find(key);
    return found == others_->end() ? nullptr : &*found;
  }

  /// The element of that key, which is made of `args` if there is none.
  template <class... Args>
  element& obtain(Key key, Args&&... args) {
    if (auto* known = find(key)) return *known;
    if (!has_one_) {
      std::construct_at(&one_, std::piecewise_construct, std::forward_as_tuple(std::move(key)),
                        std::forward_as_tuple(std::forward<Args>(args)...));
      has_one_ = true;
      return one_;
    }
    if (!others_) others_ = std::make_unique<std::map<Key, T, std::less<>>>();
    return *others_->try_emplace(std::move(key), std::forward<Args>(args)...).first;
  }

  void erase(element& e) {
    if (has_one_ && &e == &one_) return erase_one();
    others_->erase(others_->find(e.first));
    if (others_->empty()) others_ = nullptr;
  }

  void clear() {
    if (has_one_) erase_one();
    others_ = nullptr;
  }

  /// Calls `f(element)` for each, in the order of their keys; it may neither add nor erase.
  template <class F>
  void for_each(F f) {
    walk(*this, always(f));
  }
  template <class F>
  void for_each(F f) const {
    walk(*this, always(f));
  }
  /// Likewise, until `f` returns false.
  template <class F>
  void for_each_while(F f) {
    walk(*this, f);
  }
  template <class F>
  void for_each_while(F f) const {
    walk(*this, f);
  }

private:
  void erase_one() {
    has_one_ = false;
    std::destroy_at(&one_);
  }
  template <class F>
  static auto always(F& f) {
    return [&f](auto& each) { return f(each), true; };
  }
  template <class Self, class F>
  static void walk(Self& self, F&& f) {
    bool left = self.has_one_;
    if (self.others_) {
      for (auto& each : *self.others_) {
        if (left && self.one_.first < each.first) {
          if (!f(self.one_)) return;
          left = false;
        }
        if (!f(each)) return;
      }
    }
    if (left) f(self.one_);
  }

  std::unique_ptr<std::map<Key, T, std::less<>>> others_;  ///< null if there are none
  union {
    element one_;  ///< alive if `has_one_`
  };
  bool has_one_ = false;  // instead of an optional, which does not share its unused bytes
};

}  // namespace actorgate::cache
