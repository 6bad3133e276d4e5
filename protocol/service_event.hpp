#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/value.hpp"

namespace actorgate::protocol {

/// Which event of a resource it is, by its name. `reserved` ones mean nothing when a service sends them.
enum class event_kind : std::uint8_t {
  change,
  add,
  remove,
  reaccess,
  create,
  deleted,
  query,
  custom,
  reserved
};

event_kind event_kind_of(std::string_view name);

// Payloads of events that services send (RES-Service, "Events"). Nothing if malformed.

/// The changed properties. Those of a change event from before RES 1.0, without `values`, are understood.
std::optional<std::vector<value>> read_change_event(std::string_view payload);

struct add_event {
  std::size_t index;
  value element;
};
std::optional<add_event> read_add_event(std::string_view payload);
/// The index that is removed.
std::optional<std::size_t> read_remove_event(std::string_view payload);
/// The subject that query requests go to.
std::optional<std::string> read_query_event(std::string_view payload);

struct token_event {
  std::string token;  ///< raw JSON; empty if there is none any more
  std::string tid;    ///< empty when left out
};
std::optional<token_event> read_token_event(std::string_view payload);

struct reset_event {
  std::vector<std::string> resources;  ///< patterns
  std::vector<std::string> access;     ///< patterns
};
std::optional<reset_event> read_reset_event(std::string_view payload);

struct token_reset_event {
  std::vector<std::string> tids;
  std::string subject;
};
std::optional<token_reset_event> read_token_reset_event(std::string_view payload);

}  // namespace actorgate::protocol
