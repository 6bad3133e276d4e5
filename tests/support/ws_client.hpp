#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/patience.hpp"

namespace actorgate::test {

using headers = std::vector<std::pair<std::string, std::string>>;

struct ws_frame {
  std::uint8_t opcode = 0;  ///< 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong
  bool fin = true;
  std::uint8_t rsv = 0;  ///< The three reserved bits, RSV1 = 4.
  std::string payload;
};

/// What a server answered to the upgrade.
struct http_response {
  int status = 0;
  std::string reason;
  std::multimap<std::string, std::string> headers;  ///< Names in lower case.
  std::string body;                                 ///< Of a refusal.

  /// The first value of that header (name in lower case), or "".
  std::string header(const std::string& name) const;
};

/// A WebSocket client that shows everything and helps with nothing: what RFC 6455 forbids can be sent, too.
/// Blocking calls fail the running test case (they throw) when nothing comes in time.
///
/// Costs a file descriptor and two buffers. A thousand of them are driven by one poll loop over `fd()`, with
/// `read_some()` and `pop()`.
class ws_client {
public:
  ws_client() = default;
  /// Connects and upgrades; throws unless the answer is 101.
  explicit ws_client(std::uint16_t port, const std::string& path = "/", const headers& extra = {});
  ws_client(ws_client&& other) noexcept;
  ws_client& operator=(ws_client&& other) noexcept;
  ~ws_client();

  /// Connects to 127.0.0.1 and asks for the upgrade; the client is usable if the status is 101. A header of
  /// `extra` replaces one of the same name (an empty value leaves it out). The key is RFC 6455's sample,
  /// whose Sec-WebSocket-Accept is "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".
  http_response connect(std::uint16_t port, const std::string& path = "/", const headers& extra = {});
  /// Closes the socket, without a close frame.
  void disconnect();
  /// Takes over a connected socket on which the upgrade is done, with bytes already read.
  void adopt(int fd, std::string received = {});

  void send_text(std::string_view text) { send_frame(1, text); }
  void send_frame(std::uint8_t opcode, std::string_view payload, bool fin = true, bool masked = true,
                  std::uint8_t rsv = 0);
  void send_close(std::uint16_t code = 1000, std::string_view reason = {});
  /// Bytes as they are.
  void send_raw(std::string_view bytes);

  /// The next frame of any kind.
  ws_frame recv_frame(std::chrono::milliseconds timeout = patience);
  /// The next text or binary message. Pings are answered, pongs skipped; a close frame is a failure.
  std::string recv(std::chrono::milliseconds timeout = patience);
  /// Reads until the server closes; the code of its close frame, 1006 if there was none, 1005 if without
  /// code.
  std::uint16_t recv_close(std::chrono::milliseconds timeout = patience);
  /// Whether no frame comes during that time.
  bool quiet(std::chrono::milliseconds time = std::chrono::milliseconds(100));

  int fd() const { return fd_; }
  /// Whether the server has closed the connection, as far as has been read.
  bool closed() const { return eof_; }
  /// Reads what is there, without blocking; false when the server has closed.
  bool read_some();
  /// The code of the close frame that `pop()` or `recv()` met.
  std::optional<std::uint16_t> close_code() const { return close_code_; }
  /// The next complete frame of what has been read.
  std::optional<ws_frame> pop_frame();
  /// The next complete text or binary message of what has been read, fragments joined.
  std::optional<std::string> pop();

private:
  bool wait_readable(std::chrono::steady_clock::time_point deadline);
  std::optional<ws_frame> next_frame(std::chrono::steady_clock::time_point deadline);
  std::optional<std::string> absorb(ws_frame frame);

  int fd_ = -1;
  bool eof_ = false;
  std::string in_;
  std::size_t read_at_ = 0;  // where in `in_` the next frame starts
  std::string message_;      // fragments so far
  std::optional<std::uint16_t> close_code_;
};

}  // namespace actorgate::test
