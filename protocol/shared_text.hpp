#pragma once
#include <atomic>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <boost/smart_ptr/intrusive_ptr.hpp>

namespace actorgate::protocol {

/// A text that many hold, such as the name of a resource: immutable and shared. A copy costs a reference
/// count, the object itself a pointer, which is null for an empty text.
class shared_text {
public:
  shared_text() = default;
  shared_text(std::string_view text) : block_(make(text)) {}
  shared_text(const std::string& text) : shared_text(std::string_view{text}) {}
  shared_text(const char* text) : shared_text(std::string_view{text}) {}

  std::string_view view() const {
    return block_ ? std::string_view{reinterpret_cast<const char*>(block_.get() + 1), block_->size}
                  : std::string_view{};
  }
  operator std::string_view() const { return view(); }
  bool empty() const { return !block_; }

  template <std::convertible_to<std::string_view> Text>
  friend bool operator==(const shared_text& a, const Text& b) {
    return a.view() == std::string_view{b};
  }
  template <std::convertible_to<std::string_view> Text>
  friend auto operator<=>(const shared_text& a, const Text& b) {
    return a.view() <=> std::string_view{b};
  }

  /// For unordered containers, which can then be searched for any text.
  struct hash {
    using is_transparent = void;
    using is_avalanching = void;  // for Boost: it need not mix what the hash has mixed
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

private:
  struct block {
    mutable std::atomic<std::uint32_t> references{0};
    std::uint32_t size;
  };
  friend void intrusive_ptr_add_ref(const block* b) noexcept {
    b->references.fetch_add(1, std::memory_order_relaxed);
  }
  friend void intrusive_ptr_release(const block* b) noexcept { release(b); }
  static void release(const block* b) noexcept;
  static boost::intrusive_ptr<const block> make(std::string_view text);

  boost::intrusive_ptr<const block> block_;
};

}  // namespace actorgate::protocol
