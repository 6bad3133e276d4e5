#include "net/nats_event_loop.hpp"

#include <array>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <boost/asio/post.hpp>

namespace actorgate::net {

using boost::system::error_code;

namespace {

// TLS records (RFC 8446, section 5.1).
constexpr int record_header = 5;
constexpr unsigned char first_record_type = 20, last_record_type = 24;

/// A file descriptor on its way into a posted handler, which may never run.
class owned_fd {
public:
  explicit owned_fd(int fd) : fd_(fd) {}
  owned_fd(owned_fd&& other) noexcept : fd_(other.release()) {}
  ~owned_fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int release() { return std::exchange(fd_, -1); }

private:
  int fd_;
};

}  // namespace

nats_event_loop::~nats_event_loop() { loop_.forget(*this); }

template <class Function>
void nats_event_loop::post(Function f) {
  boost::asio::post(loop_.context(), [self = shared_from_this(), f] {
    if (!self->stopped_) f(*self);
  });
}

void nats_event_loop::use_for(natsOptions* options) {
  natsOptions_SetEventLoop(options, this, &on_attach, &on_read, &on_write, &on_detach);
  natsOptions_SetSendAsap(options, true);
}

void nats_event_loop::flush() {
  // With nothing to write, cnats would take the result for a lost connection.
  if (!descriptor_ || write_armed_ || !write_wanted_) return;
  natsConnection_ProcessWriteEvent(connection_);
  if (write_wanted_ && descriptor_) arm_write();
}

void nats_event_loop::stop() {
  stopped_ = true;
  release();
}

natsStatus nats_event_loop::on_attach(void** user, void* self, natsConnection* connection, natsSock socket) {
  *user = self;
  // cnats closes its socket on any thread as soon as it has told us not to read: a duplicate keeps the number
  // from being given to another socket while we still poll it.
  const int copy = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return NATS_SYS_ERROR;
  auto& events = *static_cast<nats_event_loop*>(self);
  boost::asio::post(events.loop_.context(),
                    [keep = events.shared_from_this(), connection, fd = owned_fd(copy)]() mutable {
                      if (!keep->stopped_) keep->adopt(connection, fd.release());
                    });
  return NATS_OK;
}

natsStatus nats_event_loop::on_read(void* user, bool add) {
  if (add) return NATS_OK;  // never asked for: reading begins with on_attach
  auto& events = *static_cast<nats_event_loop*>(user);
  events.losses_.fetch_add(1, std::memory_order_acq_rel);
  events.post([](nats_event_loop& self) { self.release(); });
  return NATS_OK;
}

natsStatus nats_event_loop::on_write(void* user, bool add) {
  auto& events = *static_cast<nats_event_loop*>(user);
  events.write_wanted_ = add;
  if (!add) return NATS_OK;
  // cnats asks once until it is told that all is written, so this is once for each batch. Mostly it asks on
  // our own thread; others are those of a reconnect.
  if (events.loop_.is_here()) {
    events.loop_.flush_later(events);
  } else {
    events.post([](nats_event_loop& self) { self.flush(); });
  }
  return NATS_OK;
}

void nats_event_loop::adopt(natsConnection* connection, int fd) {
  release();
  wire_ = wire::unknown;
  expected_ = 1;
  connection_ = connection;
  descriptor_.emplace(loop_.context(), fd);
  arm_read();
  if (write_wanted_) arm_write();
}

void nats_event_loop::release() {
  ++generation_;
  write_armed_ = false;
  descriptor_.reset();
  connection_ = nullptr;
}

void nats_event_loop::arm_read() {
  descriptor_->async_wait(descriptor::wait_read, [self = shared_from_this(), g = generation_](error_code) {
    if (g != self->generation_) return;
    if (!self->must_wait_for_record()) natsConnection_ProcessReadEvent(self->connection_);
    if (g == self->generation_) self->arm_read();
  });
}

/// Whether what can be read is TLS, and less than a record. Then the socket is not
/// readable until all of it is there, or it ends.
bool nats_event_loop::must_wait_for_record() {
  if (wire_ == wire::plain) return false;
  std::array<unsigned char, record_header> head{};
  const int fd = descriptor_->native_handle();
  const auto size = ::recv(fd, head.data(), head.size(), MSG_PEEK | MSG_DONTWAIT);
  if (size <= 0) return false;
  // The first byte is one of a record, or a letter or sign of NATS.
  if (wire_ == wire::unknown) {
    wire_ = head[0] >= first_record_type && head[0] <= last_record_type ? wire::tls : wire::plain;
    if (wire_ == wire::plain) return false;
    const auto patience = static_cast<int>(tls_patience.count());
    ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
  }
  const int wanted = size < record_header ? record_header : record_header + (head[3] << 8 | head[4]);
  int there = 0;
  ::ioctl(fd, FIONREAD, &there);
  // If it has waited for just that, no more will come.
  const bool wait = there < wanted && expected_ < wanted;
  expect(wait ? wanted : 1);
  return wait;
}

void nats_event_loop::expect(int bytes) {
  if (std::exchange(expected_, bytes) == bytes) return;
  ::setsockopt(descriptor_->native_handle(), SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
}

void nats_event_loop::arm_write() {
  write_armed_ = true;
  descriptor_->async_wait(descriptor::wait_write, [self = shared_from_this(), g = generation_](error_code) {
    if (g != self->generation_) return;
    self->write_armed_ = false;
    self->flush();
  });
}

}  // namespace actorgate::net
