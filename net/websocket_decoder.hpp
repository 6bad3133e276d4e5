#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "net/utf8.hpp"

namespace actorgate::net {

/// What a client's byte stream said.
struct websocket_event {
  enum class type : std::uint8_t {
    none,      ///< the input is used up; nothing has been completed
    message,   ///< a complete message; text is valid UTF-8
    oversize,  ///< a complete message over the limit; `payload` is its beginning
    ping,      ///< wants a pong with the same payload
    pong,
    close,    ///< `code` and reason, as the peer gave them; 1005 if it gave none. The last event.
    failure,  ///< the peer broke the protocol: `code` says how (1002, 1007, 1009). The last event.
  };

  type what = type::none;
  bool binary = false;      ///< of a message: opcode 2 instead of 1
  bool compressed = false;  ///< of a message: RSV1 was set; `payload` is neither inflated nor validated
  std::uint16_t code = 0;
  std::string_view payload;
};

/// The reading half of a WebSocket server (RFC 6455, sections 5 to 8) without I/O: bytes in, events out.
///
///     first frame, FIN      --> message
///     first frame, no FIN   --> fragments --continuation, FIN--> message
///                               | ^ continuation, no FIN
///
/// Control frames between fragments are events of their own.
///
/// A decoder between two messages holds no heap memory; inside a message it holds what has arrived of it,
/// unless the whole frame lies in the input, which is then unmasked and handed out in place.
class websocket_decoder {
public:
  /// Of a message over the limit, this many bytes are kept.
  static constexpr std::size_t oversize_prefix = 4096;
  /// A message over this many times the limit is a failure (1009) instead of an `oversize` event.
  static constexpr std::size_t oversize_factor = 8;

  /// `allow_rsv1` if permessage-deflate was agreed upon (RFC 7692, section 6): RSV1 may then
  /// be set on the first frame of a message, which sets `compressed` in its event. Inflating is left to the
  /// caller, and with it the limit on the inflated length.
  explicit websocket_decoder(bool allow_rsv1 = false) : allow_rsv1_(allow_rsv1) {}

  /// Consumes bytes from the front of `input`, unmasking them in place, up to the end of the next event;
  /// `none` means that all of it was consumed. `limit` is the longest message in bytes. The event's payload
  /// lies in `input` or in the decoder, and is valid until the next call; so call until it returns `none`,
  /// which also frees the memory. After `close` and `failure` the stream has ended: nothing more may be fed.
  websocket_event next(std::span<char>& input, std::size_t limit);

  /// Whether it is between two messages, so that any other decoder may go on in its place; to be asked after
  /// `next` has returned `none`.
  bool idle() const { return message_opcode_ == 0 && header_size_ == 0 && buffer_.empty(); }

  /// Heap memory held now, in bytes.
  std::size_t heap_bytes() const { return buffer_.capacity(); }

private:
  enum class pending : std::uint8_t { nothing, control, message };

  std::uint8_t opcode() const { return header_[0] & 0x0f; }
  bool final() const { return (header_[0] & 0x80) != 0; }
  bool control() const { return (header_[0] & 0x08) != 0; }
  std::size_t header_length() const;
  std::uint64_t payload_length() const;

  void drop_yielded();
  bool read_header(std::span<char>& input);
  std::uint16_t check_start() const;
  std::uint16_t begin_frame(std::size_t limit);
  void keep(std::string_view piece);
  websocket_event end_control(std::string_view payload);
  websocket_event end_message(std::string_view payload);

  std::vector<char> buffer_;         // [what is kept of the message][what has arrived of a control frame]
  std::uint64_t remaining_ = 0;      // payload bytes of the current frame that are still to come
  std::uint64_t message_size_ = 0;   // of the message so far, including the whole current frame
  std::uint32_t mask_ = 0;           // in wire order, turned to the next payload byte
  std::uint8_t header_[14] = {};     // of the current frame
  std::uint8_t header_size_ = 0;     // bytes of it that have arrived
  std::uint8_t message_opcode_ = 0;  // of the message that has begun; 0 between messages
  utf8_validator utf8_;
  pending yielded_ = pending::nothing;  // what lies in buffer_ only for the event handed out last
  bool in_payload_ : 1 = false;
  bool oversize_ : 1 = false;
  bool compressed_ : 1 = false;
  bool allow_rsv1_ : 1;
};

/// Exclusive-ors `data` with the 4 bytes of `mask` (in wire order), and returns the mask turned so that it
/// fits the byte behind `data` (RFC 6455, section 5.3).
std::uint32_t unmask(std::span<char> data, std::uint32_t mask);

}  // namespace actorgate::net
