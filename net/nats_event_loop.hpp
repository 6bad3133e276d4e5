#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <nats/nats.h>

#include "net/loop.hpp"

namespace actorgate::net {

/// Lets an Asio event loop serve the socket of one NATS connection instead of cnats' own threads:
/// readiness becomes `natsConnection_ProcessReadEvent`, the output of a batch one `ProcessWriteEvent`.
///
/// Over TLS, cnats waits in a read until it has a whole record, so it is asked to only when there is one. In
/// a write it waits until the server has taken everything, which cannot be helped; but a server that takes
/// nothing for `tls_patience` is given up.
///
/// cnats calls back on any thread and mostly with its connection locked, so the callbacks only take notes and
/// post; everything else happens on the loop's thread.
class nats_event_loop final : public std::enable_shared_from_this<nats_event_loop>, private flushable {
public:
  static constexpr std::chrono::milliseconds tls_patience{5'000};

  explicit nats_event_loop(loop& l) : loop_(l) {}
  ~nats_event_loop();

  /// Has connections made with `options` served by this object, which must outlive them or be `stop()`ped.
  void use_for(natsOptions* options);

  /// How often an established connection has been lost. cnats locks the connection while it tries to get
  /// it back, so nothing should be asked of it until it reports as many reconnects.
  unsigned losses() const { return losses_.load(std::memory_order_acquire); }

  /// Whether the server reads slower than we write.
  bool blocked() const { return write_armed_; }

  /// Writes what is pending as far as the socket takes it: what has been published in a tick goes at its end.
  /// On the loop's thread.
  void flush() override;

  /// Lets go of the socket, before the connection is destroyed. On the loop's thread.
  void stop();

private:
  using descriptor = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

  static natsStatus on_attach(void** user, void* self, natsConnection* connection, natsSock socket);
  static natsStatus on_read(void* user, bool add);
  static natsStatus on_write(void* user, bool add);
  static natsStatus on_detach(void*) { return NATS_OK; }

  void adopt(natsConnection* connection, int fd);
  void release();
  void arm_read();
  bool must_wait_for_record();
  void expect(int bytes);
  void arm_write();
  template <class Function>
  void post(Function f);

  loop& loop_;
  natsConnection* connection_ = nullptr;  // null unless the socket is ours to serve
  std::optional<descriptor> descriptor_;
  enum class wire : std::uint8_t { unknown, plain, tls } wire_ = wire::unknown;
  int expected_ = 1;         // bytes from which on the socket counts as readable
  unsigned generation_ = 0;  // tells a handler whether it was armed for the current socket
  bool write_armed_ = false;
  bool stopped_ = false;
  std::atomic<bool> write_wanted_{false};
  std::atomic<unsigned> losses_{0};
};

}  // namespace actorgate::net
