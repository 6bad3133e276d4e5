#include "protocol/json.hpp"

#include <array>

namespace actorgate::protocol {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The value of four hex digits, or -1.
int hex4(const char* p) {
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit(p[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/// Bytes that a string may contain as they are: neither quote, backslash, control character nor non-ASCII.
constexpr auto plain_table = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 0x80; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

bool is_plain(char c) { return plain_table[static_cast<unsigned char>(c)]; }

/// The length of the well-formed UTF-8 sequence of two to four bytes at `p` (RFC 3629), or 0.
int sequence_length(const char* p, const char* end) {
  const auto byte = [p](int i) { return static_cast<unsigned char>(p[i]); };
  const auto follows = [&](int i, unsigned low = 0x80, unsigned high = 0xbf) {
    return p + i < end && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = first == 0xed ? 0x9f : 0xbf;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&out](unsigned byte) { out += static_cast<char>(byte); };
  const auto tail = [&](int shift) { put(0x80 | ((code >> shift) & 0x3f)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) return put(0xc0 | (code >> 6)), tail(0);
  if (code < 0x10000) return put(0xe0 | (code >> 12)), tail(6), tail(0);
  put(0xf0 | (code >> 18)), tail(12), tail(6), tail(0);
}

/// Decodes the `\u` escape at `p` (behind the u) into `out`; returns what follows it.
const char* append_unicode(std::string& out, const char* p, const char* end) {
  constexpr unsigned replacement = 0xfffd;
  const auto code = static_cast<unsigned>(hex4(p));
  p += 4;
  if (code < 0xd800 || code > 0xdfff) return append_utf8(out, code), p;
  const bool paired = code < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u';
  const auto low = paired ? static_cast<unsigned>(hex4(p + 2)) : 0;
  if (low < 0xdc00 || low > 0xdfff) return append_utf8(out, replacement), p;
  append_utf8(out, 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
  return p + 6;
}

char resolve_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

/// Decodes what stands between the quotes of a valid JSON string.
std::string decode(std::string_view inner) {
  std::string out;
  out.reserve(inner.size());
  const char* end = inner.data() + inner.size();
  for (const char* p = inner.data(); p < end;) {
    if (*p != '\\') {
      out += *p++;
    } else if (p[1] == 'u') {
      p = append_unicode(out, p + 2, end);
    } else {
      out += resolve_escape(p[1]);
      p += 2;
    }
  }
  return out;
}

}  // namespace

void json_cursor::space() {
  while (at_ < end_ && is_space(*at_)) ++at_;
}

json_type json_cursor::peek() {
  space();
  if (failed_ || at_ == end_) return json_type::none;
  switch (*at_) {
    case '{':
      return json_type::object;
    case '[':
      return json_type::array;
    case '"':
      return json_type::string;
    case 't':
    case 'f':
      return json_type::boolean;
    case 'n':
      return json_type::null;
    default:
      return is_digit(*at_) || *at_ == '-' ? json_type::number : json_type::none;
  }
}

std::optional<std::string_view> json_cursor::raw() {
  space();
  const char* begin = at_;
  if (failed_ || !scan_value()) {
    fail();
    return std::nullopt;
  }
  return std::string_view{begin, static_cast<std::size_t>(at_ - begin)};
}

std::optional<std::string> json_cursor::string() {
  if (peek() != json_type::string) {
    fail();
    return std::nullopt;
  }
  auto text = raw();
  if (!text) return std::nullopt;
  return unquoted(*text);
}

std::optional<bool> json_cursor::boolean() {
  if (peek() != json_type::boolean) {
    fail();
    return std::nullopt;
  }
  auto text = raw();
  if (!text) return std::nullopt;
  return *text == "true";
}

bool json_cursor::done() {
  space();
  return !failed_ && at_ == end_;
}

bool json_cursor::open(char bracket) {
  space();
  if (failed_ || at_ == end_ || *at_ != bracket || depth_ >= max_json_depth) return fail();
  ++at_;
  ++depth_;
  return true;
}

/// Whether the container ends here; otherwise the separator has been consumed.
bool json_cursor::close(char bracket, bool first) {
  space();
  if (failed_ || at_ == end_) return fail(), true;
  if (*at_ == bracket) return ++at_, true;
  if (first) return false;
  if (*at_ != ',') return fail(), true;
  ++at_;
  space();
  if (at_ < end_ && *at_ == bracket) return fail(), true;
  return false;
}

std::string_view json_cursor::member_key() {
  if (peek() != json_type::string) return fail(), std::string_view{};
  const auto text = raw();
  space();
  if (!text || at_ == end_ || *at_ != ':') return fail(), std::string_view{};
  ++at_;
  const auto inner = text->substr(1, text->size() - 2);
  if (inner.find('\\') == std::string_view::npos) return inner;
  return key_ = decode(inner);
}

bool json_cursor::scan_value() {
  space();
  if (at_ == end_) return false;
  switch (*at_) {
    case '{':
      return scan_container('}');
    case '[':
      return scan_container(']');
    case '"':
      return scan_string();
    case 't':
      return scan_word("true");
    case 'f':
      return scan_word("false");
    case 'n':
      return scan_word("null");
    default:
      return scan_number();
  }
}

bool json_cursor::scan_container(char closing) {
  if (!open(*at_)) return false;
  for (bool first = true; !close(closing, first); first = false) {
    if (closing == '}') {
      if (at_ == end_ || *at_ != '"' || !scan_string()) return false;
      space();
      if (at_ == end_ || *at_ != ':') return false;
      ++at_;
    }
    if (!scan_value()) return false;
  }
  return leave();
}

bool json_cursor::scan_string() {
  for (++at_; at_ < end_;) {
    while (at_ < end_ && is_plain(*at_)) ++at_;
    if (at_ == end_) return false;
    if (*at_ == '"') return ++at_, true;
    if (*at_ == '\\') {
      if (end_ - at_ < 2) return false;
      const char escape = at_[1];
      if (escape == 'u') {
        if (end_ - at_ < 6 || hex4(at_ + 2) < 0) return false;
        at_ += 6;
      } else if (std::string_view{"\"\\/bfnrt"}.find(escape) != std::string_view::npos) {
        at_ += 2;
      } else {
        return false;
      }
    } else {
      const int length = sequence_length(at_, end_);
      if (length == 0) return false;
      at_ += length;
    }
  }
  return false;
}

bool json_cursor::scan_number() {
  const auto digits = [this] {
    const char* begin = at_;
    while (at_ < end_ && is_digit(*at_)) ++at_;
    return at_ > begin;
  };
  const auto next_is = [this](char c) { return at_ < end_ && *at_ == c; };
  if (next_is('-')) ++at_;
  if (next_is('0')) {
    ++at_;
  } else if (!digits()) {
    return false;
  }
  if (next_is('.')) {
    ++at_;
    if (!digits()) return false;
  }
  if (next_is('e') || next_is('E')) {
    ++at_;
    if (next_is('+') || next_is('-')) ++at_;
    if (!digits()) return false;
  }
  return true;
}

bool json_cursor::scan_word(std::string_view word) {
  if (static_cast<std::size_t>(end_ - at_) < word.size() || std::string_view{at_, word.size()} != word)
    return false;
  at_ += word.size();
  return true;
}

void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string quoted(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_quoted(out, text);
  return out;
}

std::string unquoted(std::string_view raw) {
  const auto inner = raw.substr(1, raw.size() - 2);
  return inner.find('\\') == std::string_view::npos ? std::string{inner} : decode(inner);
}

bool is_json(std::string_view text) {
  json_cursor cursor{text};
  return cursor.skip() && cursor.done();
}

}  // namespace actorgate::protocol
