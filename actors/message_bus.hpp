#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "net/nats_client.hpp"

namespace actorgate::actors {

/// The NATS connection as the nats_gateway sees it; tests have another.
class message_bus {
public:
  virtual ~message_bus() = default;
  /// Delivers messages on `subject` as `message_arrived` with this key, until `unsubscribe`. False if it
  /// cannot be.
  virtual bool subscribe(std::string_view subject, std::uint64_t key) = 0;
  virtual void unsubscribe(std::uint64_t key) = 0;
  virtual net::sent publish(std::string_view subject, std::string_view reply, std::string_view data,
                            const net::shared_headers& headers) = 0;
  /// Replies are subscribed to at `<prefix>.*`.
  virtual const std::string& inbox_prefix() const = 0;
};

}  // namespace actorgate::actors
