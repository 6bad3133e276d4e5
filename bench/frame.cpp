#include "bench/frame.hpp"

#include <array>
#include <cstring>

#include "bench/failure.hpp"

namespace actorgate::bench {
namespace {

constexpr unsigned char final_text = 0x81, final_pong = 0x8a, masked = 0x80;
constexpr std::array<unsigned char, 4> key{0x5a, 0xc3, 0x17, 0xe8};

void mask(char* bytes, std::size_t size, const unsigned char* with) {
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(bytes[i] ^ with[i & 3U]);
}

void append_header(std::string& out, unsigned char first, std::size_t size, unsigned char mask_bit) {
  out += static_cast<char>(first);
  const auto byte = [&](std::size_t value) { out += static_cast<char>(value & 0xff); };
  if (size < 126) return byte(size | mask_bit);
  const bool small = size < 65536;
  byte((small ? 126U : 127U) | mask_bit);
  for (int shift = small ? 8 : 56; shift >= 0; shift -= 8) byte(size >> shift);
}

void append_masked(std::string& out, unsigned char first, std::string_view payload) {
  append_header(out, first, payload.size(), masked);
  out.append(reinterpret_cast<const char*>(key.data()), key.size());
  const auto at = out.size();
  out += payload;
  mask(out.data() + at, payload.size(), key.data());
}

struct header {
  std::uint8_t opcode = 0;
  bool is_masked = false;
  std::size_t size = 0;  // of the header itself, without the key; 0: not all there
  std::size_t payload = 0;
};

header read_header(const char* data, std::size_t size) {
  const auto* b = reinterpret_cast<const unsigned char*>(data);
  header h;
  if (size < 2) return h;
  if ((b[0] & 0xf0) != 0x80) fail("a WebSocket frame that is fragmented or compressed");
  const std::size_t length = b[1] & 0x7f;
  const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (size < 2 + extra) return h;
  h.opcode = b[0] & 0x0f;
  h.is_masked = (b[1] & 0x80) != 0;
  h.payload = extra == 0 ? length : 0;
  for (std::size_t i = 0; i < extra; ++i) h.payload = h.payload << 8 | b[2 + i];
  h.size = 2 + extra;
  return h;
}

}  // namespace

void append_client_frame(std::string& out, std::string_view text) { append_masked(out, final_text, text); }

void append_client_pong(std::string& out, std::string_view payload) {
  append_masked(out, final_pong, payload);
}

void append_server_frame(std::string& out, std::string_view text) {
  append_header(out, final_text, text.size(), 0);
  out += text;
}

std::string_view client_close_frame() {
  static constexpr char frame[] = "\x88\x82\0\0\0\0\x03\xe8";  // key 0, code 1000
  return {frame, sizeof frame - 1};
}

frame first_server_frame(std::string_view bytes) {
  const auto h = read_header(bytes.data(), bytes.size());
  if (h.size == 0 || bytes.size() < h.size + h.payload) return {};
  if (h.is_masked) fail("a masked frame from a server");
  return {h.opcode, bytes.substr(h.size, h.payload), h.size + h.payload};
}

frame first_client_frame(char* bytes, std::size_t size) {
  const auto h = read_header(bytes, size);
  if (h.size == 0 || size < h.size + key.size() + h.payload) return {};
  if (!h.is_masked) fail("a frame of a client that is not masked");
  std::array<unsigned char, 4> with;
  std::memcpy(with.data(), bytes + h.size, with.size());
  char* payload = bytes + h.size + with.size();
  mask(payload, h.payload, with.data());
  return {h.opcode, {payload, h.payload}, h.size + with.size() + h.payload};
}

}  // namespace actorgate::bench
