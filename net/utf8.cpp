#include "net/utf8.hpp"

#include <cstddef>
#include <cstring>

namespace actorgate::net {
namespace {

// A state is what must follow; 0 is the beginning of a character. RFC 3629, section 4.
constexpr std::uint8_t start = 0, one_more = 1, two_more = 2, three_more = 3, after_e0 = 4, after_ed = 5,
                       after_f0 = 6, after_f4 = 7, invalid = 8;

struct continuation {
  std::uint8_t low, high, next;
};
constexpr continuation continuations[] = {
    {0, 0, 0},               // start: see lead()
    {0x80, 0xbf, start},     // one_more
    {0x80, 0xbf, one_more},  // two_more
    {0x80, 0xbf, two_more},  // three_more
    {0xa0, 0xbf, one_more},  // after_e0: less would be overlong
    {0x80, 0x9f, one_more},  // after_ed: more would be a surrogate
    {0x90, 0xbf, two_more},  // after_f0: less would be overlong
    {0x80, 0x8f, two_more},  // after_f4: more would be above U+10FFFF
    {1, 0, invalid},         // invalid: takes nothing
};

constexpr std::uint8_t lead(std::uint8_t byte) {
  if (byte < 0x80) return start;
  if (byte < 0xc2) return invalid;  // a continuation, or an overlong form of ASCII
  if (byte < 0xe0) return one_more;
  if (byte == 0xe0) return after_e0;
  if (byte == 0xed) return after_ed;
  if (byte < 0xf0) return two_more;
  if (byte == 0xf0) return after_f0;
  if (byte < 0xf4) return three_more;
  return byte == 0xf4 ? after_f4 : invalid;
}

/// Length of the ASCII text at the beginning, in steps of 8 bytes.
std::size_t ascii_prefix(std::string_view text) {
  std::size_t size = 0;
  for (std::uint64_t word; size + sizeof word <= text.size(); size += sizeof word) {
    std::memcpy(&word, text.data() + size, sizeof word);
    if ((word & 0x8080808080808080u) != 0) break;
  }
  return size;
}

}  // namespace

bool utf8_validator::feed(std::string_view piece) {
  while (!piece.empty() && state_ != invalid) {
    if (state_ == start) {
      piece.remove_prefix(ascii_prefix(piece));
      if (piece.empty()) break;
    }
    // A block of bytes one by one before the fast path is tried again: text that is not ASCII rarely turns
    // into it.
    const auto block = piece.substr(0, 16);
    for (char c : block) {
      const auto byte = static_cast<std::uint8_t>(c);
      if (state_ == start) {
        state_ = lead(byte);
      } else {
        const auto& want = continuations[state_];
        state_ = byte >= want.low && byte <= want.high ? want.next : invalid;
      }
    }
    piece.remove_prefix(block.size());
  }
  return state_ != invalid;
}

bool valid_utf8(std::string_view text) {
  utf8_validator v;
  return v.feed(text) && v.complete();
}

}  // namespace actorgate::net
