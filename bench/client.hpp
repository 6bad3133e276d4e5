#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "bench/poller.hpp"

namespace actorgate::bench {

/// One RES client on a WebSocket: connects, upgrades, sends `version`, and is then open.
class client final : public poller::handler {
public:
  /// Who has clients, and hears of them. May send, close and open from within.
  class owner {
  public:
    virtual void on_open(client& c) = 0;
    virtual void on_message(client& c, std::string_view text) = 0;
    virtual void on_closed(client& c) = 0;

  protected:
    ~owner() = default;
  };

  client(poller& loop, owner& o, std::uint16_t port, unsigned index);
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// Connects, for the first time or again.
  void open();

  /// Sends a request.
  void send(std::string_view text);

  /// Sends a close frame; `on_closed` comes when the gateway has answered it.
  void close();

  /// Reads nothing any more, and lets the kernel keep little.
  void stop_reading();

  unsigned index() const { return index_; }
  bool is_open() const { return state_ == state::open; }

  // For whoever drives it:
  std::uint64_t awaited = 0;   // id of the request under way; 0: none
  std::uint64_t sent_at = 0;   // when it was sent
  std::uint32_t requests = 0;  // how many it has sent

private:
  enum class state : std::uint8_t { closed, connecting, upgrading, greeting, open, closing };

  void on_ready(std::uint32_t events) override;
  void upgrade();
  void read();
  std::size_t take(std::string_view bytes);
  std::size_t take_upgrade(std::string_view bytes);
  void take_message(std::string_view text);
  void answer_ping(std::string_view payload);
  void write(std::string_view bytes);
  void flush();
  void end();
  void drop();

  poller& loop_;
  owner& owner_;
  std::uint16_t port_;
  unsigned index_;
  int fd_ = -1;
  unsigned openings_ = 0;  // tells whether it was opened anew from within a callback
  state state_ = state::closed;
  std::string unread_;  // the begin of a frame
  std::string unsent_;
};

}  // namespace actorgate::bench
