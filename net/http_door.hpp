#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/handshake.hpp"
#include "net/loop.hpp"

namespace actorgate::net {

/// A complete HTTP request that is not a WebSocket upgrade.
struct http_request {
  std::string method;  ///< as sent: `GET`
  handshake said;      ///< target and headers
  std::string body;
};

/// What to answer. Content-Length, Transfer-Encoding, Connection and the WebSocket negotiation belong to the
/// door: such headers are left out, and so are headers with line breaks.
struct http_response {
  unsigned status = 200;
  http_headers headers;
  std::string body;
};

/// The way back for one HTTP request. Exactly one of the two is called, once, on the loop's thread, at once
/// or later; the connection reads its next request when the answer is written. Letting go of the responder
/// without an answer closes the connection.
class http_responder {
public:
  /// Answers; of an upgrade request: refuses it.
  virtual void respond(http_response response) = 0;
  /// Answers an upgrade request with 101 and these headers besides; the socket then goes to `on_websocket`.
  virtual void accept(http_headers headers) = 0;

protected:
  ~http_responder() = default;
};
using http_responder_ptr = std::shared_ptr<http_responder>;

/// Who stands behind the door. Called on the thread of the loop that is passed, by several loops at a time;
/// must outlive them.
class http_door_owner {
public:
  /// A client has become a WebSocket. `already_read` is what it sent behind the upgrade request.
  virtual void on_websocket(loop& l, tcp_socket socket, handshake said, std::string already_read) = 0;

  /// A valid upgrade request of an allowed origin; the place to ask somebody (wsHeaderAuth) before it is
  /// answered. Accepts it at once unless overridden.
  virtual void on_upgrade(loop& l, const handshake& said, http_responder_ptr responder);

  /// Any other request. `request` is valid until the responder is let go of. Answers 404 unless overridden.
  virtual void on_request(loop& l, const http_request& request, http_responder_ptr responder);

  /// Whether one more connection is taken; a refused one is closed without a word. Called on the thread of
  /// the first loop.
  virtual bool admit() { return true; }

protected:
  ~http_door_owner() = default;
};

struct http_door_options {
  std::string address = "0.0.0.0";  ///< IPv4 or IPv6; `::` takes both
  std::uint16_t port = 8080;        ///< 0: any free one
  std::string ws_path = "/";        ///< upgrade requests are for this path, compared without the query
  /// Origins that may upgrade: `*`, or for example `https://example.com`. ASCII case does not matter.
  /// Requests without an origin, and with `null`, are always allowed.
  std::vector<std::string> allow_origin = {"*"};
  std::uint32_t header_limit = 16 * 1024;            ///< bytes of a request's header; over it: 431
  std::uint64_t body_limit = 1u << 20;               ///< bytes of a request's body; over it: 413
  std::chrono::milliseconds header_timeout{10'000};  ///< for a request's header
  std::chrono::milliseconds body_timeout{30'000};    ///< for the body, and for writing the answer
  std::chrono::milliseconds idle_timeout{75'000};    ///< between two requests
};

/// Listens for HTTP/1.1 and spreads the connections over the loops in turn. A connection is a short-lived
/// session that handles one request at a time (what is pipelined behind it waits in the kernel) until an
/// upgrade takes its socket away. Sessions end with their loops.
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

private:
  class listener;
  std::shared_ptr<listener> listener_;
};

}  // namespace actorgate::net
