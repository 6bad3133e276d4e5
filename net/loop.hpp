#pragma once
#include <array>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "net/flushable.hpp"
#include "net/poller.hpp"
#include "net/send_batch.hpp"

namespace actorgate::net {

/// Asio specialised for one thread: the executor is concrete, and no handler is type-erased.
using executor = boost::asio::io_context::executor_type;

/// The I/O half of a shard: one `io_context` for one thread, with what its sockets share.
/// A tick is: handle all ready I/O, run all runnable actors, flush all dirty sockets.
/// Everything but `context()` (for `boost::asio::post`) belongs to the loop's thread.
class loop {
public:
  loop() = default;
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  boost::asio::io_context& context() { return context_; }

  /// Has `f` flushed at the end of this tick; at most once a tick, however often it is called.
  void flush_later(flushable& f);
  /// Has `bytes` sent to a plain socket when all others have been flushed, together with theirs, and `f`
  /// told. Only from `f.flush()`; the bytes must stay until then.
  void send_later(int socket, std::string_view bytes, flushable& f) { sends_.add(socket, bytes, f); }
  /// Takes `f` out again, and what it sends; needed before a flushable with pending output is destroyed.
  void forget(flushable& f);
  /// From here on this thread runs the loop, with its ticks.
  void settle_here() { thread_ = std::this_thread::get_id(); }
  bool is_here() const { return thread_ == std::this_thread::get_id(); }
  bool has_dirty() const { return !dirty_.empty(); }
  /// The end of a tick.
  void flush();

  /// A request, or a message of NATS, has come in.
  void note_message() { ++messages_; }
  /// How many have come since this was asked last.
  std::size_t take_messages() { return std::exchange(messages_, 0); }

  /// Tells sockets what they are ready for.
  net::poller& poller() { return poller_; }

  /// Scratch space for reads, shared by all sockets of the loop: an idle socket holds no buffer.
  /// Its content is valid until the handler returns.
  std::array<char, 65536>& read_buffer() { return read_buffer_; }

private:
  std::thread::id thread_;
  std::size_t messages_ = 0;
  std::vector<flushable*> dirty_;
  std::vector<flushable*> flushing_;
  send_batch sends_;
  std::array<char, 65536> read_buffer_;
  // Last, so that they end first: with its handlers, and those whom the poller watches, go sockets that take
  // themselves off the list.
  boost::asio::io_context context_{1};
  net::poller poller_{context_};
};

}  // namespace actorgate::net
