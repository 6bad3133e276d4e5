#include "net/event_stream.hpp"

#include <cstdio>
#include <string>
#include <utility>

namespace actorgate::net {
namespace {

constexpr int read_rounds = 4;  // per wake-up, so that one busy client does not starve the others
constexpr std::string_view line_breaks = "\r\n";
constexpr std::string_view last_chunk = "0\r\n\r\n";

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
      chunked_(taken.chunked) {}

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
  if (!blocked_) {
    if (const auto what = queue_.write_to(socket_); must_wait(what)) wait_writable(what);
  }
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

void event_stream::wait_readable(transfer direction) {
  socket_.wait(loop_, direction, [self = self_ptr(this)](boost::system::error_code error) {
    if (self->state_ != state::closed) error ? self->lose() : self->on_readable();
  });
}

void event_stream::on_readable() {
  auto& buffer = loop_.read_buffer();
  for (int round = 0; round < read_rounds; ++round) {
    const auto got = socket_.read(buffer);
    if (must_wait(got.what)) return wait_readable(got.what);
    if (got.what != transfer::done) return lose();
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
  const auto what = queue_.write_to(socket_);
  if (must_wait(what)) return wait_writable(what);
  if (what != transfer::done) return lose();
  // What the client still sends would turn a close into a reset, which would overtake the last events.
  if (state_ == state::ending) socket_.shutdown_send();
}

void event_stream::wait_writable(transfer direction) {
  blocked_ = true;
  socket_.wait(loop_, direction, [self = self_ptr(this)](boost::system::error_code error) {
    self->blocked_ = false;
    if (self->state_ != state::closed) error ? self->lose() : self->flush();
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
  if (blocked_) socket_.reset_on_close();
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
  socket_.close();
  owner_.on_closed(why_);
}

}  // namespace actorgate::net
