#pragma once
#include <string_view>

#include "protocol/json.hpp"
#include "protocol/service_response.hpp"

namespace actorgate::tests {

/// The model or collection that is written so, as a service would have answered it.
inline protocol::resource_content content(std::string_view json, std::optional<std::string> query = {}) {
  protocol::json_cursor cursor{json};
  const bool is_model = cursor.peek() == protocol::json_type::object;
  return {is_model, (is_model ? read_properties(cursor, false) : read_elements(cursor)).value(),
          std::move(query)};
}

}  // namespace actorgate::tests
