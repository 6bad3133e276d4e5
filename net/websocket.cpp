#include "net/websocket.hpp"

#include <string>
#include <utility>

#include <boost/asio/post.hpp>

#include "net/deflate.hpp"
#include "net/utf8.hpp"

namespace actorgate::net {
namespace {

constexpr std::uint8_t close_opcode = 8, ping_opcode = 9, pong_opcode = 10;
constexpr std::uint16_t no_code_given = 1005;
constexpr int read_rounds = 4;  // per wake-up, so that one busy client does not starve the others

frame_ptr close_frame(std::uint16_t code, std::string_view text) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  payload += text;
  return frame::control(close_opcode, payload);
}

/// Those of epoll(7) that tell that a transfer can go on.
std::uint32_t events_of(transfer wait) {
  if (wait == transfer::wait_read) return EPOLLIN;
  if (wait == transfer::wait_write) return EPOLLOUT;
  return 0;
}

}  // namespace

websocket::websocket(loop& l, client_socket socket, const websocket_limits& limits, websocket_owner& owner,
                     bool compressed)
    : compressed_(compressed), loop_(l), limits_(limits), owner_(owner), socket_(std::move(socket)) {
  socket_.end_waits();
}

websocket::~websocket() { loop_.forget(*this); }

void websocket::start(std::string_view already_read) {
  if (already_read.empty()) return wait_readable();
  boost::asio::post(loop_.context(), [self = self_ptr(this), input = std::string(already_read)]() mutable {
    self->consume(input);
    if (self->reads()) self->wait_readable();
  });
}

void websocket::send(frame_ptr f) {
  if (state_ != state::open) return;
  enqueue(compressed_ ? f->compressed(limits_.compress_from) : std::move(f));
  if (queue_.bytes() <= limits_.queued) return;
  // Too much for one tick is not yet too much for the client.
  if (!blocked_) {
    if (const auto what = queue_.write_to(socket_); must_wait(what)) wait_writable(what);
  }
  if (queue_.bytes() <= limits_.queued) return;
  queue_.discard();
  close(close_reason::slow_consumer);
}

void websocket::close(close_reason why) {
  if (state_ != state::open) return;
  say_close(state::closing, why, close_frame(close_code(why), to_string(why)));
}

void websocket::heartbeat() {
  if (state_ != state::open) return;
  if (heard_) {
    heard_ = false;
    pinged_ = false;
  } else if (pinged_) {
    close(close_reason::idle_timeout);
  } else {
    static const frame_ptr ping = frame::control(ping_opcode, "");
    pinged_ = true;
    enqueue(ping);
  }
}

// -- reading ------------------------------------------------------------------

void websocket::wait_readable(transfer direction) {
  read_wait_ = direction;
  update_watch();
}

/// Has the poller watch for what is waited for now.
void websocket::update_watch() {
  const auto events =
      static_cast<std::uint8_t>((reads() ? events_of(read_wait_) : 0) | events_of(write_wait_));
  if (std::exchange(watched_, events) == events) return;
  if (is_watched()) return loop_.poller().change(socket_.fd(), events, *this);
  if (loop_.poller().watch(socket_.fd(), events, *this)) return owner_.add_ref();
  boost::asio::post(loop_.context(), [self = self_ptr(this)] {
    if (self->state_ != state::closed) self->lose();
  });
}

void websocket::unwatch() {
  if (!is_watched()) return;
  loop_.poller().forget(*this);
  owner_.drop_ref();
}

void websocket::on_ready(std::uint32_t events) {
  const self_ptr self(this);
  // What has happened to the connection, a read or write tells.
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) events |= EPOLLIN | EPOLLOUT;
  if ((events & events_of(write_wait_)) != 0) {
    write_wait_ = transfer::done;
    blocked_ = false;
    flush_soon();
  }
  if (reads() && (events & events_of(read_wait_)) != 0) on_readable();
}

void websocket::on_readable() {
  auto& buffer = loop_.read_buffer();
  for (int round = 0; round < read_rounds; ++round) {
    const auto got = socket_.read(buffer);
    if (must_wait(got.what)) return wait_readable(got.what);
    if (got.what != transfer::done) return lose();
    heard_ = true;
    consume({buffer.data(), got.bytes});
    if (!reads()) return;
    // Most likely that was all; if not, the wait returns at once.
    if (got.bytes < buffer.size()) break;
  }
  wait_readable();
}

void websocket::consume(std::span<char> input) {
  // Input mostly begins and ends with a message: then there is nothing to remember.
  websocket_decoder fresh{compressed_};
  auto& decoder = decoder_ ? *decoder_ : fresh;
  while (state_ == state::open || state_ == state::closing) {
    const auto event = decoder.next(input, limits_.message);
    if (event.what == websocket_event::type::none) return remember(decoder);
    handle(event);
  }
}

/// Keeps a decoder that is inside a message, and no other.
void websocket::remember(websocket_decoder& decoder) {
  if (decoder.idle()) {
    decoder_ = nullptr;
  } else if (&decoder != decoder_.get()) {
    decoder_ = std::make_unique<websocket_decoder>(std::move(decoder));
  }
}

