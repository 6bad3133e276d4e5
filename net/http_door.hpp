#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/client_socket.hpp"
#include "net/http_cors.hpp"
#include "net/http_message.hpp"
#include "net/loop.hpp"
#include "net/tls_context.hpp"

namespace actorgate::net {

/// A connection whose answer's head has been written, and what it takes to go on with it.
struct http_taken {
  client_socket socket;
  std::string already_read;  ///< what the client sent behind its request
  bool chunked;              ///< whether the body is chunked; otherwise TCP's end ends it
  bool compressed = false;   ///< whether permessage-deflate was agreed upon, which the `websocket` must know
};
/// Takes a connection over, on the loop's thread. Never called if the connection ends before.
using http_taken_over = std::function<void(http_taken)>;

/// The way back for one HTTP request. One of the three is called, once, on the loop's thread, at once or
/// later; what is called behind it is ignored. The connection reads its next request when the answer is
/// written. Letting go of the responder without an answer closes the connection.
class http_responder {
public:
  /// Answers; of an upgrade request: refuses it.
  virtual void respond(http_response response) = 0;
  /// Answers an upgrade request with 101 and these headers besides, and hands the WebSocket over.
  virtual void accept(http_headers headers, http_taken_over then) = 0;
  /// Answers any other request with 200, these headers and a body without an end, which is written by whoever
  /// takes over. HEAD is answered with the headers, and nothing is handed over.
  virtual void stream(http_headers headers, http_taken_over then) = 0;

protected:
  ~http_responder() = default;
};
using http_responder_ptr = std::shared_ptr<http_responder>;

/// Who stands behind the door. Called on the thread of the loop that is passed, by several loops at a time;
/// must outlive them. The references are valid until the responder is used or let go of.
class http_door_owner {
public:
  /// A valid upgrade request of an allowed origin, to be accepted or refused, at once or later.
  virtual void on_upgrade(loop& l, const handshake& said, http_responder_ptr responder) = 0;

  /// Any other request.
  virtual void on_request(loop& l, const http_request& request, http_responder_ptr responder) = 0;

  /// Whether one more connection is taken, from that IP address (`1.2.3.4`, `::1`). One that is not is
  /// answered with 503 and `Retry-After`, or, when there are many, just closed. Called on the thread of the
  /// first loop.
  virtual bool admit(const std::string& /*remote_address*/) { return true; }

  /// Whether `left` matters; if not, a connection need not remember where it came from.
  virtual bool counts_connections() const { return true; }

  /// A connection that was admitted has ended: the socket is closed, whoever held it. Comes exactly once for
  /// each, and on any thread: that of its loop, or the one that destroys the loop with the socket. Must not
  /// throw.
  virtual void left(const std::string& /*remote_address*/) {}

protected:
  ~http_door_owner() = default;
};

struct http_door_options {
  std::string address = "0.0.0.0";  ///< IPv4 or IPv6; `::` takes both
  std::uint16_t port = 8080;        ///< 0: any free one
  std::string ws_path = "/";        ///< upgrade requests are for this path, compared without the query
  std::shared_ptr<const tls_context> tls = {};  ///< null: no TLS. A plain request to TLS is answered with 400
  cors_policy cors = {};     ///< whose pages may upgrade; the answers to requests are the owner's
  bool compression = false;  ///< whether to take permessage-deflate, see `http_taken::compressed`
  std::uint32_t header_limit = 16 * 1024;  ///< bytes of a request's header; over it: 431
  std::uint64_t body_limit = 1u << 20;     ///< bytes of a request's body; over it: 413
  /// For a request's header; over it: 408. And for TLS to begin; over it the connection is closed.
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};  ///< for the body, or 408; and for writing the answer
  std::chrono::milliseconds idle_timeout{75'000};  ///< between two requests; 0: a connection is for one
};

/// Listens for HTTP/1.1, plain or over TLS, and spreads the connections over the loops in turn. A connection
/// is a short-lived session that handles one request at a time (what is pipelined behind it waits, most of it
/// in the kernel) until its socket is taken over. Sessions end with their loops.
class http_door {
public:
  /// Listens from here on; accepting is done by the first loop, which may be running. Throws
  /// `std::system_error` whose message names the address and the port.
  http_door(const std::vector<loop*>& loops, http_door_owner& owner, http_door_options options);
  /// Stops.
  ~http_door();
  http_door(const http_door&) = delete;
  http_door& operator=(const http_door&) = delete;

  /// The port that it listens on.
  std::uint16_t port() const;
  /// Takes no more connections; those that exist go on. From any thread, any number of times.
  void stop();
  /// Stops, and lets the sessions end: each behind the answer to the request that it has begun, which says
  /// `Connection: close`; one that waits for another request ends at once, and one without any request in a
  /// second. From any thread, once.
  void drain();
  /// How many connections have neither ended nor been taken over. From any thread; no session is overlooked
  /// when `drain` has returned.
  std::size_t sessions() const;

private:
  class listener;
  std::shared_ptr<listener> listener_;
};

}  // namespace actorgate::net
