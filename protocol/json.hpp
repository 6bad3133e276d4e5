#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace actorgate::protocol {

/// JSON deeper than this is refused, from clients and services alike.
inline constexpr int max_json_depth = 1024;

enum class json_type : std::uint8_t { none, null, boolean, number, string, array, object };

/// A validating pull reader of one JSON text (RFC 8259) that yields raw slices.
///
/// The gateway hands on what it reads, so nothing is converted: numbers keep their digits and strings their
/// escapes. That is why this is no general parser: those turn `-1E+400` into an error and `1.10` into 1.1.
/// Strings are checked to be UTF-8. The text must outlive the slices. Once a step has failed the cursor stays
/// failed, and every further step returns false or nothing.
class json_cursor {
public:
  explicit json_cursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  /// The kind of value that comes next; `none` at the end or where no value can begin.
  json_type peek();
  /// Consumes the next value, whatever it is, and returns its text without surrounding white space.
  std::optional<std::string_view> raw();
  bool skip() { return raw().has_value(); }
  /// Consumes a string and returns it decoded. Lone surrogates become U+FFFD.
  std::optional<std::string> string();
  std::optional<bool> boolean();

  /// Consumes an object: `member(key, cursor)` is called for each, consumes the value and returns whether to
  /// go on. `key` is decoded, and valid until a member of a nested object is read.
  template <class F>
  bool object(F member) {
    if (!open('{')) return false;
    for (bool first = true; !close('}', first); first = false) {
      const auto key = member_key();
      if (failed_ || !member(key, *this)) return fail();
    }
    return leave();
  }

  /// Consumes an array: `element(cursor)` is called for each, consumes the value and returns whether to go
  /// on.
  template <class F>
  bool array(F element) {
    if (!open('[')) return false;
    for (bool first = true; !close(']', first); first = false) {
      if (failed_ || !element(*this)) return fail();
    }
    return leave();
  }

  /// Whether all was well and nothing but white space is left.
  bool done();

private:
  bool fail() { return failed_ = true, false; }
  bool leave() { return --depth_, !failed_; }
  void space();
  bool open(char bracket);
  bool close(char bracket, bool first);
  std::string_view member_key();
  bool scan_value();
  bool scan_container(char closing);
  bool scan_string();
  bool scan_number();
  bool scan_word(std::string_view word);

  const char* at_;
  const char* end_;
  std::string key_;  ///< the decoded form of a key with escapes
  int depth_ = 0;
  bool failed_ = false;
};

/// Appends `text` (UTF-8) as a JSON string, quotes included.
void append_quoted(std::string& out, std::string_view text);
/// `text` as a JSON string, quotes included.
std::string quoted(std::string_view text);
/// Decodes a valid JSON string, given with its quotes.
std::string unquoted(std::string_view raw);
/// Whether `text` is one JSON value and nothing else.
bool is_json(std::string_view text);

}  // namespace actorgate::protocol
