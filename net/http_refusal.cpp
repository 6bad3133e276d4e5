#include "net/http_refusal.hpp"

#include <algorithm>

namespace actorgate::net {
namespace {

constexpr std::chrono::milliseconds patience{2'000};

void refuse(http_responder& responder) {
  auto answer = error_response(503, {"system.serviceUnavailable", "Too many connections"});
  answer.headers.emplace_back("Retry-After", "5");
  responder.respond(std::move(answer));
}

}  // namespace

http_refusal::http_refusal(http_door_options options) : options_(std::move(options)) {
  options_.header_timeout = std::min(options_.header_timeout, patience);
  options_.body_timeout = std::min(options_.body_timeout, patience);
  options_.idle_timeout = {};
}

std::shared_ptr<const http_door_options> http_refusal::admit_session() {
  // One reference is the door's, the others are sessions'.
  if (weak_from_this().use_count() > at_once) return nullptr;
  return {shared_from_this(), &options_};
}

void http_refusal::on_upgrade(loop&, const handshake&, http_responder_ptr responder) { refuse(*responder); }

void http_refusal::on_request(loop&, const http_request&, http_responder_ptr responder) {
  refuse(*responder);
}

}  // namespace actorgate::net
