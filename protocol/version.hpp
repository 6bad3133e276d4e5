#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace actorgate::protocol {

/// The RES protocol that we speak.
inline constexpr std::string_view own_version = "1.2.3";

/// A client's protocol version (RES-Client, "Version request"), and what it changes.
class version {
public:
  /// That of a client that never tells.
  constexpr version() : version(1, 1, 1) {}
  /// That of ours.
  static constexpr version current() { return {1, 2, 3}; }
  constexpr version(int major, int minor, int patch) : number_((major * 1000 + minor) * 1000 + patch) {}

  /// Reads "MAJOR.MINOR.PATCH". Nothing if malformed or if the major version is not ours.
  static std::optional<version> parse(std::string_view text);

  /// Results of call and auth are wrapped in `payload`, and resource responses subscribe (since 1.2.0).
  constexpr bool wraps_payload() const { return number_ >= 1002000; }
  /// Soft references and data values are understood (since 1.2.1).
  constexpr bool knows_data_values() const { return number_ >= 1002001; }

  /// "MAJOR.MINOR.PATCH"
  std::string text() const;

  bool operator==(const version&) const = default;

private:
  int number_;
};

}  // namespace actorgate::protocol
