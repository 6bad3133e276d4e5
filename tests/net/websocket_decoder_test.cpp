#include "net/websocket_decoder.hpp"

#include <cstring>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/net/websocket_bytes.hpp"

using namespace actorgate::net;
using namespace actorgate::net::test;
using namespace std::string_literals;

namespace {

constexpr std::size_t limit = 1 << 20;

/// Events in a form that reads well in a table: `message hello`, `close 1000 bye`, `failure 1002`.
std::string describe(const websocket_event& e) {
  using type = websocket_event::type;
  const std::string payload(e.payload);
  const auto kind = (e.compressed ? "compressed "s : ""s) + (e.binary ? "binary " : "");
  switch (e.what) {
    case type::none:
      return "none";
    case type::message:
      return kind + "message " + payload;
    case type::oversize:
      return kind + "oversize " + payload;
    case type::ping:
      return "ping " + payload;
    case type::pong:
      return "pong " + payload;
    case type::close:
      return "close " + std::to_string(e.code) + " " + payload;
    case type::failure:
      return "failure " + std::to_string(e.code);
  }
  return "?";
}

using events = std::vector<std::string>;

/// Feeds one piece, appends what comes out; false once the stream has ended.
bool feed(websocket_decoder& decoder, std::string piece, events& out, std::size_t max = limit) {
  std::span<char> input{piece};
  for (;;) {
    const auto e = decoder.next(input, max);
    if (e.what == websocket_event::type::none) return true;
    out.push_back(describe(e));
    if (e.what == websocket_event::type::close || e.what == websocket_event::type::failure) return false;
  }
}

events decode(const std::string& stream, std::size_t max = limit, bool allow_rsv1 = false) {
  websocket_decoder decoder{allow_rsv1};
  events out;
  feed(decoder, stream, out, max);
  return out;
}

/// The header of a frame whose payload is not there.
std::string header(int first, const std::string& length) {
  return std::string{static_cast<char>(first)} + length + std::string(some_mask);
}

struct row {
  const char* what;
  std::string stream;
  events want;
};

}  // namespace

TEST_CASE("an idle decoder is small and holds no heap memory") {
  static_assert(sizeof(websocket_decoder) <= 64);
  websocket_decoder decoder;
  CHECK(decoder.heap_bytes() == 0);
  events out;
  const auto message = client_text(std::string(1000, 'x'));
  feed(decoder, message.substr(0, 500), out);
  CHECK(decoder.heap_bytes() > 0);
  feed(decoder, message.substr(500), out);
  CHECK(out.size() == 1);
  CHECK(decoder.heap_bytes() == 0);
}

