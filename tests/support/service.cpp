#include "tests/support/service.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include <nats/nats.h>

#include "tests/support/json.hpp"

namespace actorgate::test {
namespace {

struct destroy {
  void operator()(natsOptions* o) const { natsOptions_Destroy(o); }
  void operator()(natsConnection* c) const { natsConnection_Destroy(c); }
  void operator()(natsSubscription* s) const { natsSubscription_Destroy(s); }
};
template <class T>
using handle = std::unique_ptr<T, destroy>;

void check(natsStatus status, const std::string& what) {
  if (status != NATS_OK) throw std::runtime_error("service: " + what + ": " + natsStatus_GetText(status));
}

handle<natsConnection> connect(const std::string& url, const std::string& name) {
  natsOptions* options = nullptr;
  check(natsOptions_Create(&options), "options");
  handle<natsOptions> owned{options};
  natsOptions_SetURL(options, url.c_str());
  natsOptions_SetName(options, name.c_str());
  natsOptions_SetSendAsap(options, true);
  natsOptions_SetMaxReconnect(options, -1);
  natsOptions_SetReconnectWait(options, 20);
  natsOptions_SetMaxPendingMsgs(options, 1 << 20);
  // One thread of cnats delivers for all subscriptions of the process, and so keeps requests in order; it
  // only hands over, because a gateway in the same process is served by it, too.
  natsOptions_UseGlobalMessageDelivery(options, true);
  natsConnection* connection = nullptr;
  check(natsConnection_Connect(&connection, options), "connect to " + url);
  return handle<natsConnection>{connection};
}

}  // namespace

class service_core : public std::enable_shared_from_this<service_core> {
public:
  service_core(const std::string& url, std::string name)
      : name_(std::move(name)), connection_(connect(url, "service " + name_)) {}

  void start() {
    worker_ = std::thread([this] { work(); });
  }
  void stop();
  void listen(const std::string& subject);
  void unlisten(const std::string& subject);
  void on(const std::string& subject, service::handler h);
  void off(const std::string& subject);
  /// `subject` empty: any.
  request take(std::string_view subject, std::chrono::milliseconds timeout);
  std::size_t seen(std::string_view subject) const;
  bool wait_seen(std::string_view subject, std::size_t count, std::chrono::milliseconds timeout);
  void publish(const std::string& subject, std::string_view payload);
  void flush();

  const std::string name_;

private:
  static void on_message(natsConnection*, natsSubscription*, natsMsg* message, void* closure);
  void arrived(request r);
  void work();
  std::size_t count(std::string_view subject) const;
  std::string waiting_subjects() const;

  const handle<natsConnection> connection_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, handle<natsSubscription>> subscriptions_;
  std::map<std::string, service::handler, std::less<>> handlers_;
  std::map<std::string, std::size_t, std::less<>> seen_;
  std::size_t seen_in_all_ = 0;
  std::deque<request> waiting_;  // for take()
  std::deque<std::pair<request, service::handler>> work_;
  bool stopping_ = false;
  std::thread worker_;
};

void service_core::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    waiting_.clear();
    work_.clear();
  }
  changed_.notify_all();
  worker_.join();
  natsConnection_Close(connection_.get());
  std::lock_guard lock(mutex_);
  subscriptions_.clear();
  handlers_.clear();
}

void service_core::listen(const std::string& subject) {
  using closure = std::shared_ptr<service_core>;
  auto self = std::make_unique<closure>(shared_from_this());
  natsSubscription* s = nullptr;
  check(natsConnection_Subscribe(&s, connection_.get(), subject.c_str(), &on_message, self.get()), subject);
  // Runs behind the last message: until then the delivery thread has a share in us.
  const auto forget = [](void* shared) { std::unique_ptr<closure>{static_cast<closure*>(shared)}; };
  check(natsSubscription_SetOnCompleteCB(s, forget, self.release()), subject);
  std::lock_guard lock(mutex_);
  subscriptions_[subject].reset(s);
}

void service_core::unlisten(const std::string& subject) {
  handle<natsSubscription> ended;
  std::lock_guard lock(mutex_);
  ended = std::move(subscriptions_[subject]);
  subscriptions_.erase(subject);
}

void service_core::on_message(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
  const auto& self = *static_cast<std::shared_ptr<service_core>*>(closure);
  request r;
  r.subject = natsMsg_GetSubject(message);
  r.payload.assign(natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message)));
  if (const char* reply = natsMsg_GetReply(message)) r.reply_subject = reply;
  if (const char* parent = nullptr; natsMsgHeader_Get(message, "traceparent", &parent) == NATS_OK) {
    r.traceparent = parent;
  }
  r.service_ = self;
  natsMsg_Destroy(message);
  self->arrived(std::move(r));
}

void service_core::arrived(request r) {
  std::lock_guard lock(mutex_);
  if (stopping_) return;
  ++seen_[r.subject];
  ++seen_in_all_;
  if (const auto found = handlers_.find(r.subject); found != handlers_.end()) {
    work_.emplace_back(std::move(r), found->second);
  } else {
    waiting_.push_back(std::move(r));
  }
  changed_.notify_all();
}

