#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace actorgate::test {

/// A JSON value to look into. Numbers keep their spelling; strings are compared by what they mean.
class json {
public:
  /// Throws `std::runtime_error` if it is not JSON.
  static json parse(std::string_view text);

  /// The value at a pointer such as "/result/models/test.model"; null if there is none.
  const json* find(std::string_view pointer) const;
  /// Sorted members, no white space.
  std::string canonical() const;
  /// The text of a string, without quotes and escapes; anything else canonical.
  std::string text() const;

  bool is_object() const { return kind_ == kind::object; }
  const std::vector<std::pair<std::string, json>>& members() const { return members_; }

private:
  friend class json_builder;
  enum class kind { plain, string, object, array };
  kind kind_ = kind::plain;
  std::string text_;                                   // of a number, string or literal
  std::vector<std::pair<std::string, json>> members_;  // sorted; of an array: with empty names, in order
};

/// Sorted members, no white space.
std::string canonical(std::string_view text);
/// Whether both are the same JSON, but for the order of members, white space and escapes.
bool json_equal(std::string_view a, std::string_view b);
/// The canonical JSON at a pointer such as "/result/models/test.model", or "" if there is none.
std::string json_at(std::string_view text, std::string_view pointer);
/// The string at a pointer, without quotes and escapes, or "".
std::string text_at(std::string_view text, std::string_view pointer);

}  // namespace actorgate::test
