#include "bench/nats_pump.hpp"

#include <array>
#include <cstdint>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bench/failure.hpp"

namespace actorgate::bench {

nats_pump::nats_pump() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (wake_ < 0) fail_errno("eventfd");
}

nats_pump::~nats_pump() {
  stop();
  ::close(wake_);
}

void nats_pump::use_for(natsOptions* options) {
  natsOptions_SetEventLoop(options, this, &on_attach, &on_read, &on_write, &on_detach);
  natsOptions_SetSendAsap(options, true);
}

void nats_pump::stop() {
  stopped_ = true;
  wake();
  if (thread_.joinable()) thread_.join();
}

natsStatus nats_pump::on_attach(void** user, void* self, natsConnection* connection, natsSock socket) {
  auto& pump = *static_cast<nats_pump*>(self);
  *user = self;
  pump.connection_ = connection;
  pump.socket_ = socket;
  pump.thread_ = std::thread([&pump] { pump.run(); });
  return NATS_OK;
}

natsStatus nats_pump::on_read(void* user, bool add) {
  if (add) return NATS_OK;  // the thread reads from its begin
  auto& pump = *static_cast<nats_pump*>(user);
  pump.stopped_ = true;
  pump.wake();
  return NATS_OK;
}

natsStatus nats_pump::on_write(void* user, bool add) {
  auto& pump = *static_cast<nats_pump*>(user);
  pump.write_wanted_ = add;
  if (add) pump.wake();
  return NATS_OK;
}

void nats_pump::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

void nats_pump::run() {
  std::array<pollfd, 2> watched{{{socket_, POLLIN, 0}, {wake_, POLLIN, 0}}};
  bool full = false;
  while (!stopped_) {
    watched[0].events = static_cast<short>(POLLIN | (full ? POLLOUT : 0));
    ::poll(watched.data(), watched.size(), -1);
    if (stopped_) return;
    if (watched[1].revents != 0) {
      std::uint64_t times = 0;
      [[maybe_unused]] const auto read = ::read(wake_, &times, sizeof times);
    }
    if ((watched[0].revents & ~POLLOUT) != 0) natsConnection_ProcessReadEvent(connection_);
    if ((watched[0].revents & POLLOUT) != 0) full = false;
    // With nothing to write, cnats would take the connection for lost.
    if (!full && write_wanted_) natsConnection_ProcessWriteEvent(connection_);
    full = write_wanted_;
  }
}

}  // namespace actorgate::bench
