#pragma once
#include <string>
#include <string_view>

namespace actorgate::protocol {

/// A resource name pattern of a system reset (RES-Service, "Resource name pattern"): `*` stands for one part,
/// `>` for one or more at the end.
class name_pattern {
public:
  /// An invalid pattern matches nothing.
  explicit name_pattern(std::string_view text);
  bool is_valid() const { return valid_; }
  bool matches(std::string_view name) const;

private:
  std::string text_;
  bool valid_;
};

}  // namespace actorgate::protocol
