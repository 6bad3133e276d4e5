#include "actors/operator_door.hpp"

#include <utility>
#include <vector>

#include "protocol/error.hpp"

namespace actorgate::actors {
namespace {

net::http_response plain(unsigned status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
          .body = std::move(body)};
}

net::http_response not_found() { return net::error_response(404, protocol::errors::not_found()); }

}  // namespace

operator_door::operator_door(net::loop& l, const net::http_door_options& options, sources from)
    : from_(std::move(from)),
      door_(std::in_place, std::vector<net::loop*>{&l}, static_cast<net::http_door_owner&>(*this), options),
      port_(door_->port()) {}

void operator_door::on_upgrade(net::loop&, const net::handshake&, net::http_responder_ptr responder) {
  responder->respond(not_found());
}

void operator_door::on_request(net::loop&, const net::http_request& request,
                               net::http_responder_ptr responder) {
  if (request.method != "GET" && request.method != "HEAD") {
    auto answer = net::error_response(405, protocol::errors::method_not_allowed());
    answer.headers.emplace_back("Allow", "GET, HEAD");
    return responder->respond(std::move(answer));
  }
  const auto path = request.said.uri.substr(0, request.said.uri.find('?'));
  if (path == "/healthz") return responder->respond(plain(200, "ok\n"));
  if (path == "/readyz") {
    return responder->respond(from_.ready() ? plain(200, "ready\n") : plain(503, "not ready\n"));
  }
  if (path != "/metrics") return responder->respond(not_found());
  from_.report([responder](const gateway_report& report) {
    responder->respond({.headers = {{"Content-Type", exposition_type}}, .body = expose(report)});
  });
}

}  // namespace actorgate::actors
