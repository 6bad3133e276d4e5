#pragma once
#include <optional>
#include <thread>

#include "actors/operator_door.hpp"
#include "net/loop.hpp"

namespace actorgate {

/// The operator's door while there is no gateway behind it: the process works, nobody is welcome, nothing has
/// been counted. Has a thread of its own, and leaves the port to the gateway at its end.
class waiting_door {
public:
  /// Listens; throws `std::system_error`.
  explicit waiting_door(const net::http_door_options& options);
  ~waiting_door();
  waiting_door(const waiting_door&) = delete;
  waiting_door& operator=(const waiting_door&) = delete;

private:
  void run();

  std::optional<actors::operator_door> door_;  ///< outlives what the loop lets go of
  net::loop loop_;
  std::thread thread_;
};

}  // namespace actorgate
