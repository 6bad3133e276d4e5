#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "net/client_socket.hpp"
#include "net/frame.hpp"

namespace actorgate::net {

/// What waits to be written to one socket: shared frames in their order. Holds no memory when empty.
class send_queue {
public:
  void push(frame_ptr f);

  bool empty() const { return frames_.empty(); }
  /// Bytes that wait, without what the socket has taken.
  std::size_t bytes() const { return bytes_; }

  /// Gives the socket as much as it takes, in as few writes as possible: `done` if that was all.
  transfer write_to(client_socket& socket);

  /// What waits, if it is in one piece, for who writes it himself and says then how much the socket `took`;
  /// else empty.
  std::string_view only();
  void took(std::size_t bytes);

  /// Throws away all but a frame whose beginning has been written, or that somebody is writing.
  void discard();
  /// Throws away everything: the socket has ended.
  void clear();

private:
  std::vector<frame_ptr> frames_;  // from head_ on
  std::size_t bytes_ = 0;
  std::uint32_t head_ = 0;     // frames that have been written
  std::uint32_t written_ = 0;  // bytes of the frame at head_ that have been written
  bool lent_ = false;          // the frame at head_ is being written by somebody
};

}  // namespace actorgate::net