void service_core::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !work_.empty(); });
    if (stopping_) return;
    auto [r, h] = std::move(work_.front());
    work_.pop_front();
    lock.unlock();
    h(r);
    lock.lock();
  }
}

void service_core::on(const std::string& subject, service::handler h) {
  std::lock_guard lock(mutex_);
  const auto is_for_it = [&](const request& r) { return r.subject == subject; };
  for (auto& r : waiting_) {
    if (is_for_it(r)) work_.emplace_back(r, h);
  }
  std::erase_if(waiting_, is_for_it);
  handlers_[subject] = std::move(h);
  changed_.notify_all();
}

void service_core::off(const std::string& subject) {
  std::lock_guard lock(mutex_);
  handlers_.erase(subject);
}

request service_core::take(std::string_view subject, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const auto find = [&] {
    return std::find_if(waiting_.begin(), waiting_.end(),
                        [&](const request& r) { return subject.empty() || r.subject == subject; });
  };
  if (!changed_.wait_for(lock, timeout, [&] { return find() != waiting_.end(); })) {
    throw std::runtime_error("service " + name_ + ": no request " + std::string(subject) + " within " +
                             std::to_string(timeout.count()) + " ms; waiting: " + waiting_subjects());
  }
  const auto found = find();
  auto result = std::move(*found);
  waiting_.erase(found);
  return result;
}

std::string service_core::waiting_subjects() const {
  std::string result;
  for (const auto& r : waiting_) result += (result.empty() ? "" : ", ") + r.subject;
  return result.empty() ? "none" : result;
}

std::size_t service_core::count(std::string_view subject) const {
  if (subject.empty()) return seen_in_all_;
  const auto found = seen_.find(subject);
  return found == seen_.end() ? 0 : found->second;
}

std::size_t service_core::seen(std::string_view subject) const {
  std::lock_guard lock(mutex_);
  return count(subject);
}

bool service_core::wait_seen(std::string_view subject, std::size_t n, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [&] { return count(subject) >= n; });
}

void service_core::publish(const std::string& subject, std::string_view payload) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto status = natsConnection_Publish(connection_.get(), subject.c_str(), payload.data(),
                                               static_cast<int>(payload.size()));
    // The server has just gone: once cnats has noticed, it keeps what is published for the successor.
    const bool again = status == NATS_IO_ERROR && std::chrono::steady_clock::now() < deadline;
    if (!again) return check(status, "publish " + subject);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void service_core::flush() {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto status = natsConnection_FlushTimeout(connection_.get(), patience.count());
    if (status == NATS_OK) return;
    // The server may just be restarting: what was published and subscribed before goes to its successor.
    if (std::chrono::steady_clock::now() > deadline) check(status, "flush");
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void request::reply(std::string_view text) const { service_->publish(reply_subject, text); }

void request::result(std::string_view text) const { reply("{\"result\":" + std::string(text) + '}'); }

void request::error(std::string_view code, std::string_view message) const {
  reply("{\"error\":{\"code\":\"" + std::string(code) + "\",\"message\":\"" + std::string(message) + "\"}}");
}

service::service(const std::string& url, std::string name)
    : core_(std::make_shared<service_core>(url, std::move(name))) {
  for (const char* type : {"access.", "get.", "call.", "auth."}) core_->listen(type + core_->name_ + ".>");
  core_->flush();
  core_->start();
}

service::~service() { core_->stop(); }

void service::listen(const std::string& subject) {
  core_->listen(subject);
  core_->flush();
}

void service::unlisten(const std::string& subject) {
  core_->unlisten(subject);
  core_->flush();
}

void service::on(const std::string& subject, handler h) { core_->on(subject, std::move(h)); }

void service::on(const std::string& subject, std::string reply_text) {
  core_->on(subject, [text = std::move(reply_text)](const request& r) { r.reply(text); });
}

void service::off(const std::string& subject) { core_->off(subject); }

request service::take(std::string_view subject, std::chrono::milliseconds timeout) {
  return core_->take(subject, timeout);
}

request service::take_next(std::chrono::milliseconds timeout) { return core_->take({}, timeout); }

std::size_t service::seen(std::string_view subject) const { return core_->seen(subject); }

std::size_t service::seen() const { return core_->seen({}); }

void service::wait_seen(std::string_view subject, std::size_t count, std::chrono::milliseconds timeout) {
  if (core_->wait_seen(subject, count, timeout)) return;
  throw std::runtime_error("service " + name() + ": saw " + std::to_string(seen(subject)) + " of " +
                           std::to_string(count) + " requests " + std::string(subject));
}

bool service::quiet(std::chrono::milliseconds time) { return !core_->wait_seen({}, seen() + 1, time); }

void service::publish(const std::string& subject, std::string_view payload) {
  core_->publish(subject, payload);
}

void service::event(std::string_view resource, std::string_view event, std::string_view json) {
  std::string subject = "event." + name();
  for (auto part : {resource, event}) (subject += '.') += part;
  publish(subject, json);
}

void service::flush() { core_->flush(); }

const std::string& service::name() const { return core_->name_; }

}  // namespace actorgate::test
