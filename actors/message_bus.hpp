#pragma once
#include <string>
#include <string_view>

#include "net/nats_client.hpp"

namespace actorgate::actors {

/// The NATS connection as the nats_gateway sees it; tests have another.
class message_bus {
public:
  virtual ~message_bus() = default;
  /// Delivers messages on `subject` as `message_arrived` as long as what it returns is there; null if it
  /// cannot be. See `net::nats_client::subscribe`.
  virtual net::nats_subscription_ptr subscribe(std::string_view subject, std::string_view queue = {}) = 0;
  virtual net::sent publish(std::string_view subject, std::string_view reply, std::string_view data,
                            const net::shared_headers& headers) = 0;
  /// Replies are subscribed to at `<prefix>.*`.
  virtual const std::string& inbox_prefix() const = 0;
};

}  // namespace actorgate::actors
