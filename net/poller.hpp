#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <sys/epoll.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/intrusive/list.hpp>

namespace actorgate::net {

/// A socket that a poller watches. `EPOLLIN` and so on are those of epoll(7).
class pollable
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
  bool is_watched() const { return is_linked(); }

  /// The socket is ready for these events, of those that were asked for; `EPOLLERR` and `EPOLLHUP` come
  /// unasked.
  virtual void on_ready(std::uint32_t events) = 0;
  /// The poller has ended, and watches nobody any more.
  virtual void on_abandoned() = 0;

protected:
  pollable() = default;
  pollable(const pollable&) = delete;
  pollable& operator=(const pollable&) = delete;
  ~pollable() = default;
};

/// Tells many sockets of a loop what they are ready for. Asio would take 0.3 KB for each, and a system call
/// for each wait; here a socket is watched until it says otherwise, and asked for again as long as it is
/// ready. The loop's Asio sees one descriptor, that of the epoll instance. Belongs to the loop's thread.
class poller {
public:
  /// Throws `boost::system::system_error`.
  explicit poller(boost::asio::io_context& context);
  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;
  /// Abandons whom it still watches.
  ~poller();

  /// Watches `socket` for `p`. Returns false if the kernel has no room for it.
  bool watch(int socket, std::uint32_t events, pollable& p);
  /// Changes what a watched socket is asked for.
  void change(int socket, std::uint32_t events, pollable& p);
  /// Tells `p` nothing any more. The socket is to be closed then, with which the kernel forgets it: there
  /// must be no duplicate of its descriptor.
  void forget(pollable& p);

  /// At the end of each tick: what is ready is told in the next one.
  void rearm();

private:
  void on_readable();

  using descriptor = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

  descriptor epoll_;
  bool armed_ = false;
  std::array<epoll_event, 128> ready_;
  std::size_t next_ = 0, count_ = 0;  // of those that are being told
  boost::intrusive::list<pollable, boost::intrusive::constant_time_size<false>> watched_;
};

}  // namespace actorgate::net
