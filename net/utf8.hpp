#pragma once
#include <cstdint>
#include <string_view>

namespace actorgate::net {

/// Checks text that arrives in pieces (RFC 3629): overlong forms, surrogates and code points above U+10FFFF
/// are refused. One byte of state, so that it can live in every decoder.
class utf8_validator {
public:
  /// Checks the next piece, which may begin and end inside a character. False once the text cannot become
  /// valid any more; it stays false.
  bool feed(std::string_view piece);
  /// Whether what was fed so far is valid and ends between two characters.
  bool complete() const { return state_ == 0; }

private:
  std::uint8_t state_ = 0;
};

/// Whether the whole of `text` is valid UTF-8.
bool valid_utf8(std::string_view text);

}  // namespace actorgate::net