void websocket::handle(const websocket_event& e) {
  using type = websocket_event::type;
  const bool open = state_ == state::open;
  switch (e.what) {
    case type::message:
      if (!open) break;
      loop_.note_message();
      e.compressed ? on_compressed(e) : owner_.on_message(e.payload);
      break;
    case type::oversize:
      if (!open) break;
      owner_.on_oversize(e.compressed ? inflate_beginning(e.payload, websocket_decoder::oversize_prefix)
                                      : e.payload);
      break;
    case type::ping:
      if (!open) break;
      pong_ = frame::control(pong_opcode, e.payload.empty() ? "" : e.payload);
      flush_soon();
      break;
    case type::close:
      on_close_frame(e);
      break;
    case type::failure:
      if (open) {
        fail(close_reason_of(e.code));
      } else {
        say_close(state::ending, why_, nullptr);
      }
      break;
    case type::pong:
    case type::none:
      break;
  }
}

/// RFC 7692, section 6.2. What is too long after all is read no further than the limit.
void websocket::on_compressed(const websocket_event& e) {
  using verdict = inflated_message::verdict;
  const auto message = inflate_message(e.payload, limits_.message);
  if (message.what == verdict::invalid) return fail(close_reason::invalid_payload);
  if (message.what == verdict::too_long) {
    return owner_.on_oversize(message.text.substr(0, websocket_decoder::oversize_prefix));
  }
  if (!e.binary && !valid_utf8(message.text)) return fail(close_reason::invalid_payload);
  owner_.on_message(message.text);
}

void websocket::fail(close_reason why) {
  say_close(state::failing, why, close_frame(close_code(why), to_string(why)));
}

/// RFC 6455, sections 5.5.1 and 7.1.1: the server echoes the code unless it spoke first, and closes TCP at
/// once.
void websocket::on_close_frame(const websocket_event& e) {
  if (state_ == state::closing) return say_close(state::ending, why_, nullptr);
  auto echo = e.code == no_code_given ? frame::control(close_opcode, "") : close_frame(e.code, "");
  say_close(state::ending, close_reason::closed_by_peer, std::move(echo));
}

// -- writing ------------------------------------------------------------------

void websocket::enqueue(frame_ptr f) {
  queue_.push(std::move(f));
  flush_soon();
}

void websocket::flush_soon() {
  if (!blocked_) loop_.flush_later(*this);
}

void websocket::flush() {
  if (blocked_ || state_ == state::closed) return;
  if (auto pong = std::exchange(pong_, nullptr); pong && state_ == state::open) queue_.push(std::move(pong));
  if (!socket_.is_tls()) {
    if (const auto frame = queue_.only(); !frame.empty()) {
      blocked_ = true;
      return loop_.send_later(socket_.fd(), frame, *this);
    }
  }
  written(queue_.write_to(socket_));
}

void websocket::on_sent(transferred sent) {
  blocked_ = false;
  queue_.took(sent.bytes);
  // A frame that came meanwhile is one for the next tick.
  if (sent.what == transfer::done && !queue_.empty()) return flush_soon();
  written(sent.what);
}

void websocket::written(transfer what) {
  if (must_wait(what)) {
    wait_writable(what);
  } else if (what != transfer::done) {
    return lose();
  } else if (state_ == state::ending) {
    return finish();
  } else if (state_ == state::failing) {
    socket_.shutdown_send();
  }
  if (state_ != state::open) arm_deadline();
  update_watch();
}

void websocket::wait_writable(transfer direction) {
  blocked_ = true;
  write_wait_ = direction;
  update_watch();
}

// -- closing ------------------------------------------------------------------

/// `f` may be null if our close frame is already on its way. The rest happens at the end of the tick.
void websocket::say_close(state next, close_reason why, frame_ptr f) {
  state_ = next;
  why_ = why;
  if (f) enqueue(std::move(f));
  flush_soon();
  if (!blocked_) return;
  arm_deadline();
  update_watch();
}

void websocket::arm_deadline() {
  if (deadline_) return;
  deadline_ = std::make_unique<timer>(loop_.context(), close_wait);
  deadline_->async_wait([self = self_ptr(this)](boost::system::error_code error) {
    if (!error && self->state_ != state::closed) self->give_up();
  });
}

void websocket::give_up() {
  if (blocked_) socket_.reset_on_close();
  finish();
}

/// TCP has ended under us; while closing that is no news.
void websocket::lose() {
  if (state_ == state::open) why_ = close_reason::peer_gone;
  finish();
}

/// Nothing may touch the websocket behind it: the owner may be gone.
void websocket::finish() {
  const self_ptr self(this);
  state_ = state::closed;
  queue_.clear();
  pong_.reset();
  decoder_ = nullptr;
  deadline_.reset();
  loop_.forget(*this);
  unwatch();
  socket_.close();
  owner_.on_closed(why_);
}

}  // namespace actorgate::net