TEST_CASE("valid streams give their messages") {
  const std::string big(65536, 'b');
  const std::vector<row> rows = {
      {"a text message", client_text("hello"), {"message hello"}},
      {"a binary message, which need not be UTF-8", client_frame(fin | 2, "\xff"), {"binary message \xff"}},
      {"an empty message", client_text(""), {"message "}},
      {"two messages", client_text("a") + client_text("b"), {"message a", "message b"}},
      {"125 bytes", client_text(std::string(125, 'x')), {"message " + std::string(125, 'x')}},
      {"126 bytes", client_text(std::string(126, 'x')), {"message " + std::string(126, 'x')}},
      {"65535 bytes", client_text(std::string(65535, 'x')), {"message " + std::string(65535, 'x')}},
      {"65536 bytes", client_text(big), {"message " + big}},
      {"a message in three frames",
       client_frame(1, "he") + client_frame(0, "ll") + client_frame(fin, "o"),
       {"message hello"}},
      {"a binary message in two frames",
       client_frame(2, "a") + client_frame(fin, "b"),
       {"binary message ab"}},
      {"empty fragments", client_frame(1, "") + client_frame(0, "") + client_frame(fin, ""), {"message "}},
      {"an empty last fragment", client_frame(1, "a") + client_frame(fin, ""), {"message a"}},
      {"a character cut by fragments",
       client_frame(1, "\xe2") + client_frame(0, "\x82") + client_frame(fin, "\xac"),
       {"message \xe2\x82\xac"}},
      {"a ping", client_ping("are you there"), {"ping are you there"}},
      {"an empty ping", client_ping(""), {"ping "}},
      {"a ping of 125 bytes", client_ping(std::string(125, 'p')), {"ping " + std::string(125, 'p')}},
      {"a pong that nobody asked for", client_frame(fin | 10, "x"), {"pong x"}},
      {"control frames between fragments",
       client_frame(1, "he") + client_ping("1") + client_frame(0, "ll") + client_frame(fin | 10, "2") +
           client_frame(fin, "o"),
       {"ping 1", "pong 2", "message hello"}},
      {"a control frame inside a cut character",
       client_frame(1, "\xc3") + client_ping("1") + client_frame(fin, "\xbc"),
       {"ping 1", "message \xc3\xbc"}},
      {"a close between fragments", client_frame(1, "he") + client_close(1001), {"close 1001 "}},
      {"a mask of zeros", client_frame(fin | 1, "clear", "\0\0\0\0"s), {"message clear"}},
      {"a close without a code", client_frame(fin | 8, ""), {"close 1005 "}},
      {"a close with a reason", client_close(1000, "gr\xc3\xbc\xc3\x9f"), {"close 1000 gr\xc3\xbc\xc3\x9f"}},
      {"a close with the longest reason",
       client_close(3000, std::string(123, 'r')),
       {"close 3000 " + std::string(123, 'r')}},
      {"what comes behind a close is not looked at", client_close(1000) + "garbage", {"close 1000 "}},
      {"an incomplete header", "\x81", {}},
      {"an incomplete payload", client_text("hello").substr(0, 9), {}},
  };
  for (const auto& r : rows) {
    CAPTURE(r.what);
    CHECK(decode(r.stream) == r.want);
  }
}

TEST_CASE("streams that break RFC 6455 fail with the code that it names") {
  const std::vector<row> rows = {
      {"5.1: a frame that is not masked", "\x81\x05hello", {"failure 1002"}},
      {"5.1: a control frame that is not masked", "\x89\x00"s, {"failure 1002"}},
      {"5.2: RSV1 without an extension", client_frame(fin | 0x40 | 1, "x"), {"failure 1002"}},
      {"5.2: RSV2", client_frame(fin | 0x20 | 1, "x"), {"failure 1002"}},
      {"5.2: RSV3", client_frame(fin | 0x10 | 1, "x"), {"failure 1002"}},
      {"5.2: RSV1 on a control frame", client_frame(fin | 0x40 | 9, "x"), {"failure 1002"}},
      {"5.2: 16 bits for a length below 126", header(fin | 1, "\xfe\x00\x7d"s), {"failure 1002"}},
      {"5.2: 64 bits for a length below 65536",
       header(fin | 1, "\xff\x00\x00\x00\x00\x00\x00\xff\xff"s),
       {"failure 1002"}},
      {"5.2: the top bit of a 64-bit length",
       header(fin | 1, "\xff\x80\x00\x00\x00\x00\x01\x00\x00"s),
       {"failure 1002"}},
      {"5.4: a continuation of nothing", client_frame(fin, "x"), {"failure 1002"}},
      {"5.4: a continuation after a complete message",
       client_text("a") + client_frame(fin, "x"),
       {"message a", "failure 1002"}},
      {"5.4: a new message inside another", client_frame(1, "a") + client_text("b"), {"failure 1002"}},
      {"5.4: a binary message inside a text",
       client_frame(1, "a") + client_frame(fin | 2, "b"),
       {"failure 1002"}},
      {"5.5: a ping over 125 bytes", client_frame(fin | 9, std::string(126, 'x')), {"failure 1002"}},
      {"5.5: a close over 125 bytes", client_close(1000, std::string(124, 'x')), {"failure 1002"}},
      {"5.5: a ping in fragments", client_frame(9, "x"), {"failure 1002"}},
      {"5.5: a close in fragments", client_frame(8, ""), {"failure 1002"}},
      {"5.5.1: a close with half a code", client_frame(fin | 8, "x"), {"failure 1002"}},
      {"5.5.1: a close reason that is not UTF-8", client_close(1000, "\xff"), {"failure 1007"}},
      {"5.5.1: a close reason that ends inside a character", client_close(1000, "\xc3"), {"failure 1007"}},
      {"8.1: a text that is not UTF-8", client_text("\xc0\x80"), {"failure 1007"}},
      {"8.1: a text that ends inside a character", client_text("\xe2\x82"), {"failure 1007"}},
      {"8.1: fragments that end inside a character",
       client_frame(1, "a") + client_frame(fin, "\xe2"),
       {"failure 1007"}},
      {"8.1: a broken character, known before the message ends", client_frame(1, "\xff"), {"failure 1007"}},
      {"7.4.1: a length over all limits",
       header(fin | 1, "\xff\x7f\xff\xff\xff\xff\xff\xff\xff"),
       {"failure 1009"}},
  };
  for (const auto& r : rows) {
    CAPTURE(r.what);
    CHECK(decode(r.stream) == r.want);
  }
}

