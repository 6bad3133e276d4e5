#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include <boost/smart_ptr/intrusive_ptr.hpp>

namespace actorgate::net {

class frame;
using frame_ptr = boost::intrusive_ptr<const frame>;

/// Bytes as they go over the wire, mostly one WebSocket frame (RFC 6455, section 5.2), immutable and shared
/// by all their receivers. They lie in one allocation; sharing it costs a pointer and a reference count.
class frame {
public:
  /// A text message of the given parts, one after the other, in a single unmasked frame.
  static frame_ptr text(std::initializer_list<std::string_view> parts);
  /// A control frame: close (8), ping (9) or pong (10). `payload` is at most 125 bytes.
  static frame_ptr control(std::uint8_t opcode, std::string_view payload);

  /// The parts, one after the other, for wires that have other frames.
  static frame_ptr raw(std::initializer_list<std::string_view> parts);

  /// The wire bytes, header included.
  std::string_view bytes() const { return {reinterpret_cast<const char*>(this + 1), size_}; }

  /// The same message under permessage-deflate without context takeover (RFC 7692), or this frame itself if
  /// that is not shorter, the message has less than `threshold` bytes, or it is no text. Made once, by
  /// whoever asks first, for all receivers; from any thread.
  frame_ptr compressed(std::size_t threshold) const;

  frame(const frame&) = delete;
  frame& operator=(const frame&) = delete;

private:
  explicit frame(std::uint32_t size) : size_(size) {}
  ~frame();
  frame_ptr make_compressed() const;
  static frame_ptr make(std::string_view header, std::initializer_list<std::string_view> parts);
  friend void intrusive_ptr_add_ref(const frame* f) noexcept;
  friend void intrusive_ptr_release(const frame* f) noexcept;

  mutable std::atomic<std::uint32_t> references_{0};
  std::uint32_t size_;
  mutable std::atomic<const frame*> compressed_{nullptr};  // ours to release, unless it is this
};

void intrusive_ptr_add_ref(const frame* f) noexcept;
void intrusive_ptr_release(const frame* f) noexcept;

}  // namespace actorgate::net
