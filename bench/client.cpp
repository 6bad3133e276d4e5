#include "bench/client.hpp"

#include <cstring>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "bench/frame.hpp"
#include "bench/scan.hpp"
#include "bench/socket.hpp"

namespace actorgate::bench {
namespace {

constexpr std::uint32_t reading = EPOLLIN | EPOLLRDHUP;
constexpr std::string_view upgrade_request =
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
constexpr std::string_view version_request = R"({"id":1,"method":"version","params":{"protocol":"1.2.3"}})";

}  // namespace

client::client(poller& loop, owner& o, std::uint16_t port, unsigned index)
    : loop_(loop), owner_(o), port_(port), index_(index) {}

client::~client() { drop(); }

void client::open() {
  drop();
  ++openings_;
  awaited = 0;
  requests = 0;
  fd_ = connect_to(port_, index_);
  state_ = state::connecting;
  loop_.add(fd_, EPOLLOUT, *this);
}

void client::send(std::string_view text) {
  static thread_local std::string frame;
  frame.clear();
  append_client_frame(frame, text);
  write(frame);
}

void client::close() {
  state_ = state::closing;
  write(client_close_frame());
}

void client::stop_reading() {
  const int little = 4096;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  loop_.remove(fd_);
}

void client::on_ready(std::uint32_t events) {
  if (fd_ < 0) return;
  if (state_ == state::connecting) return upgrade();
  if ((events & EPOLLOUT) != 0) flush();
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read();
}

void client::upgrade() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) fail(std::string("cannot connect: ") + std::strerror(error));
  state_ = state::upgrading;
  loop_.change(fd_, reading, *this);
  write(upgrade_request);
}

void client::read() {
  auto& buffer = loop_.buffer();
  const auto begun = unread_.size();
  std::memcpy(buffer.data(), unread_.data(), begun);
  const auto n = ::recv(fd_, buffer.data() + begun, buffer.size() - begun, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return end();
  const auto opening = openings_;
  const std::string_view bytes(buffer.data(), begun + static_cast<std::size_t>(n));
  const auto taken = take(bytes);
  if (openings_ != opening || fd_ < 0) return;
  unread_.assign(bytes.substr(taken));
  if (unread_.size() == buffer.size()) fail("a message that is too large");
}

/// Returns how much of `bytes` was complete.
std::size_t client::take(std::string_view bytes) {
  const auto opening = openings_;
  std::size_t taken = 0;
  if (state_ == state::upgrading) {
    taken = take_upgrade(bytes);
    if (taken == 0) return 0;
  }
  while (taken < bytes.size()) {
    const auto f = first_server_frame(bytes.substr(taken));
    if (f.size == 0) break;
    taken += f.size;
    if (f.opcode == opcode_text) take_message(f.payload);
    if (f.opcode == opcode_ping) answer_ping(f.payload);
    if (f.opcode == opcode_close) {
      end();
      return taken;
    }
    if (openings_ != opening || fd_ < 0) return taken;
  }
  return taken;
}

std::size_t client::take_upgrade(std::string_view bytes) {
  constexpr std::string_view end = "\r\n\r\n";
  const auto at = bytes.find(end);
  if (at == std::string_view::npos) return 0;
  if (!bytes.starts_with("HTTP/1.1 101 ")) fail("no WebSocket: " + std::string(bytes.substr(0, 60)));
  state_ = state::greeting;
  send(version_request);
  return at + end.size();
}

void client::take_message(std::string_view text) {
  if (state_ == state::open) return owner_.on_message(*this, text);
  if (state_ != state::greeting) return;
  if (response_id(text) != 1 || has_error(text)) fail("no version: " + std::string(text));
  state_ = state::open;
  owner_.on_open(*this);
}

void client::answer_ping(std::string_view payload) {
  std::string pong;
  append_client_pong(pong, payload);
  write(pong);
}

void client::write(std::string_view bytes) {
  if (fd_ < 0) fail("a connection that is closed");
  if (!unsent_.empty()) {
    unsent_ += bytes;
    return;
  }
  const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (n < 0 && errno != EAGAIN) fail_errno("send");
  bytes.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
  if (bytes.empty()) return;
  unsent_ = bytes;
  loop_.change(fd_, reading | EPOLLOUT, *this);
}

void client::flush() {
  const auto rest = std::exchange(unsent_, {});
  loop_.change(fd_, reading, *this);
  write(rest);
}

/// The gateway has closed the connection. Some answer a close frame and leave the rest to the client.
void client::end() {
  const bool expected = state_ == state::closing;
  drop();
  if (!expected) fail("the gateway closed a connection");
  owner_.on_closed(*this);
}

void client::drop() {
  if (fd_ >= 0) {
    loop_.remove(fd_);
    ::close(fd_);
  }
  fd_ = -1;
  state_ = state::closed;
  unread_.clear();
  unsent_.clear();
}

}  // namespace actorgate::bench
