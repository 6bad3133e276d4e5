#pragma once
#include <string>
#include <string_view>

namespace actorgate::protocol {

/// The tag in a rid that stands for the connection's id (RES-Client, "Connection ID tag").
inline constexpr std::string_view cid_tag = "{cid}";

/// A rid in its two parts (RES protocol, "Resource IDs"); views into the rid.
struct rid_parts {
  std::string_view name;   ///< what services know the resource by
  std::string_view query;  ///< what follows the question mark; empty if there is none
};

rid_parts split_rid(std::string_view rid);

/// Whether `rid` can name a resource: dot-separated non-empty parts of the characters 33 to 126 without `*`,
/// `>` and `?`, then anything behind a question mark.
bool is_valid_rid(std::string_view rid);
/// The same, without a query.
bool is_valid_name(std::string_view name);
/// Whether `part` can be one part of a name, or a method.
bool is_valid_part(std::string_view part);

/// `rid` with every connection id tag replaced: a view into `storage`, or `rid` itself if it has none.
std::string_view expand_cid(std::string_view rid, std::string_view cid, std::string& storage);

}  // namespace actorgate::protocol
