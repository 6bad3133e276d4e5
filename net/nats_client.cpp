#include "net/nats_client.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <boost/asio/post.hpp>

#include "net/nats_event_loop.hpp"
#include "net/nats_tap.hpp"

namespace actorgate::net {
namespace {

struct destroy {
  void operator()(natsConnection* c) const { natsConnection_Destroy(c); }
  void operator()(natsSubscription* s) const { natsSubscription_Destroy(s); }
  void operator()(natsMsg* m) const { natsMsg_Destroy(m); }
};
template <class T>
using handle = std::unique_ptr<T, destroy>;

using clock = std::chrono::steady_clock;

struct server_info {
  std::string url;
  std::size_t max_payload = 0;
};

server_info ask(natsConnection* connection) {
  char url[1024] = "";
  natsConnection_GetConnectedUrl(connection, url, sizeof url);
  const auto limit = std::max<std::int64_t>(0, natsConnection_GetMaxPayload(connection));
  return {without_credentials(url), static_cast<std::size_t>(limit)};
}

/// On the wire, before the data: a line that names the version, one for each, and an empty one.
std::size_t size_of(const shared_headers& headers) {
  if (!headers) return 0;
  std::size_t size = std::string_view{"NATS/1.0\r\n\r\n"}.size();
  for (const auto& [name, value] : *headers) size += name.size() + value.size() + 4;
  return size;
}

std::string new_inbox_prefix() {
  char* inbox = nullptr;
  if (natsInbox_Create(&inbox) != NATS_OK) throw nats_error("NATS: cannot create an inbox");
  std::string result = inbox;
  natsInbox_Destroy(inbox);
  return result;
}

}  // namespace

void nats_message::discard::operator()(natsMsg* m) const noexcept { net::discard(m); }

std::string_view nats_message::subject() const { return natsMsg_GetSubject(message_.get()); }

std::string_view nats_message::reply() const {
  const char* reply = natsMsg_GetReply(message_.get());
  return reply ? reply : std::string_view{};
}

std::string_view nats_message::data() const {
  return {natsMsg_GetData(message_.get()), static_cast<std::size_t>(natsMsg_GetDataLength(message_.get()))};
}

bool nats_message::no_responders() const { return natsMsg_IsNoResponders(message_.get()); }

/// What outlives the client: subscription handles and posted handlers refer to it.
class nats_client::core : public std::enable_shared_from_this<core> {
public:
  struct interest {
    std::string subject, queue;
  };

  core(loop& l, const nats_options& options, nats_owner& owner);

  void connect();
  void close();

  nats_subscription_ptr subscribe(interest what);
  sent publish(std::string_view subject, std::string_view reply, std::string_view data,
               const shared_headers& headers);

  /// cnats keeps its connection locked while it tries to reconnect, and would block the loop.
  bool online() const { return !closed_ && events_->losses() == reconnects_; }
  const std::string& inbox_prefix() const { return inbox_prefix_; }
  const server_info& server() const { return server_; }

private:
  class record;
  struct kept_message {
    clock::time_point since;
    std::string subject, reply, data;
    shared_headers headers;
    std::size_t size() const {
      return sizeof *this + subject.size() + reply.size() + data.size() + size_of(headers);
    }
  };

  static void on_parsed(natsConnection*, natsMsg** message, void* self);
  static void on_message(natsConnection*, natsSubscription*, natsMsg* message, void* self);
  static void on_subscription_ended(void* self);
  static void on_disconnected(natsConnection*, void* self);
  static void on_reconnected(natsConnection*, void* self);
  static void on_closed(natsConnection*, void* self);
  static void on_error(natsConnection*, natsSubscription*, natsStatus, void* self);

  nats_options_ptr make_options();
  handle<natsSubscription> subscribe_now(const interest& what);
  void unsubscribe(record& r);
  void report(nats_event event, std::string_view detail);
  void resume();
  sent keep(kept_message message);
  sent send(const std::string& subject, const std::string& reply, std::string_view data,
            const shared_headers& headers);
  natsStatus send_with(const http_headers& headers, const std::string& subject, const std::string& reply,
                       std::string_view data);
  void drop_oldest();

