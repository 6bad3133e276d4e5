#pragma once
#include "net/transfer.hpp"

namespace actorgate::net {

/// Something with output that is written once per tick instead of once per message.
class flushable {
public:
  /// Writes what has been queued, or leaves it to `loop::send_later`. Called on the loop's thread; may queue
  /// itself again.
  virtual void flush() = 0;

  /// What became of the bytes that `flush` left to the loop, in the same tick. They count as far as `sent`
  /// says.
  virtual void on_sent(transferred) {}

protected:
  flushable() = default;
  flushable(const flushable&) = delete;
  flushable& operator=(const flushable&) = delete;
  ~flushable() = default;

private:
  friend class loop;
  friend class send_batch;
  bool queued_ = false;   // in the loop's list
  bool sending_ = false;  // in its batch
};

}  // namespace actorgate::net
