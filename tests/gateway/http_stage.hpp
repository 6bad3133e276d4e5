#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/gateway/stage.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/ws_client.hpp"

namespace actorgate::test {

/// A request as it is written to a connection; `extra` are its headers besides Host and the body's length.
std::string http_request(const std::string& method, const std::string& target, const headers& extra = {},
                         const std::string& body = {});

/// An HTTP client that shows what comes. Blocking calls fail the running test case (they throw) when nothing
/// comes in time.
class http_client {
public:
  /// Comes from that address of this machine.
  explicit http_client(std::uint16_t port, const char* from = "127.0.0.1");
  http_client(http_client&& other) noexcept;
  http_client& operator=(http_client&&) = delete;
  ~http_client();

  /// Bytes as they are.
  void send(std::string_view bytes);
  /// The next answer, whole. That to HEAD has no body.
  http_response answer(bool to_head = false);
  /// Sends a request and returns its answer.
  http_response request(const std::string& method, const std::string& target, const headers& extra = {},
                        const std::string& body = {});
  http_response get(const std::string& target, const headers& extra = {}) {
    return request("GET", target, extra);
  }

  // A stream of events, which begins as soon as the head of an answer has been read.

  http_response head();
  /// The next event as it is written, comments too.
  std::string next_block();
  /// The data of the next event that has this type; any other fails the test case.
  std::string next_event(std::string_view type = {});

  /// Whether the server ends the connection in order, and says nothing more before.
  bool ends();
  /// Ends the connection: in order, or as a pulled plug does.
  void disconnect();
  void vanish();

private:
  /// Reads until that holds; false when the connection has ended, which `reset_` may tell more of.
  template <class F>
  bool read_until(F holds);
  bool read_some(std::chrono::steady_clock::time_point deadline);
  std::string take(std::size_t size);
  bool take_chunk();

  int fd_ = -1;
  bool ended_ = false, reset_ = false;
  std::string in_;
  bool chunked_ = false;   // the stream is
  bool complete_ = false;  // its last chunk has come
  std::string events_;     // of the stream, not yet taken
};

/// A stage whose resources are looked at over HTTP.
class http_stage : public stage {
public:
  using stage::stage;

  http_client http() const { return http_client{port()}; }
  /// On a connection of its own.
  http_response get(const std::string& target, const headers& extra = {}) const {
    return http().get(target, extra);
  }
  http_response post(const std::string& target, const std::string& body = {},
                     const headers& extra = {}) const {
    return http().request("POST", target, extra, body);
  }
  /// A client that follows a resource; its stream has begun, and its snapshot is to be read.
  http_client follow(const std::string& target, const headers& extra = {}) const;
  /// Returns when what the gateway asks because of what it has answered so far has reached the service.
  void settle();
};

/// Whether anybody listens to that subject, which is asked for an answer: the server knows.
bool is_heard(const std::string& subject);
/// Whether nobody listens to it any more, after a while.
bool falls_silent(const std::string& subject);
/// What tells that a resource is cached: its events are listened to.
inline std::string events_of(const std::string& name) { return "event.test." + name + ".probe"; }

/// A gateway that soon forgets.
actors::settings forgetful();
/// The body of an answer that is an error.
std::string body_of(std::string_view code, std::string_view message);

}  // namespace actorgate::test
