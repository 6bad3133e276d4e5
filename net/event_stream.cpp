#include "net/event_stream.hpp"

#include <cerrno>
#include <cstdio>
#include <string>
#include <sys/socket.h>
#include <utility>

namespace actorgate::net {
namespace {

constexpr int read_rounds = 4;  // per wake-up, so that one busy client does not starve the others
constexpr std::string_view line_breaks = "\r\n";
constexpr std::string_view last_chunk = "0\r\n\r\n";

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

/// The text without line breaks, in `space` if it has some.
std::string_view on_one_line(std::string_view text, std::string& space) {
  if (text.find_first_of(line_breaks) == std::string_view::npos) return text;
  space = text;
  for (char& c : space) {
    if (line_breaks.find(c) != std::string_view::npos) c = ' ';
  }
  return space;
}

}  // namespace

event_stream::event_stream(loop& l, http_taken taken, std::size_t queue_limit, event_stream_owner& owner)
    : loop_(l),
      owner_(owner),
      socket_(std::move(taken.socket)),
      queue_limit_(queue_limit),
      chunked_(taken.chunked) {
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

event_stream::~event_stream() { loop_.forget(*this); }

void event_stream::start() { wait_readable(); }

void event_stream::send(std::string_view event, std::string_view data) {
  if (state_ != state::open) return;
  std::string event_space, data_space;
  event = on_one_line(event, event_space);
  data = on_one_line(data, data_space);
  const bool typed = !event.empty();
  enqueue({typed ? "event: " : "", event, typed ? "\ndata: " : "data: ", data, "\n\n"});
  if (queue_.bytes() <= queue_limit_) return;
  // Too much for one tick is not yet too much for the client.
  if (!blocked_ && queue_.write_to(socket_.native_handle()) == send_queue::written::some) wait_writable();
  if (queue_.bytes() <= queue_limit_) return;
  queue_.discard();
  close(close_reason::slow_consumer);
}

void event_stream::close(close_reason why) {
  if (state_ != state::open) return;
  state_ = state::ending;
  why_ = why;
  if (chunked_) queue_.push(frame::raw({last_chunk}));
  if (!blocked_) loop_.flush_later(*this);
  arm_deadline();
}

void event_stream::heartbeat() {
  if (state_ != state::open) return;
  if (!spoke_) enqueue({":\n\n"});
  spoke_ = false;
}

// -- reading ----------------------------------------------------------------------

void event_stream::wait_readable() {
  socket_.async_wait(tcp_socket::wait_read, [self = self_ptr(this)](boost::system::error_code error) {
    if (!error && self->state_ != state::closed) self->on_readable();
  });
}

void event_stream::on_readable() {
  auto& buffer = loop_.read_buffer();
  for (int round = 0; round < read_rounds; ++round) {
    const auto size = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && would_block()) break;
    if (size <= 0) return lose();
  }
  wait_readable();
}

// -- writing ----------------------------------------------------------------------

/// One event or comment, in a chunk of its own if the body is chunked.
void event_stream::enqueue(event_parts parts) {
  spoke_ = true;
  std::size_t size = 0;
  for (auto part : parts) size += part.size();
  char head[24] = "";
  if (chunked_) std::snprintf(head, sizeof head, "%zx\r\n", size);
  queue_.push(frame::raw({head, parts[0], parts[1], parts[2], parts[3], parts[4], chunked_ ? "\r\n" : ""}));
  if (!blocked_) loop_.flush_later(*this);
}

void event_stream::flush() {
  if (blocked_ || state_ == state::closed) return;
  boost::system::error_code ignored;
  switch (queue_.write_to(socket_.native_handle())) {
    case send_queue::written::failed:
      return lose();
    case send_queue::written::some:
      return wait_writable();
    case send_queue::written::all:
      // What the client still sends would turn a close into a reset, which would overtake the last events.
      if (state_ == state::ending) socket_.shutdown(tcp_socket::shutdown_send, ignored);
  }
}

void event_stream::wait_writable() {
  blocked_ = true;
  socket_.async_wait(tcp_socket::wait_write, [self = self_ptr(this)](boost::system::error_code error) {
    self->blocked_ = false;
    if (!error) self->flush();
  });
}

// -- closing ----------------------------------------------------------------------

void event_stream::arm_deadline() {
  deadline_ = std::make_unique<timer>(loop_.context(), close_wait);
  deadline_->async_wait([self = self_ptr(this)](boost::system::error_code error) {
    if (!error && self->state_ != state::closed) self->give_up();
  });
}

void event_stream::give_up() {
  boost::system::error_code ignored;
  // Without it the kernel would go on trying to deliver what it holds to somebody who does not read.
  if (!queue_.empty()) socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  finish();
}

/// TCP has ended under us; while ending that is no news.
void event_stream::lose() {
  if (state_ == state::open) why_ = close_reason::peer_gone;
  finish();
}

/// Nothing may touch the stream behind it: the owner may be gone.
void event_stream::finish() {
  const self_ptr self(this);
  state_ = state::closed;
  queue_.clear();
  deadline_.reset();
  loop_.forget(*this);
  boost::system::error_code ignored;
  socket_.close(ignored);
  owner_.on_closed(why_);
}

}  // namespace actorgate::net
