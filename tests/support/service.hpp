#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tests/support/patience.hpp"

namespace actorgate::test {

class service_core;

/// A request that reached a `service`. Copies are the same request.
struct request {
  std::string subject;
  std::string payload;
  std::string reply_subject;
  std::string traceparent;  ///< the header of that name

  /// Answers; any number of times, as a pre-response needs. On any thread.
  void reply(std::string_view text) const;
  /// `{"result":<json>}`
  void result(std::string_view json) const;
  /// `{"error":{"code":<code>,"message":<message>}}`
  void error(std::string_view code, std::string_view message = "Error") const;

private:
  friend class service_core;
  std::shared_ptr<service_core> service_;
};

/// A scriptable RES service: listens to `access.<name>.>`, `get`, `call` and `auth` alike on a connection of
/// its own. A request whose exact subject has a handler is answered by it, on the service's own thread, one
/// after the other; any other waits, in order of arrival, for the test to `take()` it. Thread-safe.
class service {
public:
  using handler = std::function<void(const request&)>;

  service(const std::string& url, std::string name);
  service(const service&) = delete;
  service& operator=(const service&) = delete;
  ~service();

  /// Also listens to `subject`, wildcards allowed; effective for the server when this returns.
  void listen(const std::string& subject);
  /// No longer listens to `subject`, which was given to `listen()`.
  void unlisten(const std::string& subject);

  /// Answers requests to `subject` from now on, those that wait already included.
  void on(const std::string& subject, handler h);
  void on(const std::string& subject, std::string reply_text);
  /// From now on requests to `subject` wait for `take()` again.
  void off(const std::string& subject);

  /// The first waiting request to `subject`; fails the test case if none comes in time.
  request take(std::string_view subject, std::chrono::milliseconds timeout = patience);
  /// The first waiting request of all.
  request take_next(std::chrono::milliseconds timeout = patience);

  /// How many requests to `subject` (answered or not) have come.
  std::size_t seen(std::string_view subject) const;
  /// How many requests have come in all.
  std::size_t seen() const;
  /// Waits until that many requests to `subject` have come; fails the test case otherwise.
  void wait_seen(std::string_view subject, std::size_t count, std::chrono::milliseconds timeout = patience);
  /// Whether no further request comes during that time.
  bool quiet(std::chrono::milliseconds time = std::chrono::milliseconds(100));

  void publish(const std::string& subject, std::string_view payload);
  /// Publishes `event.<name>.<resource>.<event>`.
  void event(std::string_view resource, std::string_view event, std::string_view json = "null");
  /// Returns when the server has everything that was published, and knows all subscriptions.
  void flush();

  const std::string& name() const;

private:
  std::shared_ptr<service_core> core_;
};

}  // namespace actorgate::test