  loop& loop_;
  const nats_options options_;
  nats_owner& owner_;
  const std::string inbox_prefix_ = new_inbox_prefix();
  const std::shared_ptr<nats_event_loop> events_;
  handle<natsConnection> connection_;
  bool closed_ = false;
  unsigned reconnects_ = 0;
  server_info server_;
  std::string subject_, reply_;  // of the message being published: cnats wants C strings

  // While offline:
  std::unordered_map<record*, interest> wanted_;
  std::vector<handle<natsSubscription>> unwanted_;
  std::deque<kept_message> kept_;
  std::size_t kept_bytes_ = 0;

  // Shared with the threads of cnats, for close():
  std::atomic<bool> silent_{false};
  std::atomic<std::size_t> subscriptions_{0};  // until the last message of each is through
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
};

class nats_client::core::record final : public nats_subscription {
public:
  explicit record(std::shared_ptr<core> c) : core_(std::move(c)) {}
  record(const record&) = delete;
  record& operator=(const record&) = delete;
  ~record() override { core_->unsubscribe(*this); }

  handle<natsSubscription> subscription;

private:
  std::shared_ptr<core> core_;
};

nats_client::core::core(loop& l, const nats_options& options, nats_owner& owner)
    : loop_(l), options_(options), owner_(owner), events_(std::make_shared<nats_event_loop>(l)) {}

nats_options_ptr nats_client::core::make_options() {
  auto owned = options_for_cnats(options_);
  auto* o = owned.get();
  natsOptions_SetTimeout(o, options_.connect_timeout.count());
  natsOptions_SetAllowReconnect(o, true);
  natsOptions_SetMaxReconnect(o, -1);
  natsOptions_SetReconnectWait(o, options_.reconnect_wait.count());
  natsOptions_SetPingInterval(o, options_.ping_interval.count());
  natsOptions_SetMaxPingsOut(o, 2);
  natsOptions_SetReconnectBufSize(o, static_cast<int>(options_.output_limit));
  natsOptions_UseGlobalMessageDelivery(o, true);
  natsOptions_SetDisconnectedCB(o, &on_disconnected, this);
  natsOptions_SetReconnectedCB(o, &on_reconnected, this);
  natsOptions_SetClosedCB(o, &on_closed, this);
  natsOptions_SetErrorHandler(o, &on_error, this);
  events_->use_for(o);
  return owned;
}

void nats_client::core::connect() {
  // One thread delivers for all subscriptions of the process: their order is the order of arrival.
  nats_SetMessageDeliveryPoolSize(1);
  const auto options = make_options();
  natsConnection* connection = nullptr;
  const auto status = natsConnection_Connect(&connection, options.get());
  if (status != NATS_OK) {
    throw nats_error("cannot connect to NATS at " + for_people(options_.urls) + ": " + nats_reason(status));
  }
  connection_.reset(connection);
  if (!options_.delivery_thread) tap(connection, &on_parsed, this);
  server_ = ask(connection);
}

void nats_client::core::close() {
  if (!connection_) return;
  silent_ = true;
  // cnats would wait for the loop, which is busy here, to write what is pending.
  if (online()) events_->flush();
  closed_ = true;
  natsConnection_Close(connection_.get());
  events_->stop();
  wanted_.clear();
  unwanted_.clear();
  kept_.clear();
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return subscriptions_ == 0 && over_; });
  }
  connection_.reset();
}

nats_subscription_ptr nats_client::core::subscribe(interest what) {
  const auto& [subject, queue] = what;
  if (closed_ || subject.size() + queue.size() > max_subscription_subject || !is_subscribable(subject)) {
    return nullptr;
  }
  auto r = std::make_unique<record>(shared_from_this());
  if (online()) {
    r->subscription = subscribe_now(what);
  } else {
    wanted_.emplace(r.get(), std::move(what));
  }
  return r;
}

