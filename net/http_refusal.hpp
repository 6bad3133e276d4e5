#pragma once
#include <memory>

#include "net/http_door.hpp"

namespace actorgate::net {

/// Stands in for the owner of connections that are not admitted: answers their first request with 503, and
/// has little patience. Its sessions keep it alive, for it may outlive its door.
class http_refusal final : public http_door_owner, public std::enable_shared_from_this<http_refusal> {
public:
  /// How many connections are refused politely at a time.
  static constexpr long at_once = 64;

  explicit http_refusal(http_door_options options);

  /// What one more session may take its time for; null if there are too many. From one thread.
  std::shared_ptr<const http_door_options> admit_session();

  void on_upgrade(loop& l, const handshake& said, http_responder_ptr responder) override;
  void on_request(loop& l, const http_request& request, http_responder_ptr responder) override;

private:
  http_door_options options_;
};

}  // namespace actorgate::net
