#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include <caf/actor_system.hpp>

#include "actors/errand.hpp"
#include "inspection/contact.hpp"

namespace actorgate::actors {

struct inspection_options {
  std::string host = "127.0.0.1";  ///< an IP address
  std::uint16_t port = 0;          ///< 0: one that is free
  inspection::credentials who;     ///< without them nobody has to prove who he is
};

/// Where the inspector is met: a CAF system of its own with CAF's middleman, so that neither its threads nor
/// what strangers send to it have anything to do with the shards and the actors there.
class inspection_door {
public:
  /// Opens it. Throws `inspection::contact_error`.
  inspection_door(const inspection_options& options, inspected_gateway where);
  ~inspection_door();
  inspection_door(const inspection_door&) = delete;
  inspection_door& operator=(const inspection_door&) = delete;

  std::uint16_t port() const { return port_; }
  /// The inspector goes: from here on it visits no shard. What of its visits is under way there refers to
  /// this until the shards have ended.
  void close();

private:
  inspection::system_config config_;
  caf::actor_system system_;
  inspector_backstage inspector_;
  std::uint16_t port_ = 0;
};

}  // namespace actorgate::actors