TEST_CASE("5.2: reserved opcodes fail, with and without FIN") {
  for (int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    CAPTURE(opcode);
    CHECK(decode(client_frame(fin | opcode, "")) == events{"failure 1002"});
    CHECK(decode(client_frame(opcode, "")) == events{"failure 1002"});
  }
}

TEST_CASE("7.4: a close frame may carry the codes that are defined or free for use") {
  for (unsigned code = 0; code < 65536; ++code) {
    const bool may =
        (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    const auto want = may ? "close " + std::to_string(code) + " " : "failure 1002"s;
    if (decode(client_close(code)) != events{want}) FAIL_CHECK(code);
  }
}

TEST_CASE("a violation is seen as soon as its bytes are there") {
  CHECK(decode("\x83\x80") == events{"failure 1002"});
  CHECK(decode("\x81\x05") == events{"failure 1002"});
  CHECK(decode(client_text("\xffxxxxx").substr(0, 7)) == events{"failure 1007"});
  CHECK(decode(header(fin | 1, "\xff\x00\x00\x00\x00\x7f\xff\xff\xff"s)) == events{"failure 1009"});
}

TEST_CASE("a stream means the same wherever it is cut") {
  const std::vector<std::string> streams = {
      client_text("hello") + client_frame(1, "gr\xc3\xbc") + client_ping("between") +
          client_frame(fin, "\xc3\x9f") + client_frame(fin | 2, std::string(130, '\xfe')) + client_ping("") +
          client_close(1000, "bye"),
      client_frame(1, "\xf0\x9f") + client_frame(0, "\x8e") + client_frame(fin, "\xad") +
          client_text("\xed\xa0\x80"),
      client_frame(1, "a") + client_frame(fin | 10, "b") + client_frame(fin | 1, "c"),
      client_text(std::string(140, 'x')) + client_frame(fin | 8, "x"),
      client_text("a") + header(fin | 1, "\xff\x00\x00\x00\x00\x00\x00\x00\x01"s),
  };
  for (const auto& stream : streams) {
    const auto want = decode(stream);
    CHECK_FALSE(want.empty());
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      websocket_decoder decoder;
      events got;
      if (feed(decoder, stream.substr(0, cut), got)) feed(decoder, stream.substr(cut), got);
      CAPTURE(cut);
      CHECK(got == want);
    }
    for (std::size_t size = 1; size < 9; ++size) {
      websocket_decoder decoder;
      events got;
      for (std::size_t at = 0; at < stream.size() && feed(decoder, stream.substr(at, size), got); at += size)
        continue;
      CAPTURE(size);
      CHECK(got == want);
    }
  }
}

