#include "net/frame.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace actorgate::net {
namespace {

constexpr std::uint8_t final_text = 0x81;
constexpr std::uint8_t final_control = 0x80;

/// Writes the header of an unmasked frame; returns its length: 2, 4 or 10 bytes.
std::size_t write_header(unsigned char* out, std::uint8_t first, std::size_t payload) {
  out[0] = first;
  if (payload < 126) {
    out[1] = static_cast<unsigned char>(payload);
    return 2;
  }
  const std::size_t bytes = payload < 65536 ? 2 : 8;
  out[1] = bytes == 2 ? 126 : 127;
  for (std::size_t i = 0; i < bytes; ++i) {
    out[2 + i] = static_cast<unsigned char>(payload >> (8 * (bytes - 1 - i)));
  }
  return 2 + bytes;
}

}  // namespace

frame_ptr frame::make(std::uint8_t first, std::initializer_list<std::string_view> parts) {
  std::size_t payload = 0;
  for (auto part : parts) payload += part.size();
  unsigned char header[10];
  const auto header_size = write_header(header, first, payload);
  void* memory = ::operator new(sizeof(frame) + header_size + payload);
  frame_ptr result{::new (memory) frame(static_cast<std::uint32_t>(header_size + payload))};
  auto* out = static_cast<char*>(memory) + sizeof(frame);
  std::memcpy(out, header, header_size);
  out += header_size;
  for (auto part : parts) out = std::copy(part.begin(), part.end(), out);
  return result;
}

frame_ptr frame::text(std::initializer_list<std::string_view> parts) { return make(final_text, parts); }

frame_ptr frame::control(std::uint8_t opcode, std::string_view payload) {
  return make(static_cast<std::uint8_t>(final_control | opcode), {payload.substr(0, 125)});
}

void intrusive_ptr_add_ref(const frame* f) noexcept {
  f->references_.fetch_add(1, std::memory_order_relaxed);
}

void intrusive_ptr_release(const frame* f) noexcept {
  if (f->references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  f->~frame();
  ::operator delete(const_cast<frame*>(f));
}

}  // namespace actorgate::net
