#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace actorgate::bench {

/// Appends a final text frame as a client sends it: masked (RFC 6455, section 5.2), always with the same key.
void append_client_frame(std::string& out, std::string_view text);

/// The same as a server sends it.
void append_server_frame(std::string& out, std::string_view text);

/// A client's answer to a ping.
void append_client_pong(std::string& out, std::string_view payload);

/// The bytes of a client's close frame with code 1000.
std::string_view client_close_frame();

struct frame {
  std::uint8_t opcode = 0;
  std::string_view payload;
  std::size_t size = 0;  // on the wire; 0: not all of it is there
};

constexpr std::uint8_t opcode_text = 1, opcode_close = 8, opcode_ping = 9;

/// The first unmasked, unfragmented frame of `bytes`. Fails at anything else.
frame first_server_frame(std::string_view bytes);

/// The first frame of a client, with its payload unmasked in place.
frame first_client_frame(char* bytes, std::size_t size);

}  // namespace actorgate::bench