handle<natsSubscription> nats_client::core::subscribe_now(const interest& what) {
  natsSubscription* s = nullptr;
  const auto& [subject, queue] = what;
  auto* const c = connection_.get();
  const auto status =
      queue.empty() ? natsConnection_Subscribe(&s, c, subject.c_str(), &on_message, this)
                    : natsConnection_QueueSubscribe(&s, c, subject.c_str(), queue.c_str(), &on_message, this);
  if (status != NATS_OK) return {};
  natsSubscription_SetPendingLimits(s, options_.pending_messages, options_.pending_bytes);
  ++subscriptions_;
  // Fails if cnats closed the connection just now.
  if (natsSubscription_SetOnCompleteCB(s, &on_subscription_ended, this) != NATS_OK) --subscriptions_;
  return handle<natsSubscription>{s};
}

void nats_client::core::unsubscribe(record& r) {
  if (wanted_.erase(&r) == 0 && r.subscription && !online() && !closed_) {
    unwanted_.push_back(std::move(r.subscription));
  }
}

sent nats_client::core::publish(std::string_view subject, std::string_view reply, std::string_view data,
                                const shared_headers& headers) {
  if (!is_subject(subject) || (!reply.empty() && !is_subject(reply))) return sent::failed;
  const auto size = data.size() + size_of(headers);
  // The line also says how many bytes are headers: at most four digits.
  const std::size_t more = headers ? 5 : 0;
  if (subject.size() > max_subject(reply.size() + more, size)) return sent::subject_too_long;
  if (size > server_.max_payload) return sent::too_large;
  if (closed_) return sent::not_connected;
  if (!online()) {
    return keep({clock::now(), std::string(subject), std::string(reply), std::string(data), headers});
  }
  if (events_->blocked() &&
      natsConnection_Buffered(connection_.get()) > static_cast<int>(options_.output_limit)) {
    return sent::not_connected;
  }
  subject_ = subject;
  reply_ = reply;
  return send(subject_, reply_, data, headers);
}

sent nats_client::core::send(const std::string& subject, const std::string& reply, std::string_view data,
                             const shared_headers& headers) {
  const auto size = static_cast<int>(data.size());
  auto status = headers ? send_with(*headers, subject, reply, data) : NATS_NO_SERVER_SUPPORT;
  if (status == NATS_NO_SERVER_SUPPORT) {
    status = reply.empty() ? natsConnection_Publish(connection_.get(), subject.c_str(), data.data(), size)
                           : natsConnection_PublishRequest(connection_.get(), subject.c_str(), reply.c_str(),
                                                           data.data(), size);
  }
  switch (status) {
    case NATS_OK:
      return sent::ok;
    case NATS_MAX_PAYLOAD:
      return sent::too_large;
    case NATS_CONNECTION_CLOSED:
    case NATS_INSUFFICIENT_BUFFER:
      return sent::not_connected;
    default:
      return sent::failed;
  }
}

natsStatus nats_client::core::send_with(const http_headers& headers, const std::string& subject,
                                        const std::string& reply, std::string_view data) {
  natsMsg* message = nullptr;
  auto status = natsMsg_Create(&message, subject.c_str(), reply.empty() ? nullptr : reply.c_str(),
                               data.data(), static_cast<int>(data.size()));
  const handle<natsMsg> owned{message};
  for (const auto& [name, value] : headers) {
    if (status == NATS_OK) status = natsMsgHeader_Add(message, name.c_str(), value.c_str());
  }
  return status == NATS_OK ? natsConnection_PublishMsg(connection_.get(), message) : status;
}

sent nats_client::core::keep(kept_message message) {
  while (!kept_.empty() && message.since - kept_.front().since > options_.output_patience) drop_oldest();
  if (kept_bytes_ + message.size() > options_.output_limit) return sent::not_connected;
  kept_bytes_ += message.size();
  kept_.push_back(std::move(message));
  return sent::ok;
}

