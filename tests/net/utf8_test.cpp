#include "net/utf8.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace actorgate::net;
using namespace std::string_literals;

namespace {

std::string encode(std::uint32_t c) {
  auto byte = [](std::uint32_t b) { return static_cast<char>(b); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xc0 | c >> 6), byte(0x80 | (c & 0x3f))};
  if (c < 0x10000) return {byte(0xe0 | c >> 12), byte(0x80 | (c >> 6 & 0x3f)), byte(0x80 | (c & 0x3f))};
  return {byte(0xf0 | c >> 18), byte(0x80 | (c >> 12 & 0x3f)), byte(0x80 | (c >> 6 & 0x3f)),
          byte(0x80 | (c & 0x3f))};
}

const std::vector<std::string> valid_texts = {
    "",
    "plain ASCII that is longer than a few machine words",
    "\0 with a zero byte"s,
    "gr\xc3\xbc\xc3\x9f Gott",
    "\xc2\x80",
    "\xdf\xbf",
    "\xe0\xa0\x80",
    "\xed\x9f\xbf",
    "\xee\x80\x80",
    "\xef\xbf\xbf",
    "\xf0\x90\x80\x80",
    "\xf4\x8f\xbf\xbf",
    "12345678\xf0\x9f\x8e\xad"
    "12345678\xe2\x82\xac",
};

const std::vector<std::string> invalid_texts = {
    "\x80",      // a continuation alone
    "\xc0\x80",  // overlong
    "\xc1\xbf",
    "\xe0\x80\x80",
    "\xe0\x9f\xbf",
    "\xf0\x80\x80\x80",
    "\xf0\x8f\xbf\xbf",
    "\xed\xa0\x80",  // surrogates
    "\xed\xbf\xbf",
    "\xf4\x90\x80\x80",  // above U+10FFFF
    "\xf5\x80\x80\x80",
    "\xf8\x88\x80\x80\x80",  // five bytes, once allowed
    "\xfe",
    "\xff",
    "\xc3(",  // a continuation is missing
    "\xe2\x82(",
    "\xf0\x9f\x8e(",
    "\xc3",  // the end is missing
    "\xe2\x82",
    "\xf0\x9f\x8e",
    "12345678\xff"
    "12345678",
    "a text that is long enough for the fast path \xc3",
};

bool valid_in_two(std::string_view text, std::size_t split) {
  utf8_validator v;
  v.feed(text.substr(0, split));
  return v.feed(text.substr(split)) && v.complete();
}

}  // namespace

TEST_CASE("every code point but the surrogates is valid, and nothing else is") {
  for (std::uint32_t c = 0; c < 0x120000; ++c) {
    const bool want = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
    if (valid_utf8(encode(c)) != want) FAIL_CHECK(c);
  }
}

TEST_CASE("every pair of bytes is judged as RFC 3629 says") {
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; ++b) {
      const std::string text{static_cast<char>(a), static_cast<char>(b)};
      const bool want = (a < 0x80 && b < 0x80) || (a >= 0xc2 && a <= 0xdf && b >= 0x80 && b <= 0xbf);
      if (valid_utf8(text) != want) FAIL_CHECK(a << " " << b);
    }
  }
}

TEST_CASE("text is judged the same wherever it is cut") {
  for (const auto& text : valid_texts) {
    CHECK(valid_utf8(text));
    for (std::size_t i = 0; i <= text.size(); ++i) CHECK(valid_in_two(text, i));
  }
  for (const auto& text : invalid_texts) {
    CHECK_FALSE(valid_utf8(text));
    for (std::size_t i = 0; i <= text.size(); ++i) CHECK_FALSE(valid_in_two(text, i));
  }
}

TEST_CASE("a broken character is found at any distance from the beginning") {
  for (std::size_t i = 0; i < 70; ++i) {
    std::string text(70, 'x');
    text[i] = '\xff';
    CHECK_FALSE(valid_utf8(text));
  }
}

TEST_CASE("a validator that has refused stays so") {
  utf8_validator v;
  CHECK_FALSE(v.feed("\xff"));
  CHECK_FALSE(v.feed("fine"));
  CHECK_FALSE(v.complete());
}

TEST_CASE("a text that ends inside a character may go on but is not complete") {
  utf8_validator v;
  CHECK(v.feed("\xe2\x82"));
  CHECK_FALSE(v.complete());
  CHECK(v.feed("\xac"));
  CHECK(v.complete());
}
