#pragma once
#include <string>
#include <string_view>

namespace actorgate::protocol {

/// What services are told of the connection that a request is made for. Views.
struct requester {
  std::string_view cid;
  std::string_view token;  ///< raw JSON; empty when there is none
  bool is_http = false;
};

// Payloads of requests to services (RES-Service, "Request types"). A query is left out when it is empty.

std::string access_payload(const requester& who, std::string_view query);
std::string get_payload(std::string_view query);
/// `params` is raw JSON, null when empty.
std::string call_payload(const requester& who, std::string_view query, std::string_view params);
/// `handshake` is what the client's HTTP request said, as the inside of a JSON object: header, host,
/// remoteAddr, uri.
std::string auth_payload(const requester& who, std::string_view query, std::string_view params,
                         std::string_view handshake);
std::string query_payload(std::string_view query);

}  // namespace actorgate::protocol
