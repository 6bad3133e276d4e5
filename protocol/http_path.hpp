#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace actorgate::protocol {

// Resource ids (RES protocol, "Resource IDs") as HTTP names them: each part of the name is a part of the path
// behind the api path, which begins and ends with a slash. `target` is what a request line says, in
// origin-form or absolute-form (RFC 9112, "Request Target"), still percent-encoded.

/// The resource that `target` names: `/api/user/42?a=1` is `user.42?a=1`. `%2E` separates parts as a slash
/// does, `%2F` is a slash within its part, `%3F` begins the query; a raw query is kept as it stands, behind
/// that one if there are both. Nothing if a part is empty or holds a raw dot, if an escape is none, or if
/// the outcome is no valid rid or not UTF-8, which no message could carry.
std::optional<std::string> rid_of_target(std::string_view target, std::string_view api_path);

struct method_target {
  std::string rid;
  std::string method;
};

/// The same for a target whose path ends with a method. Nothing also if there is no more than that, or if
/// it is no valid part.
std::optional<method_target> method_of_target(std::string_view target, std::string_view api_path);

/// The path of a valid rid, its query included. What is UTF-8 comes back from rid_of_target as it was.
std::string path_of_rid(std::string_view rid, std::string_view api_path);

}  // namespace actorgate::protocol
