#include "net/frame.hpp"

#include <algorithm>
#include <new>

#include "net/deflate.hpp"

namespace actorgate::net {
namespace {

constexpr std::uint8_t final_text = 0x81;
constexpr std::uint8_t final_compressed_text = 0xc1;
constexpr std::uint8_t final_control = 0x80;

std::size_t size_of(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (auto part : parts) size += part.size();
  return size;
}

/// The header of an unmasked frame: 2, 4 or 10 bytes.
struct frame_header {
  frame_header(std::uint8_t first, std::size_t payload) {
    bytes[0] = static_cast<char>(first);
    if (payload < 126) {
      bytes[1] = static_cast<char>(payload);
      return;
    }
    const std::size_t length = payload < 65536 ? 2 : 8;
    bytes[1] = length == 2 ? 126 : 127;
    for (std::size_t i = 0; i < length; ++i) {
      bytes[2 + i] = static_cast<char>(payload >> (8 * (length - 1 - i)));
    }
    size = 2 + length;
  }
  operator std::string_view() const { return {bytes, size}; }

  char bytes[10];
  std::size_t size = 2;
};

}  // namespace

frame_ptr frame::make(std::string_view header, std::initializer_list<std::string_view> parts) {
  const auto size = header.size() + size_of(parts);
  void* memory = ::operator new(sizeof(frame) + size);
  frame_ptr result{::new (memory) frame(static_cast<std::uint32_t>(size))};
  auto* out = static_cast<char*>(memory) + sizeof(frame);
  out = std::copy(header.begin(), header.end(), out);
  for (auto part : parts) out = std::copy(part.begin(), part.end(), out);
  return result;
}

frame_ptr frame::text(std::initializer_list<std::string_view> parts) {
  return make(frame_header(final_text, size_of(parts)), parts);
}

frame_ptr frame::control(std::uint8_t opcode, std::string_view payload) {
  payload = payload.substr(0, 125);
  return make(frame_header(static_cast<std::uint8_t>(final_control | opcode), payload.size()), {payload});
}

frame::~frame() {
  const auto* twin = compressed_.load(std::memory_order_acquire);
  if (twin != nullptr && twin != this) intrusive_ptr_release(twin);
}

frame_ptr frame::compressed(std::size_t threshold) const {
  if (size_ < threshold) return frame_ptr(this);
  if (const auto* made = compressed_.load(std::memory_order_acquire)) return frame_ptr(made);
  auto mine = make_compressed();
  const frame* first = nullptr;
  if (!compressed_.compare_exchange_strong(first, mine.get(), std::memory_order_acq_rel)) {
    return frame_ptr(first);
  }
  // The reference is ours now.
  if (mine != this) intrusive_ptr_add_ref(mine.get());
  return mine;
}

frame_ptr frame::make_compressed() const {
  auto message = bytes();
  if (static_cast<std::uint8_t>(message[0]) != final_text) return frame_ptr(this);
  const auto length = static_cast<std::uint8_t>(message[1]);
  message.remove_prefix(length < 126 ? 2 : length == 126 ? 4 : 10);
  const auto payload = deflate_message(message);
  if (payload.empty() || payload.size() >= message.size()) return frame_ptr(this);
  return make(frame_header(final_compressed_text, payload.size()), {payload});
}

frame_ptr frame::raw(std::initializer_list<std::string_view> parts) { return make({}, parts); }

void intrusive_ptr_add_ref(const frame* f) noexcept {
  f->references_.fetch_add(1, std::memory_order_relaxed);
}

void intrusive_ptr_release(const frame* f) noexcept {
  if (f->references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  f->~frame();
  ::operator delete(const_cast<frame*>(f));
}

}  // namespace actorgate::net
