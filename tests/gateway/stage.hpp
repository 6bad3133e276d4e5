#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/gateway.hpp"
#include "tests/support/json.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/res_client.hpp"
#include "tests/support/service.hpp"

namespace actorgate::test {

/// The nats-server that the cases of this program share.
nats_server& shared_nats();
/// What a gateway of this program is started with.
actors::gateway_options gateway_options(const actors::settings& settings = {},
                                        const nats_server& nats = shared_nats(), std::size_t shards = 2);

/// A gateway in this process between a real nats-server and real sockets, with a service called "test".
///
/// Nothing sleeps here. That something does not arrive is shown by a fence: something else that is sent
/// behind it, on the same way, arrives.
class stage {
public:
  explicit stage(const actors::settings& settings = {}, nats_server& nats = shared_nats(),
                 std::size_t shards = 2);
  /// With one that is made to order.
  explicit stage(const actors::gateway_options& options);

  service test;

  std::uint16_t port() const { return gateway_.port(); }
  std::uint16_t inspection_port() const { return gateway_.inspection_port(); }
  /// How many clients the gateway has.
  std::size_t connections() const { return gateway_.connections(); }
  /// How many connections services may know.
  std::int64_t known_connections();
  /// Waits until it is that many; whether it happens.
  bool known_connections_become(std::int64_t count);
  /// A client that has said which version it speaks; with an empty one it has not.
  res_client client(std::string_view version = "1.2.3") const;

  // Resources of the service, which may be given anew; `name` goes without "test.". Everybody may do
  // everything.
  void model(const std::string& name, std::string_view json);
  void collection(const std::string& name, std::string_view json);
  /// Answers access requests with this result from now on.
  void access(const std::string& name, std::string_view json = R"({"get":true,"call":"*"})");
  /// Answers get requests with this error from now on, while access is granted.
  void failing(const std::string& name, std::string_view code);

  /// Answers `method` of call and auth requests alike with `{"result": <json>}`.
  void method(const std::string& name, const std::string& method, std::string_view json);

  /// The events that the client gets before one that the service sends now on that resource, which the client
  /// is subscribed to: all that were under way. Then, what the gateway asks because of them has reached the
  /// service.
  std::vector<std::string> events(res_client& c, const std::string& name);
  bool no_events(res_client& c, const std::string& name) { return events(c, name).empty(); }
  /// Returns when what the service has said about that resource has reached the client's connection, which
  /// may hold it, and what the gateway asks because of it, or asked for the client before, has reached the
  /// service.
  void pass(res_client& c, const std::string& name = {});

  /// The id of the client's connection.
  std::string cid(res_client& c);
  /// Sends a token event, and returns when it has reached the connection.
  void token(res_client& c, std::string_view payload);
  /// `system.reset` with patterns that go without "test."; empty: none.
  void reset(std::string_view resources, std::string_view access = {});

private:
  actors::gateway gateway_;
  std::optional<res_client> bystander_;
  std::size_t fences_ = 0;
};

/// What a test of time-outs does not wait long for.
actors::settings impatient();

/// JSON in the form in which it can be compared with what the functions below and `res_client::result()`
/// return.
inline std::string operator""_json(const char* text, std::size_t size) { return canonical({text, size}); }
/// The client's next event.
std::string next(res_client& c);
/// What `next()` returns for this one.
std::string event(std::string_view name, std::string_view data = "null");
/// The error of an answer, whole.
std::string error(res_client& c, std::string_view method, std::string_view params = {});
/// The result of a request that was sent before; fails the test case if it is an error.
std::string result_of(res_client& c, std::uint64_t id);
/// The code of its error; fails the test case if it is none.
std::string error_of(res_client& c, std::uint64_t id);

}  // namespace actorgate::test
