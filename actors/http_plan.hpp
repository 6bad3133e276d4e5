#pragma once
#include <cstdint>
#include <string>
#include <variant>

#include "actors/address_book.hpp"
#include "net/http_message.hpp"

namespace actorgate::actors {

/// What an HTTP request asks services for.
struct http_task {
  enum class purpose : std::uint8_t { read, follow, call };
  purpose what;
  std::string rid;
  std::string method = {};         ///< of a call
  std::string params = {};         ///< of a call: raw JSON, empty if there are none
  bool by_method = false;          ///< the HTTP method stands for the call's
  net::http_headers headers = {};  ///< of the answer, so far
};

/// Understands a request, or answers it: preflights, origins that are not allowed, methods and paths that
/// mean nothing, bodies that are not JSON.
std::variant<http_task, net::http_response> plan(const http_settings& settings,
                                                 const net::http_request& request);

}  // namespace actorgate::actors
