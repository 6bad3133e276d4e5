#include "net/websocket_decoder.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace actorgate::net {
namespace {

constexpr std::uint8_t continuation_opcode = 0, text_opcode = 1, binary_opcode = 2, close_opcode = 8,
                       ping_opcode = 9, pong_opcode = 10;
constexpr std::uint8_t rsv1_bit = 0x40, rsv_bits = 0x70, masked_bit = 0x80, length_bits = 0x7f;
constexpr std::uint16_t ok = 0, protocol_error = 1002, no_code_given = 1005, invalid_payload = 1007,
                        too_big = 1009;

/// Codes that may be in a close frame (RFC 6455, section 7.4, and the IANA registry).
constexpr bool may_travel(unsigned code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

websocket_event failure(std::uint16_t code) {
  return {.what = websocket_event::type::failure, .code = code, .payload = {}};
}

websocket_event decode_close(std::string_view payload) {
  websocket_event e{.what = websocket_event::type::close, .code = no_code_given, .payload = {}};
  if (payload.empty()) return e;
  if (payload.size() == 1) return failure(protocol_error);
  const auto byte = [&](std::size_t i) { return unsigned{static_cast<std::uint8_t>(payload[i])}; };
  const unsigned code = byte(0) << 8 | byte(1);
  if (!may_travel(code)) return failure(protocol_error);
  e.code = static_cast<std::uint16_t>(code);
  e.payload = payload.substr(2);
  return valid_utf8(e.payload) ? e : failure(invalid_payload);
}

}  // namespace

std::uint32_t unmask(std::span<char> data, std::uint32_t mask) {
  const std::uint64_t mask8 = std::uint64_t{mask} << 32 | mask;
  std::size_t i = 0;
  for (std::uint64_t word; i + sizeof word <= data.size(); i += sizeof word) {
    std::memcpy(&word, data.data() + i, sizeof word);
    word ^= mask8;
    std::memcpy(data.data() + i, &word, sizeof word);
  }
  char bytes[4];
  std::memcpy(bytes, &mask, sizeof bytes);
  for (std::size_t rest = i; rest < data.size(); ++rest)
    data[rest] = static_cast<char>(data[rest] ^ bytes[rest % 4]);
  const int bits = static_cast<int>(8 * ((data.size() - i) % 4));
  // The mask is in wire order, so the next byte's key is the lowest one of a little-endian number.
  return std::endian::native == std::endian::little ? std::rotr(mask, bits) : std::rotl(mask, bits);
}

websocket_event websocket_decoder::next(std::span<char>& input, std::size_t limit) {
  drop_yielded();
  for (;;) {
    if (!in_payload_) {
      const bool complete = read_header(input);
      if (header_size_ >= 2) {
        if (const auto code = check_start(); code != ok) return failure(code);
      }
      if (!complete) return {};
      if (const auto code = begin_frame(limit); code != ok) return failure(code);
    }
    if (input.empty() && remaining_ > 0) return {};
    const auto piece =
        input.first(static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size())));
    input = input.subspan(piece.size());
    remaining_ -= piece.size();
    mask_ = unmask(piece, mask_);
    const std::string_view text{piece.data(), piece.size()};
    const bool checked = !control() && message_opcode_ == text_opcode && !compressed_;
    if (checked && !utf8_.feed(text)) return failure(invalid_payload);
    if (remaining_ > 0) {
      keep(text);
      continue;
    }
    in_payload_ = false;
    header_size_ = 0;
    if (control()) return end_control(text);
    if (final()) return end_message(text);
    keep(text);
  }
}

std::size_t websocket_decoder::header_length() const {
  if (header_size_ < 2) return 2;
  const auto length = header_[1] & length_bits;
  const std::size_t extended = length < 126 ? 0 : length == 126 ? 2 : 8;
  return 2 + extended + sizeof mask_;
}

std::uint64_t websocket_decoder::payload_length() const {
  const auto length = header_[1] & length_bits;
  if (length < 126) return static_cast<std::uint64_t>(length);
  std::uint64_t result = 0;
  for (std::size_t i = 2; i < (length == 126 ? 4u : 10u); ++i) result = result << 8 | header_[i];
  return result;
}

