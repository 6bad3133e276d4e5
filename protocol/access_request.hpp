#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "protocol/service_request.hpp"

namespace actorgate::protocol {

/// What a gateway says when it asks who may do what with a resource (RES-Service, "Access request").
struct access_request {
  std::string cid;
  std::string token;  ///< raw JSON; empty if there is none
  bool is_http = false;

  /// Views of it.
  requester who() const { return {cid, token, is_http}; }
};

/// Nothing if it is no JSON object, or names no connection.
std::optional<access_request> read_access_request(std::string_view text);

}  // namespace actorgate::protocol
