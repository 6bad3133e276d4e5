#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace actorgate::net::test {

constexpr std::uint8_t fin = 0x80;
constexpr std::string_view some_mask = "\x12\x34\xab\xcd";

/// A client's frame on the wire. `first` is the first byte: FIN, RSV bits and opcode.
inline std::string client_frame(int first, std::string_view payload, std::string_view mask = some_mask) {
  std::string out{static_cast<char>(first)};
  auto number = [&](int bytes) {
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(payload.size() >> (8 * i));
  };
  if (payload.size() < 126) {
    out += static_cast<char>(0x80 | payload.size());
  } else if (payload.size() < 65536) {
    out += '\xfe';
    number(2);
  } else {
    out += '\xff';
    number(8);
  }
  out += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ mask[i % 4]);
  return out;
}

inline std::string client_text(std::string_view payload) { return client_frame(fin | 1, payload); }
inline std::string client_ping(std::string_view payload) { return client_frame(fin | 9, payload); }

/// The payload of a close frame.
inline std::string close_payload(unsigned code, std::string_view reason = "") {
  std::string out{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  return out.append(reason);
}
inline std::string client_close(unsigned code, std::string_view reason = "") {
  return client_frame(fin | 8, close_payload(code, reason));
}

}  // namespace actorgate::net::test
