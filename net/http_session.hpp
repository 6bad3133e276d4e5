#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/http_door.hpp"
#include "net/http_sessions.hpp"

namespace actorgate::net {

/// One connection to the HTTP door, from its first byte until it ends or is handed over. Reads one request,
/// waits for its answer, writes it, and begins again; a pending operation or somebody's `http_responder_ptr`
/// keeps it alive.
///
///  greeting (TLS only)
///      v
///     idle -> head -> body -> answering -> writing --keep-alive--> idle
///       |      |       |                      |------------------> handed over
///       |      +-------+--refused: writing    +--close-----------> draining
///       +--silent for too long, or winding up: closed
class http_session final : public std::enable_shared_from_this<http_session> {
public:
  http_session(loop& l, client_socket socket, std::string remote_address,
               std::shared_ptr<const http_door_options> options, http_door_owner& owner,
               std::shared_ptr<http_sessions> all);
  ~http_session();
  http_session(const http_session&) = delete;
  http_session& operator=(const http_session&) = delete;

  /// Begins with TLS, if there is to be any, and reads the first request. On the loop's thread.
  void start();

  /// There is to be no other request behind the one that has begun: its answer says so. Without one, the
  /// connection ends; one that is new has a moment to ask.
  void wind_up();

  /// The answers of `http_responder`, to the request that is waiting for one.
  void respond(http_response response);
  void accept(http_headers headers, http_taken_over then);
  void stream(http_headers headers, http_taken_over then);

private:
  enum class phase : std::uint8_t { greeting, idle, head, body, answering, writing, draining };
  using parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  template <void (http_session::*next)()>
  void resume(transfer direction);

  void greet();
  void handshake();

  void await_request(std::chrono::milliseconds patience);
  void read() { resume<&http_session::on_readable>(transfer::wait_read); }
  void on_readable();
  void read_head();
  void on_head(std::size_t size);
  void begin_body();
  void read_body();
  void take_request();

  void refuse_unparsed(boost::system::error_code error, std::string_view head);
  void refuse(unsigned status, std::string_view message, http_headers headers = {});
  void answer(http_response response);
  void write(unsigned status, const http_headers& headers, std::string body);
  void write_more();
  void on_written();
  void drain();

  void arm(std::chrono::milliseconds patience);
  void set_alarm();
  void on_deadline();
  void end();

  using timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>, executor>;
  static constexpr auto never = timer::time_point::max();

  loop& loop_;
  client_socket socket_;
  timer alarm_;
  timer::time_point deadline_ = never;
  std::string input_;        // read, but not yet used
  std::size_t scanned_ = 0;  // of the input, for the header's end
  std::optional<parser> parser_;
  std::optional<http_request> request_;
  std::string head_, body_;  // of the answer
  std::size_t written_ = 0;  // bytes of both
  http_taken_over then_;     // goes on with the socket behind the answer's head
  std::string remote_address_;
  std::shared_ptr<const http_door_options> options_;
  http_door_owner& owner_;
  std::shared_ptr<http_sessions> all_;
  unsigned version_ = 11;
  phase phase_ = phase::greeting;
  bool alarm_set_ = false;
  bool keep_alive_ = false;  // after this answer
  bool chunked_ = false;     // the body that goes on is
  bool compressed_ = false;  // the WebSocket is
};

}  // namespace actorgate::net