TEST_CASE("a message that lies in the input is not copied") {
  websocket_decoder decoder;
  auto stream = client_text("hello") + client_frame(fin | 2, "world");
  std::span<char> input{stream};
  const auto first = decoder.next(input, limit);
  CHECK(first.payload == "hello");
  CHECK(first.payload.data() == stream.data() + 6);
  const auto second = decoder.next(input, limit);
  CHECK(second.payload.data() == stream.data() + 17);
  CHECK(decoder.heap_bytes() == 0);
}

TEST_CASE("a message of exactly the limit is taken, whole or in fragments") {
  const std::string text(100, 'x');
  CHECK(decode(client_text(text), 100) == events{"message " + text});
  CHECK(decode(client_frame(1, text.substr(50)) + client_frame(fin, text.substr(50)), 100) ==
        events{"message " + text});
}

TEST_CASE("a message over the limit is read past, keeping its beginning") {
  std::string text(20000, 'x');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 26);
  const auto want = "oversize " + text.substr(0, 4096);
  SUBCASE("in one frame, and the next message is fine") {
    CHECK(decode(client_text(text) + client_text("next"), 10000) == events{want, "message next"});
  }
  SUBCASE("in fragments with a ping between them") {
    CHECK(decode(client_frame(1, text.substr(0, 9000)) + client_ping("p") +
                     client_frame(0, text.substr(9000, 9000)) + client_ping("q") +
                     client_frame(fin, text.substr(18000)) + client_text("next"),
                 10000) == events{"ping p", "ping q", want, "message next"});
  }
  SUBCASE("in pieces, holding no more than the prefix") {
    websocket_decoder decoder;
    events out;
    const auto stream = client_text(text);
    for (std::size_t at = 0; at < stream.size(); at += 100) {
      feed(decoder, stream.substr(at, 100), out, 10000);
      CHECK(decoder.heap_bytes() <= 2 * websocket_decoder::oversize_prefix);
    }
    CHECK(out == events{want});
    CHECK(decoder.heap_bytes() == 0);
  }
  SUBCASE("by one byte") { CHECK(decode(client_text("12345"), 4) == events{"oversize 12345"}); }
  SUBCASE("even then it must be UTF-8") {
    CHECK(decode(client_text(text + "\xff"), 10000) == events{"failure 1007"});
  }
}

TEST_CASE("a message over eight times the limit fails before it is read") {
  CHECK(decode(client_text(std::string(80, 'x')), 10) == events{"oversize " + std::string(80, 'x')});
  CHECK(decode(header(fin | 1, "\xd1"), 10) == events{"failure 1009"});
  CHECK(decode(client_frame(1, std::string(80, 'x')) + header(fin, "\x81"), 10) == events{"failure 1009"});
}

TEST_CASE("with an extension RSV1 marks a compressed message, on its first frame only") {
  CHECK(decode(client_frame(fin | 0x40 | 1, "\xff"), limit, true) == events{"compressed message \xff"});
  CHECK(decode(client_frame(0x40 | 1, "a") + client_frame(fin, "\xff") + client_text("b"), limit, true) ==
        events{"compressed message a\xff", "message b"});
  CHECK(decode(client_frame(0x40 | 1, "a") + client_frame(fin | 0x40, "b"), limit, true) ==
        events{"failure 1002"});
  CHECK(decode(client_frame(fin | 0x40 | 9, ""), limit, true) == events{"failure 1002"});
  CHECK(decode(client_frame(fin | 0x20 | 1, ""), limit, true) == events{"failure 1002"});
}

TEST_CASE("unmasking in pieces of any length equals the definition") {
  std::string data(100, '\0');
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i * 7);
  std::string want = data;
  for (std::size_t i = 0; i < data.size(); ++i) want[i] = static_cast<char>(data[i] ^ some_mask[i % 4]);
  std::uint32_t mask;
  std::memcpy(&mask, some_mask.data(), 4);
  for (std::size_t first = 0; first <= data.size(); ++first) {
    auto got = data;
    const std::span<char> all{got};
    const auto turned = unmask(all.first(first), mask);
    unmask(all.subspan(first), turned);
    CHECK((got == want));
  }
}
