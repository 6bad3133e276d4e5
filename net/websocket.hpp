#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <boost/asio/basic_waitable_timer.hpp>

#include "net/client_socket.hpp"
#include "net/close_reason.hpp"
#include "net/frame.hpp"
#include "net/loop.hpp"
#include "net/poller.hpp"
#include "net/send_queue.hpp"
#include "net/websocket_decoder.hpp"

namespace actorgate::net {

/// Bounds of a WebSocket, in bytes. One object serves a whole gateway: sockets refer to it.
struct websocket_limits {
  std::size_t message = 1u << 20;   ///< the longest message that a client may send
  std::size_t queued = 16u << 20;   ///< the most that may wait for a client that does not read
  std::size_t compress_from = 512;  ///< shorter messages go out uncompressed; for clients that take both
};

/// Whom a `websocket` tells what happens, always on the loop's thread. The owner contains the socket,
/// directly or not, and is counted: a socket that is watched and every pending operation hold a reference, so
/// the socket never outlives what it reports to.
class websocket_owner {
public:
  /// A complete text or binary message (RES does not tell them apart). The view is valid until the call
  /// returns.
  virtual void on_message(std::string_view text) = 0;
  /// A message over the limit has been read past; these are its first 4096 bytes, or what 4096 compressed
  /// ones tell of them, which nobody has checked to be UTF-8. They may end inside a character.
  virtual void on_oversize(std::string_view prefix) = 0;
  /// TCP has ended. Comes exactly once after `start`, as the last call, and never from inside `start`, `send`
  /// or `close`. `why` is the first cause. The owner may let go of itself here.
  virtual void on_closed(close_reason why) = 0;
  virtual void add_ref() noexcept = 0;
  virtual void drop_ref() noexcept = 0;

protected:
  ~websocket_owner() = default;

private:
  friend void intrusive_ptr_add_ref(websocket_owner* o) noexcept { o->add_ref(); }
  friend void intrusive_ptr_release(websocket_owner* o) noexcept { o->drop_ref(); }
};

/// The server's end of a WebSocket after the upgrade (RFC 6455): own framing on a plain socket, because that
/// takes a tenth of the memory of a Beast stream. An idle one holds no heap memory. Belongs to the loop's
/// thread, as everything that it calls.
///
///     open ----close()---------------> closing --peer's close frame--> ending --flushed--> closed
///      | |                                |        (or garbage)          ^
///      | +--peer's close frame, echoed----|------------------------------+
///      +--peer breaks the protocol--> failing
///
/// closing: our close frame is queued; input is read up to the peer's close frame, messages are thrown away.
/// failing: our close frame is queued; behind it goes a FIN, and all input is thrown away until the peer
/// closes: a reset caused by unread input would overtake the close frame. Every state ends in `closed` when
/// TCP ends, and all but `open` when `close_wait` is over.
class websocket final : private pollable, public flushable {
public:
  /// How long a peer may take to answer our close frame, or to read ours.
  static constexpr std::chrono::seconds close_wait{2};

  /// `socket` has had its upgrade answered, with or without permessage-deflate (RFC 7692, without context
  /// takeover). The references must outlive the websocket.
  websocket(loop& l, client_socket socket, const websocket_limits& limits, websocket_owner& owner,
            bool compressed = false);
  ~websocket();

  /// Begins to read. `already_read` came behind the upgrade request; it is consumed in a later tick.
  /// Call it once, when the owner may be referred to.
  void start(std::string_view already_read);

  /// Queues a frame; everything queued in a tick is written at once at its end. If more than
  /// `limits.queued` still waits when the kernel takes no more, the queue is thrown away and the socket
  /// closes as `slow_consumer`. Ignored unless the socket is open.
  void send(frame_ptr f);

  /// Begins to close: behind what is queued goes a close frame with the reason's code and text. No message is
  /// delivered any more. Ignored unless the socket is open.
  void close(close_reason why);

  /// To be called at regular intervals, the same for all sockets of a loop. A client that was silent for a
  /// whole interval is sent a ping; if it stays silent for another one, the socket closes as `idle_timeout`.
  void heartbeat();

  bool is_open() const { return state_ == state::open; }
  /// Bytes that wait for the client, without what the kernel has taken.
  std::size_t queued_bytes() const { return queue_.bytes(); }

  void flush() override;
  void on_sent(transferred sent) override;

private:
  enum class state : std::uint8_t { open, closing, failing, ending, closed };

  // A reference to the websocket is one to its owner.
  using self_ptr = boost::intrusive_ptr<websocket>;
  friend void intrusive_ptr_add_ref(websocket* w) noexcept { w->owner_.add_ref(); }
  friend void intrusive_ptr_release(websocket* w) noexcept { w->owner_.drop_ref(); }

  bool reads() const { return state_ != state::ending && state_ != state::closed; }
  void wait_readable(transfer direction = transfer::wait_read);
  void update_watch();
  void unwatch();
  void on_ready(std::uint32_t events) override;
  void on_abandoned() override { owner_.drop_ref(); }
  void on_readable();
  void consume(std::span<char> input);
  void remember(websocket_decoder& decoder);
  void handle(const websocket_event& e);
  void on_compressed(const websocket_event& e);
  void on_close_frame(const websocket_event& e);
  void fail(close_reason why);

  void enqueue(frame_ptr f);
  void flush_soon();
  void written(transfer what);
  void wait_writable(transfer direction);

  void say_close(state next, close_reason why, frame_ptr close_frame);
  void arm_deadline();
  void give_up();
  void lose();
  void finish();

  using timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>, executor>;

  // First, for they fit behind the base class.
  state state_ = state::open;
  close_reason why_ = close_reason::normal;
  transfer read_wait_ = transfer::done;   // what reading waits for; done: nothing
  transfer write_wait_ = transfer::done;  // what writing waits for
  std::uint8_t watched_ = 0;              // the events that the poller is asked for
  // The kernel's buffer is full, or the loop is sending: it calls when that is over.
  bool blocked_ : 1 = false;
  bool heard_ : 1 = true;    // something arrived since the last heartbeat
  bool pinged_ : 1 = false;  // a heartbeat asked for a sign of life
  bool compressed_ : 1;      // messages may be
  loop& loop_;
  const websocket_limits& limits_;
  websocket_owner& owner_;
  client_socket socket_;
  std::unique_ptr<websocket_decoder> decoder_;  // only inside a message
  send_queue queue_;
  frame_ptr pong_;                   // only the latest ping is answered: a flood of pings takes no memory
  std::unique_ptr<timer> deadline_;  // only while closing
};

}  // namespace actorgate::net
