#pragma once
#include <functional>
#include <optional>

#include "actors/exposition.hpp"
#include "net/http_door.hpp"

namespace actorgate::actors {

/// What an operator, a load balancer and a metrics collector see, on a port of their own:
///
///     /metrics   OpenMetrics
///     /healthz   200 as long as the process works
///     /readyz    200 if clients are welcome, otherwise 503
class operator_door final : public net::http_door_owner {
public:
  struct sources {
    std::function<bool()> ready;
    /// Hands a report over, on the thread of the door's loop.
    std::function<void(std::function<void(gateway_report)>)> report;
  };

  /// Listens; throws `std::system_error`. Must outlive the loop.
  operator_door(net::loop& l, const net::http_door_options& options, sources from);

  std::uint16_t port() const { return port_; }
  /// Takes no more connections. While the loop is there.
  void close() { door_.reset(); }

private:
  void on_upgrade(net::loop& l, const net::handshake& said, net::http_responder_ptr responder) override;
  void on_request(net::loop& l, const net::http_request& request, net::http_responder_ptr responder) override;

  sources from_;
  std::optional<net::http_door> door_;
  std::uint16_t port_;
};

}  // namespace actorgate::actors
