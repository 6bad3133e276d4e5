#pragma once
#include <string>
#include <string_view>

#include "actors/messages.hpp"
#include "net/http_message.hpp"
#include "protocol/error.hpp"
#include "protocol/response_meta.hpp"
#include "protocol/service_response.hpp"

namespace actorgate::actors {

// Answers to HTTP requests, upgrade requests included. `headers` are what is known of the answer so far.

/// What the service says of the HTTP response; nothing if it has not answered. A status that means nothing is
/// logged.
protocol::response_meta meta_of(const service_replied& reply);

/// The error, with the status that fits it.
net::http_response failure(const protocol::error& why, net::http_headers headers);

/// JSON.
net::http_response success(std::string body, net::http_headers headers);

/// The answer that a service has decided on by a status (RES-Service, "Status codes"). Redirections lead to
/// the resource at `location`, if that is not empty and `headers` do not lead elsewhere; other statuses come
/// with `why`, or the error that stands for the status if there is none.
net::http_response decided(unsigned status, const protocol::error* why, std::string location,
                           net::http_headers headers);

/// The same for what an auth or call request has come to.
net::http_response decided(unsigned status, const protocol::outcome<protocol::call_result>& outcome,
                           std::string_view api_path, net::http_headers headers);

}  // namespace actorgate::actors
