#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <boost/asio/basic_waitable_timer.hpp>

#include "net/close_reason.hpp"
#include "net/http_door.hpp"
#include "net/loop.hpp"
#include "net/send_queue.hpp"

namespace actorgate::net {

/// Whom an `event_stream` tells its end, on the loop's thread. The owner contains the stream, directly or
/// not, and is counted: every pending operation holds a reference.
class event_stream_owner {
public:
  /// TCP has ended. Comes exactly once after `start`, as the last call, and never from inside `start`, `send`
  /// or `close`. `why` is the first cause. The owner may let go of itself here.
  virtual void on_closed(close_reason why) = 0;
  virtual void add_ref() noexcept = 0;
  virtual void drop_ref() noexcept = 0;

protected:
  ~event_stream_owner() = default;

private:
  friend void intrusive_ptr_add_ref(event_stream_owner* o) noexcept { o->add_ref(); }
  friend void intrusive_ptr_release(event_stream_owner* o) noexcept { o->drop_ref(); }
};

/// The server's end of a Server-Sent Events response (WHATWG HTML, section 9.2) once its header is written:
/// an endless body, chunked (RFC 9112, section 7.1) or ended by TCP. Belongs to the loop's thread, as
/// everything that it calls. Whatever the client sends is read and thrown away; when it ends its half of TCP
/// it is taken for gone.
///
///     open ----close()----> ending --flushed, and the client has closed--> closed
///
/// Every state ends in `closed` when TCP ends, and `ending` when `close_wait` is over.
class event_stream final : public flushable {
public:
  /// How long a client may take to read the rest.
  static constexpr std::chrono::seconds close_wait{2};

  /// What `http_responder::stream` has handed over. At most `queue_limit` bytes wait for a client that does
  /// not read. The references must outlive the stream.
  event_stream(loop& l, http_taken taken, std::size_t queue_limit, event_stream_owner& owner);
  ~event_stream();

  /// Begins to read. Call it once, when the owner may be referred to.
  void start();

  /// Queues an event; everything queued in a tick is written by one `sendmsg` at its end. An empty `event`
  /// leaves out the type. `data` is one JSON value: line breaks in it, which are white space there, become
  /// spaces. Over the limit the queue is thrown away and the stream closes as `slow_consumer`. Ignored unless
  /// the stream is open.
  void send(std::string_view event, std::string_view data);

  /// Ends the body behind what is queued, and then TCP. Ignored unless the stream is open.
  void close(close_reason why);

  /// To be called at regular intervals, the same for all streams of a loop. A stream that had no output for a
  /// whole interval sends a comment: so proxies see life, and we a peer that has vanished.
  void heartbeat();

  bool is_open() const { return state_ == state::open; }
  /// Bytes that wait for the client, without what the kernel has taken.
  std::size_t queued_bytes() const { return queue_.bytes(); }

  void flush() override;

private:
  enum class state : std::uint8_t { open, ending, closed };
  using event_parts = std::array<std::string_view, 5>;

  // A reference to the stream is one to its owner.
  using self_ptr = boost::intrusive_ptr<event_stream>;
  friend void intrusive_ptr_add_ref(event_stream* s) noexcept { s->owner_.add_ref(); }
  friend void intrusive_ptr_release(event_stream* s) noexcept { s->owner_.drop_ref(); }

  void wait_readable(transfer direction = transfer::wait_read);
  void on_readable();
  void enqueue(event_parts parts);
  void wait_writable(transfer direction);
  void arm_deadline();
  void give_up();
  void lose();
  void finish();

  using timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>, executor>;

  loop& loop_;
  event_stream_owner& owner_;
  client_socket socket_;
  send_queue queue_;
  std::size_t queue_limit_;
  std::unique_ptr<timer> deadline_;  // only while ending
  state state_ = state::open;
  close_reason why_ = close_reason::normal;
  bool chunked_;
  bool blocked_ = false;  // the kernel's buffer is full; a wait for it is pending
  bool spoke_ = true;     // something was written since the last heartbeat, or the head just now
};

}  // namespace actorgate::net
