// A stream means the same however it is cut into pieces: decodes the input in one piece and in pieces, and
// compares. Input: [flags][seed of the cuts][limit / 16][the stream].
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "net/websocket_decoder.hpp"

namespace {

using actorgate::net::websocket_decoder;
using actorgate::net::websocket_event;

struct told {
  websocket_event::type what;
  bool binary, compressed;
  std::uint16_t code;
  std::string payload;
  bool operator==(const told&) const = default;
};

void check(bool condition) {
  if (!condition) std::abort();
}

/// Feeds one piece; false once the stream has ended.
bool feed(websocket_decoder& decoder, std::span<char> piece, std::size_t limit, std::vector<told>& events) {
  for (;;) {
    const auto before = piece.size();
    const auto e = decoder.next(piece, limit);
    check(piece.size() <= before);
    if (e.what == websocket_event::type::none) {
      check(piece.empty());
      check(decoder.heap_bytes() <= 2 * (std::max(limit, websocket_decoder::oversize_prefix) + 125));
      return true;
    }
    if (e.what == websocket_event::type::message) check(e.payload.size() <= limit);
    events.push_back({e.what, e.binary, e.compressed, e.code, std::string(e.payload)});
    if (e.what == websocket_event::type::close || e.what == websocket_event::type::failure) return false;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const bool allow_rsv1 = (data[0] & 1) != 0;
  std::uint32_t seed = data[1];
  const std::size_t limit = std::size_t{data[2]} * 16;
  const std::string stream(reinterpret_cast<const char*>(data) + 3, size - 3);

  std::vector<told> whole, pieces;
  websocket_decoder at_once{allow_rsv1}, bit_by_bit{allow_rsv1};
  auto copy = stream;
  feed(at_once, copy, limit, whole);

  copy = stream;
  std::span<char> rest{copy};
  while (!rest.empty()) {
    seed = seed * 1664525 + 1013904223;
    // Every piece is memory of its own, so that a view that outlives it is found.
    std::vector<char> piece(rest.begin(),
                            rest.begin() + std::min<std::ptrdiff_t>(1 + (seed >> 28), std::ssize(rest)));
    rest = rest.subspan(piece.size());
    if (!feed(bit_by_bit, piece, limit, pieces)) break;
  }
  check(whole == pieces);
  return 0;
}
