#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace actorgate::protocol {

enum class request_kind : std::uint8_t { invalid, version, subscribe, unsubscribe, get, call, auth, create };

/// A client's request (RES-Client, "Requests"). Views into the message, valid as long as that is.
struct client_request {
  std::uint64_t id = 0;
  request_kind kind = request_kind::invalid;
  std::string_view rid;     ///< as the client wrote it, with connection id tags
  std::string_view method;  ///< of call and auth
  std::string_view params;  ///< raw JSON; empty when left out

  /// Reads a message. Nothing if it is not JSON or has no id that is an integer of 64 bits without sign: such
  /// a message cannot be answered. `invalid` if it has an id but asks for nothing we know. `storage` keeps
  /// what had to be decoded.
  static std::optional<client_request> read(std::string_view message, std::string& storage);
};

/// The id of a request that was too long to be kept, out of its beginning; nothing if it is not among the
/// first members.
std::optional<std::uint64_t> read_request_id(std::string_view beginning);

/// The `count` of an unsubscribe request, one if left out; nothing if the params are invalid.
std::optional<std::uint64_t> read_unsubscribe_count(std::string_view params);

/// The `protocol` of a version request's params: empty if left out, nothing if the params are invalid.
std::optional<std::string> read_version_params(std::string_view params);

}  // namespace actorgate::protocol