void nats_client::core::drop_oldest() {
  kept_bytes_ -= kept_.front().size();
  kept_.pop_front();
}

/// On the loop, after each reconnect: makes up for what could not be asked of cnats meanwhile.
void nats_client::core::resume() {
  if (closed_ || !online()) return;
  unwanted_.clear();
  for (auto& [r, what] : std::exchange(wanted_, {})) r->subscription = subscribe_now(what);
  const auto now = clock::now();
  for (; online() && !kept_.empty(); drop_oldest()) {
    const auto& m = kept_.front();
    if (now - m.since <= options_.output_patience) send(m.subject, m.reply, m.data, m.headers);
  }
}

void nats_client::core::report(nats_event event, std::string_view detail) {
  if (!silent_) owner_.on_event(event, detail);
}

/// On the loop's thread: `nats_event_loop` reads there.
void nats_client::core::on_parsed(natsConnection*, natsMsg** message, void* closure) {
  auto& self = *static_cast<core*>(closure);
  nats_message owned{std::exchange(*message, nullptr)};
  if (self.loop_.is_here()) self.loop_.note_message();
  if (!self.silent_) self.owner_.on_message(std::move(owned));
}

void nats_client::core::on_message(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
  on_parsed(nullptr, &message, closure);
}

void nats_client::core::on_subscription_ended(void* closure) {
  auto& self = *static_cast<core*>(closure);
  std::lock_guard lock(self.mutex_);  // until after the notification: close() destroys what is notified
  if (--self.subscriptions_ == 0) self.changed_.notify_all();
}

void nats_client::core::on_disconnected(natsConnection*, void* closure) {
  static_cast<core*>(closure)->report(nats_event::disconnected, "");
}

void nats_client::core::on_reconnected(natsConnection* connection, void* closure) {
  auto& self = *static_cast<core*>(closure);
  auto server = ask(connection);
  const auto url = server.url;
  boost::asio::post(self.loop_.context(), [keep = self.shared_from_this(), server = std::move(server)] {
    keep->server_ = server;
    ++keep->reconnects_;
    keep->resume();
  });
  self.report(nats_event::reconnected, url);
}

void nats_client::core::on_closed(natsConnection* connection, void* closure) {
  auto& self = *static_cast<core*>(closure);
  const char* error = nullptr;
  natsConnection_GetLastError(connection, &error);
  self.report(nats_event::closed, error ? error : "");
  boost::asio::post(self.loop_.context(), [keep = self.shared_from_this()] { keep->closed_ = true; });
  std::lock_guard lock(self.mutex_);
  self.over_ = true;
  self.changed_.notify_all();
}

void nats_client::core::on_error(natsConnection*, natsSubscription*, natsStatus status, void* closure) {
  // The subscription may not be touched: cnats does not keep it alive for this call, and it may be gone.
  auto& self = *static_cast<core*>(closure);
  if (status == NATS_SLOW_CONSUMER) return self.report(nats_event::messages_lost, natsStatus_GetText(status));
  self.report(nats_event::error, nats_reason(status));
}

nats_client::nats_client(loop& l, const nats_options& options, nats_owner& owner)
    : core_(std::make_shared<core>(l, options, owner)) {
  core_->connect();
}

nats_client::~nats_client() { close(); }

nats_subscription_ptr nats_client::subscribe(std::string_view subject, std::string_view queue) {
  return core_->subscribe({std::string{subject}, std::string{queue}});
}

sent nats_client::publish(std::string_view subject, std::string_view reply, std::string_view data,
                          const shared_headers& headers) {
  return core_->publish(subject, reply, data, headers);
}

std::size_t nats_client::max_payload() const { return core_->server().max_payload; }
const std::string& nats_client::inbox_prefix() const { return core_->inbox_prefix(); }
const std::string& nats_client::connected_url() const { return core_->server().url; }
bool nats_client::connected() const { return core_->online(); }
void nats_client::close() { core_->close(); }

}  // namespace actorgate::net