bool websocket_decoder::read_header(std::span<char>& input) {
  while (header_size_ < header_length()) {
    if (input.empty()) return false;
    const auto size = std::min(header_length() - header_size_, input.size());
    std::memcpy(header_ + header_size_, input.data(), size);
    header_size_ = static_cast<std::uint8_t>(header_size_ + size);
    input = input.subspan(size);
  }
  return true;
}

/// What the first two bytes of a frame may be (RFC 6455, sections 5.1, 5.2, 5.4 and 5.5).
std::uint16_t websocket_decoder::check_start() const {
  const bool first = opcode() == text_opcode || opcode() == binary_opcode;
  const auto allowed = allow_rsv1_ && first ? rsv1_bit : 0;
  if ((header_[0] & rsv_bits & ~allowed) != 0) return protocol_error;
  if ((header_[1] & masked_bit) == 0) return protocol_error;
  switch (opcode()) {
    case text_opcode:
    case binary_opcode:
      return message_opcode_ == 0 ? ok : protocol_error;
    case continuation_opcode:
      return message_opcode_ != 0 ? ok : protocol_error;
    case close_opcode:
    case ping_opcode:
    case pong_opcode:
      return final() && (header_[1] & length_bits) <= 125 ? ok : protocol_error;
    default:
      return protocol_error;
  }
}

/// The header is complete: its length must be encoded minimally and be within the limits.
std::uint16_t websocket_decoder::begin_frame(std::size_t limit) {
  const auto length = payload_length();
  const auto encoding = header_[1] & length_bits;
  if ((encoding == 126 && length < 126) || (encoding == 127 && (length < 65536 || length >> 63 != 0))) {
    return protocol_error;
  }
  std::memcpy(&mask_, header_ + header_length() - sizeof mask_, sizeof mask_);
  remaining_ = length;
  in_payload_ = true;
  if (control()) return ok;
  if (opcode() != continuation_opcode) {
    message_opcode_ = opcode();
    compressed_ = (header_[0] & rsv1_bit) != 0;
    message_size_ = 0;
  }
  message_size_ += length;  // cannot wrap: what was there is within the limits, and length < 2^63
  if (message_size_ > std::uint64_t{limit} * oversize_factor) return too_big;
  if (!oversize_ && message_size_ > limit) {
    oversize_ = true;
    if (buffer_.size() > oversize_prefix) {
      std::vector<char>(buffer_.begin(), buffer_.begin() + oversize_prefix).swap(buffer_);
    }
  }
  return ok;
}

/// Appends to the buffer; of an oversize message only what belongs to its prefix.
void websocket_decoder::keep(std::string_view piece) {
  if (oversize_ && !control())
    piece = piece.substr(0, oversize_prefix - std::min(oversize_prefix, buffer_.size()));
  buffer_.insert(buffer_.end(), piece.begin(), piece.end());
}

websocket_event websocket_decoder::end_control(std::string_view payload) {
  const std::size_t size = payload_length();
  if (payload.size() < size) {
    keep(payload);
    payload = std::string_view{buffer_.data(), buffer_.size()}.substr(buffer_.size() - size);
    yielded_ = pending::control;
  }
  switch (opcode()) {
    case close_opcode:
      return decode_close(payload);
    case ping_opcode:
      return {.what = websocket_event::type::ping, .payload = payload};
    default:
      return {.what = websocket_event::type::pong, .payload = payload};
  }
}

websocket_event websocket_decoder::end_message(std::string_view payload) {
  if (!utf8_.complete()) return failure(invalid_payload);
  websocket_event e{.what = oversize_ ? websocket_event::type::oversize : websocket_event::type::message,
                    .binary = message_opcode_ == binary_opcode,
                    .compressed = compressed_,
                    .payload = {}};
  if (buffer_.empty()) {
    e.payload = oversize_ ? payload.substr(0, oversize_prefix) : payload;
  } else {
    keep(payload);
    e.payload = {buffer_.data(), buffer_.size()};
    yielded_ = pending::message;
  }
  message_opcode_ = 0;
  oversize_ = false;
  compressed_ = false;
  return e;
}

/// Forgets what the last event referred to.
void websocket_decoder::drop_yielded() {
  if (yielded_ == pending::nothing) return;
  if (yielded_ == pending::control) buffer_.erase(buffer_.end() - (header_[1] & length_bits), buffer_.end());
  // An idle decoder holds no memory.
  if (yielded_ == pending::message || buffer_.empty()) std::vector<char>().swap(buffer_);
  yielded_ = pending::nothing;
}

}  // namespace actorgate::net
