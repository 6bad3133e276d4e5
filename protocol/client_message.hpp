#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/error.hpp"
#include "protocol/version.hpp"

namespace actorgate::protocol {

/// Resources that are new to a client (RES-Client, "Resource set"), as JSON in the making.
class resource_set {
public:
  /// `json` is the model or collection as the client's protocol version has it.
  void add(std::string_view rid, bool is_model, std::string_view json);
  void add(std::string_view rid, const error& e);
  bool empty() const { return models_.empty() && collections_.empty() && errors_.empty(); }
  /// Appends the members models, collections and errors, without braces; nothing for those that are empty.
  /// `first`: whether no member stands before them.
  void append_members(std::string& out, bool first) const;

private:
  std::string models_, collections_, errors_;
};

// Messages to clients (RES-Client, "Client JSONRPC" and "Event object"). `result` and `data` are raw JSON.

std::string result_message(std::uint64_t id, std::string_view result);
/// The answer to a successful request that has no result.
std::string empty_message(std::uint64_t id);
std::string error_message(std::uint64_t id, const error& e);
/// What stands before the data of an event; the data and `event_end` follow.
std::string event_begin(std::string_view rid, std::string_view name);
inline constexpr std::string_view event_end = "}";

// Results of requests.

std::string set_result(const resource_set& set);
std::string version_result();
/// `payload` as call and auth answer it to this version.
std::string payload_result(std::string_view payload, version v);
std::string rid_result(std::string_view rid, const resource_set& set);

/// `{"reason": error}` of an unsubscribe event.
std::string unsubscribe_data(const error& reason);
/// The data of a change or add event with the resources that it brings.
std::string with_resources(std::string_view data, const resource_set& set);

// Before 1.2.1 a soft reference is its rid, and a data value the text "[Data]".

std::string legacy_content(bool is_model, std::string_view json);
/// The data of a change or add event likewise.
std::string legacy_event_data(bool is_change, std::string_view data);

}  // namespace actorgate::protocol
