#pragma once
#include <atomic>
#include <thread>

#include <nats/nats.h>

namespace actorgate::bench {

/// A thread that reads and writes for one NATS connection. cnats' own threads would either write every
/// message by itself, or wait a millisecond for more of them; this one writes whatever is there, at once.
class nats_pump {
public:
  nats_pump();
  ~nats_pump();
  nats_pump(const nats_pump&) = delete;
  nats_pump& operator=(const nats_pump&) = delete;

  /// Has the connection made with `options` served; it must be closed after `stop()`.
  void use_for(natsOptions* options);

  void stop();

private:
  static natsStatus on_attach(void** user, void* self, natsConnection* connection, natsSock socket);
  static natsStatus on_read(void* user, bool add);
  static natsStatus on_write(void* user, bool add);
  static natsStatus on_detach(void*) { return NATS_OK; }

  void run();
  void wake();

  int wake_;
  int socket_ = -1;
  natsConnection* connection_ = nullptr;
  std::atomic<bool> write_wanted_{false}, stopped_{false};
  std::thread thread_;
};

}  // namespace actorgate::bench
