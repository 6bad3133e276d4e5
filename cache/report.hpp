#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/service_response.hpp"

// What the machines tell of themselves, for people who look at a running gateway.

namespace actorgate::cache {

/// One client's view of one resource.
struct subscription_report {
  std::string rid;
  std::string_view state;      ///< loading, loaded, sent, failed or deleted
  std::uint32_t direct = 0;    ///< answered direct subscriptions
  std::uint32_t indirect = 0;  ///< references to it
  std::uint32_t pending = 0;   ///< direct subscriptions that have not been answered
  std::string_view access;     ///< unknown, asking, granted or denied
  std::size_t held = 0;        ///< events and replies that wait their turn
};

/// Why a client's view has a resource.
struct reason_report {
  subscription_report subscription;
  std::uint32_t needed = 0;                 ///< by requests and events under way
  std::vector<std::string_view> path = {};  ///< of rids, from a direct subscription to this; may be empty
  bool searched_all = true;                 ///< false: the search has ended at its bound
  protocol::access_rights rights;           ///< by the last answer
  std::vector<std::string_view> waits;      ///< what has to come before held events may go on
  std::vector<std::string> held = {};       ///< what they are, the first of them
};

/// A query that an entry is asked for.
struct link_report {
  std::string_view query = {}, normalised = {};
  std::string_view state;      ///< requested, loaded, resetting or querying
  std::string_view type = {};  ///< model or collection; empty while requested
  std::size_t values = 0;      ///< 0 while nobody has looked into the content
  std::size_t bytes = 0;
  std::uint32_t version = 0;  ///< how often the resource has changed
  std::size_t watchers = 0;
  std::optional<std::chrono::steady_clock::time_point> idle_since = {};
};

/// What an entry knows.
struct entry_report {
  std::string_view state;  ///< requested, loaded, resetting, busy, idle or gone
  std::string_view type;   ///< model, collection or mixed; empty without any
  std::size_t resources = 0, links = 0;
  std::size_t bytes = 0;     ///< of the first thousand
  std::size_t waiting = 0;   ///< events and replies behind query requests
  std::size_t requests = 0;  ///< under way
};

}  // namespace actorgate::cache
