#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <nats/nats.h>

#include "net/http_headers.hpp"
#include "net/loop.hpp"
#include "net/nats_options.hpp"
#include "net/nats_syntax.hpp"

namespace actorgate::net {

/// A message as it came from NATS. Owns it; the views live as long as it does. May be destroyed on any
/// thread.
class nats_message {
public:
  explicit nats_message(natsMsg* owned) noexcept : message_(owned) {}

  std::string_view subject() const;
  /// Where to answer; empty if no answer is expected.
  std::string_view reply() const;
  std::string_view data() const;
  /// The server's own answer to a request that nobody listens to: status 503 and no data.
  bool no_responders() const;

private:
  struct discard {
    void operator()(natsMsg* m) const noexcept;
  };
  std::unique_ptr<natsMsg, discard> message_;
};

enum class nats_event {
  disconnected,   ///< Until `reconnected`, output is kept or refused and nothing arrives.
  reconnected,    ///< All subscriptions are back. What was sent meanwhile is lost: cached data is stale.
  messages_lost,  ///< A subscription was too slow (see `nats_options::pending_messages`): cached data is
                  ///< stale.
  error,          ///< The server refused something, such as a subject without permission.
  closed,         ///< cnats gave up for good: bad credentials. There is no way back for this client.
};

/// Who receives. Both functions only hand over: everything else from NATS waits until they return.
class nats_owner {
public:
  /// On one thread, in the order in which NATS sent the messages, across all subscriptions: on the loop's, or
  /// on one of cnats if it does not let us (see nats_tap.hpp).
  virtual void on_message(nats_message message) = 0;
  /// On a thread of cnats; not ordered relative to `on_message`.
  virtual void on_event(nats_event event, std::string_view detail) = 0;

protected:
  ~nats_owner() = default;
};

/// A subscription; ends with this handle, which belongs to the loop's thread. A message that is being handed
/// over at that moment, or was before, may still be on its way to the owner's actors.
class nats_subscription {
public:
  virtual ~nats_subscription() = default;
};
using nats_subscription_ptr = std::unique_ptr<nats_subscription>;

enum class sent {
  ok,                ///< On its way, or kept for a connection that may be back in time.
  too_large,         ///< More data than the server's `max_payload`.
  subject_too_long,  ///< See `max_subject`.
  not_connected,     ///< The server is away, or does not read, and `output_limit` is reached; or closed.
  failed,            ///< Not a subject: empty, or with white space or control characters; or out of memory.
};

/// One connection to a NATS cluster. Its socket is served by the loop: a batch of publishes is one write, a
/// batch of messages one read. Reconnects by itself for ever, and resubscribes.
///
/// All functions belong to the loop's thread, or to whoever holds the loop while nobody runs it. None of them
/// waits for the network, but the constructor (up to `connect_timeout` per server) and `close()`.
class nats_client {
public:
  /// Connects. Throws `nats_error`.
  nats_client(loop& l, const nats_options& options, nats_owner& owner);
  nats_client(const nats_client&) = delete;
  nats_client& operator=(const nats_client&) = delete;
  /// Closes.
  ~nats_client();

  /// Messages to `subject` (wildcards allowed) go to the owner; twice, if two subscriptions match. The server
  /// learns of it before anything that is published later. Null if the subject is not valid, longer than
  /// `max_subscription_subject`, or the client is closed. Of all subscribers that are in one `queue` of that
  /// subject, the server chooses one for each message; an empty one is none.
  nats_subscription_ptr subscribe(std::string_view subject, std::string_view queue = {});

  /// Sends at the end of the current batch. `reply` may be empty. A server that knows no headers gets the
  /// message without; they are valid ones.
  sent publish(std::string_view subject, std::string_view reply, std::string_view data,
               const shared_headers& headers = nullptr);

  /// The server's limit for data, in bytes.
  std::size_t max_payload() const;
  /// Unique to this client: `_INBOX.<unique>`. Subscribe to `<prefix>.*` (or below) for replies.
  const std::string& inbox_prefix() const;
  /// The server in use, or last used; without credentials.
  const std::string& connected_url() const;
  bool connected() const;

  /// Sends what it can, ends all subscriptions and waits until no call to the owner is running: none comes
  /// after it returned. Never call it from the owner's functions. Waits up to half a second for a
  /// server that does not read, up to `connect_timeout` during a reconnect.
  void close();

private:
  class core;
  std::shared_ptr<core> core_;
};

}  // namespace actorgate::net
