#include "net/nats_client.hpp"

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include "tests/support/nats_server.hpp"
#include "tests/support/service.hpp"

using namespace actorgate;
using net::nats_event;
using net::sent;

namespace {

struct arrival {
  std::string subject, reply, data;
  bool no_responders;
};

/// Remembers everything, and lets a test wait for it.
class recorder : public net::nats_owner {
public:
  void on_message(net::nats_message m) override {
    std::lock_guard lock(mutex_);
    arrivals_.push_back(
        {std::string(m.subject()), std::string(m.reply()), std::string(m.data()), m.no_responders()});
    changed_.notify_all();
  }
  void on_event(nats_event e, std::string_view) override {
    std::lock_guard lock(mutex_);
    events_.push_back(e);
    changed_.notify_all();
  }
  std::vector<arrival> wait_messages(std::size_t n, std::chrono::seconds limit = std::chrono::seconds(5)) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit, [&] { return arrivals_.size() >= n; });
    REQUIRE(arrivals_.size() >= n);
    return arrivals_;
  }
  void wait_event(nats_event wanted) {
    std::unique_lock lock(mutex_);
    const auto came = [&] { return std::count(events_.begin(), events_.end(), wanted) > 0; };
    REQUIRE(changed_.wait_for(lock, test::patience, came));
  }
  void wait_subject(const std::string& subject, std::size_t n) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, test::patience, [&] { return count_locked(subject) >= n; }));
  }
  std::size_t count() {
    std::lock_guard lock(mutex_);
    return arrivals_.size();
  }
  std::size_t count(const std::string& subject) {
    std::lock_guard lock(mutex_);
    return count_locked(subject);
  }
  std::vector<nats_event> events() {
    std::lock_guard lock(mutex_);
    return events_;
  }

private:
  std::size_t count_locked(const std::string& subject) const {
    return static_cast<std::size_t>(std::count_if(arrivals_.begin(), arrivals_.end(),
                                                  [&](const arrival& a) { return a.subject == subject; }));
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<arrival> arrivals_;
  std::vector<nats_event> events_;
};

/// A loop with its thread, and a client on it.
class fixture {
public:
  /// Runs `f` on the loop's thread; what it returns.
  template <class Function>
  auto run(Function f) {
    std::packaged_task<decltype(f())()> task(std::move(f));
    auto result = task.get_future();
    boost::asio::post(loop_.context(), [&task] { task(); });
    return result.get();
  }

  explicit fixture(const std::string& url, net::nats_options options = {}) {
    options.urls = {url};
    options.name = "test";
    client_.emplace(loop_, options, owner);
    thread_ = std::thread([this] { loop_.context().run(); });
  }
  ~fixture() {
    run([this] { client_.reset(); });
    work_.reset();
    thread_.join();
  }

  net::nats_subscription_ptr subscribe(const std::string& subject) {
    return run([&] { return client_->subscribe(subject); });
  }
  void drop(net::nats_subscription_ptr s) {
    run([&] { auto ended = std::move(s); });
  }
  sent publish(std::string_view subject, std::string_view reply, std::string_view data,
               const net::shared_headers& headers = nullptr) {
    return run([&] { return client_->publish(subject, reply, data, headers); });
  }
  /// Returns when the server has seen everything so far, and we what it sent: a message to ourselves is back.
  /// Leaves one arrival.
  void settle() {
    const auto subject = client_->inbox_prefix() + ".settle";
    const auto before = owner.count(subject);
    auto s = subscribe(subject);
    REQUIRE(publish(subject, "", "") == sent::ok);
    owner.wait_subject(subject, before + 1);
    drop(std::move(s));
  }
  net::nats_client& client() { return *client_; }

  recorder owner;

private:
  net::loop loop_;
  boost::asio::executor_work_guard<net::executor> work_{loop_.context().get_executor()};
  std::optional<net::nats_client> client_;
  std::thread thread_;
};

/// One server for all cases that do not restart it.
const std::string& shared_url() {
  static test::nats_server server;
  static const std::string url = server.url();
  return url;
}

}  // namespace

TEST_CASE("a message arrives with its subject, reply and data") {
  fixture f{shared_url()};
  auto s = f.subscribe("event.test.>");
  CHECK(s);
  CHECK(f.publish("event.test.model.change", "answer.here", R"({"values":{"a":1}})") == sent::ok);
  const auto m = f.owner.wait_messages(1).front();
  CHECK(m.subject == "event.test.model.change");
  CHECK(m.reply == "answer.here");
  CHECK(m.data == R"({"values":{"a":1}})");
  CHECK_FALSE(m.no_responders);
  f.drop(std::move(s));
}

TEST_CASE("each client has an inbox of its own, and knows its server") {
  fixture one{shared_url()};
  fixture two{shared_url()};
  CHECK(one.client().inbox_prefix() != two.client().inbox_prefix());
  CHECK(one.client().inbox_prefix().starts_with("_INBOX."));
  CHECK(one.client().connected_url() == shared_url());
  CHECK(one.client().max_payload() == 1 << 20);
  CHECK(one.client().connected());
}

TEST_CASE("messages keep the publisher's order across fifty subscriptions under load") {
  constexpr int subjects = 50;
  constexpr int messages = 100'000;
  net::nats_options options;
  SUBCASE("delivered by the loop") {}
  SUBCASE("delivered by cnats") { options.delivery_thread = true; }
  fixture f{shared_url(), options};
  std::vector<net::nats_subscription_ptr> subscriptions;
  for (int i = 0; i < subjects; ++i) {
    subscriptions.push_back(f.subscribe("event.order." + std::to_string(i)));
  }
  f.settle();
  const auto before = f.owner.count();
  test::service publisher{shared_url(), "order"};
  for (int i = 0; i < messages; ++i) {
    publisher.publish("event.order." + std::to_string(i * 7 % subjects), std::to_string(i));
  }
  const auto all = f.owner.wait_messages(before + messages, std::chrono::seconds(60));
  int wrong = 0;
  for (int i = 0; i < messages; ++i) {
    const auto& m = all[before + static_cast<std::size_t>(i)];
    if (m.data != std::to_string(i) || m.subject != "event.order." + std::to_string(i * 7 % subjects))
      ++wrong;
  }
  CHECK(wrong == 0);
  f.run([&] { subscriptions.clear(); });
}

TEST_CASE("a request that nobody listens to is answered as such at once") {
  fixture f{shared_url()};
  auto s = f.subscribe(f.client().inbox_prefix() + ".*");
  CHECK(f.publish("get.nobody.here", f.client().inbox_prefix() + ".42", "{}") == sent::ok);
  const auto m = f.owner.wait_messages(1).front();
  CHECK(m.no_responders);
  CHECK(m.subject == f.client().inbox_prefix() + ".42");
  CHECK(m.data.empty());
  f.drop(std::move(s));
}

TEST_CASE("an empty reply is not taken for a missing responder") {
  fixture f{shared_url()};
  test::service service{shared_url(), "empty"};
  service.on("get.empty.model", "");
  auto s = f.subscribe(f.client().inbox_prefix() + ".*");
  CHECK(f.publish("get.empty.model", f.client().inbox_prefix() + ".1", "{}") == sent::ok);
  const auto m = f.owner.wait_messages(1).front();
  CHECK_FALSE(m.no_responders);
  CHECK(m.data.empty());
  f.drop(std::move(s));
}

TEST_CASE("a subscription is known to the server before a later request is") {
  fixture f{shared_url()};
  test::service service{shared_url(), "before"};
  for (int i = 0; i < 200; ++i) {
    const auto name = "before.m" + std::to_string(i);
    service.on("get." + name, [&, name](const test::request& r) {
      service.publish("event." + name + ".change", "event");
      r.reply("reply");
    });
  }
  std::vector<net::nats_subscription_ptr> subscriptions;
  f.run([&] {
    auto& c = f.client();
    subscriptions.push_back(c.subscribe(c.inbox_prefix() + ".*"));
    for (int i = 0; i < 200; ++i) {
      const auto name = "before.m" + std::to_string(i);
      subscriptions.push_back(c.subscribe("event." + name + ".*"));
      c.publish("get." + name, c.inbox_prefix() + '.' + std::to_string(i), "{}");
    }
  });
  const auto all = f.owner.wait_messages(400);
  int wrong = 0;
  for (std::size_t i = 0; i < all.size(); i += 2)
    wrong += all[i].data != "event" || all[i + 1].data != "reply";
  CHECK(wrong == 0);
  f.run([&] { subscriptions.clear(); });
}

TEST_CASE("more data than the server takes is refused without disturbing the connection") {
  fixture f{shared_url()};
  auto s = f.subscribe("large");
  const auto limit = f.client().max_payload();
  CHECK(f.publish("large", "", std::string(limit + 1, 'x')) == sent::too_large);
  CHECK(f.publish("large", "", std::string(limit, 'x')) == sent::ok);
  CHECK(f.owner.wait_messages(1).front().data.size() == limit);
  CHECK(f.owner.events().empty());
  f.drop(std::move(s));
}

TEST_CASE("no length of a subject costs the connection, and the longest allowed arrive") {
  fixture f{shared_url()};
  auto s = f.subscribe("long.>");
  for (const std::string reply : {"", "_INBOX.0123456789"}) {
    for (const std::size_t data : {0, 5, 10, 12'345}) {
      CAPTURE(reply);
      CAPTURE(data);
      const auto bound = net::max_subject(reply.size(), data);
      for (auto length = bound - 12; length <= bound + 12; ++length) {
        CAPTURE(length);
        auto subject = "long." + std::string(length - 5, 'x');
        const auto result = f.publish(subject, reply, std::string(data, 'd'));
        CHECK(result == (length <= bound ? sent::ok : sent::subject_too_long));
      }
      for (auto length : {bound + 4096, bound + 100'000}) {
        CHECK(f.publish(std::string(length, 'x'), reply, std::string(data, 'd')) == sent::subject_too_long);
      }
    }
  }
  CHECK(f.owner.wait_messages(8 * 13).size() == 8 * 13);
  f.settle();
  CHECK(f.owner.events().empty());
  f.drop(std::move(s));
}

TEST_CASE("no length of a subscription costs the connection") {
  fixture f{shared_url()};
  const auto bound = net::max_subscription_subject;
  for (auto length = bound - 12; length <= bound + 30; ++length) {
    CAPTURE(length);
    const std::string subject(length, 's');
    auto s = f.subscribe(subject);
    CHECK(bool(s) == (length <= bound));
    if (s) {
      const auto before = f.owner.count();
      CHECK(f.publish(subject, "", "x") == sent::ok);
      CHECK(f.owner.wait_messages(before + 1).back().subject == subject);
    }
    f.drop(std::move(s));
  }
  CHECK(f.owner.events().empty());
}

TEST_CASE("what is not a subject is refused") {
  fixture f{shared_url()};
  for (auto bad : {"", "with space", "line\r\nPUB evil 0\r\n\r\n"}) {
    CAPTURE(bad);
    CHECK(f.publish(bad, "", "x") == sent::failed);
    CHECK_FALSE(f.subscribe(bad));
  }
  CHECK(f.publish("fine", "reply with space", "x") == sent::failed);
  f.settle();
  CHECK(f.owner.events().empty());
}

TEST_CASE("nothing arrives for a subscription whose handle is gone") {
  fixture f{shared_url()};
  auto kept = f.subscribe("un.sub");
  auto dropped = f.subscribe("un.sub");
  CHECK(f.publish("un.sub", "", "both") == sent::ok);
  f.owner.wait_messages(2);
  f.drop(std::move(dropped));
  CHECK(f.publish("un.sub", "", "one") == sent::ok);
  f.settle();
  const auto all = f.owner.wait_messages(4);
  CHECK(all.size() == 4);
  CHECK(all[2].subject == "un.sub");
  CHECK(all[3].subject != "un.sub");
  f.drop(std::move(kept));
}

TEST_CASE("of those in a queue one gets each message, and the others when that one has gone") {
  fixture one{shared_url()}, two{shared_url()};
  const auto join = [](fixture& f) { return f.run([&] { return f.client().subscribe("work", "us"); }); };
  auto a = join(one), b = join(two);
  one.settle();
  two.settle();
  for (const auto* each : {"1", "2", "3"}) CHECK(one.publish("work", "", each) == sent::ok);
  one.settle();
  two.settle();
  CHECK(one.owner.count() + two.owner.count() == 3 + 4);  // with those of settling
  one.drop(std::move(a));
  one.settle();
  const auto before = two.owner.count();
  CHECK(one.publish("work", "", "4") == sent::ok);
  two.owner.wait_messages(before + 1);
  two.drop(std::move(b));
}

TEST_CASE("subscriptions that come and go under traffic do no harm") {
  net::nats_options options;
  SUBCASE("delivered by the loop") {}
  SUBCASE("delivered by cnats") { options.delivery_thread = true; }
  fixture f{shared_url(), options};
  test::service publisher{shared_url(), "churn"};
  for (int i = 0; i < 500; ++i) {
    auto s = f.subscribe("event.churn.*");
    publisher.publish("event.churn.x", "1");
    f.drop(std::move(s));
  }
  f.settle();
  CHECK(f.owner.events().empty());
}

TEST_CASE("a handle may outlive its client") {
  net::nats_subscription_ptr s;
  {
    fixture f{shared_url()};
    s = f.subscribe("outlive");
    f.settle();
  }
  CHECK(s);
}

TEST_CASE("after close nothing can be sent or subscribed, and nothing is reported") {
  fixture f{shared_url()};
  auto s = f.subscribe("closing");
  f.run([&] {
    f.client().close();
    f.client().close();
    CHECK(f.client().publish("closing", "", "x") == sent::not_connected);
    CHECK_FALSE(f.client().subscribe("closing"));
    CHECK_FALSE(f.client().connected());
  });
  CHECK(f.owner.events().empty());
  f.drop(std::move(s));
}

TEST_CASE("a published message is not lost in an immediate close") {
  test::service service{shared_url(), "last"};
  {
    fixture f{shared_url()};
    f.run([&] {
      for (int i = 0; i < 100; ++i) f.client().publish("call.last.word", "", "x");
      f.client().close();
    });
  }
  service.wait_seen("call.last.word", 100);
  CHECK(service.seen() == 100);
}

TEST_CASE("a server that restarts is found again, with all subscriptions and what was kept meanwhile") {
  test::nats_server server;
  net::nats_options options;
  options.reconnect_wait = std::chrono::milliseconds(20);
  options.output_patience = std::chrono::milliseconds(60'000);
  fixture f{server.url(), options};
  auto before = f.subscribe("re.before");
  auto dropped = f.subscribe("re.dropped");
  f.settle();
  const auto count = f.owner.count();

  server.stop();
  f.owner.wait_event(nats_event::disconnected);
  CHECK_FALSE(f.run([&] { return f.client().connected(); }));
  auto meanwhile = f.subscribe("re.meanwhile");
  auto regretted = f.subscribe("re.regretted");
  f.drop(std::move(regretted));
  f.drop(std::move(dropped));
  for (auto subject : {"re.before", "re.dropped", "re.meanwhile", "re.regretted"}) {
    CHECK(f.publish(subject, "", "kept") == sent::ok);
  }
  CHECK(f.publish("re.before", "", std::string(f.client().max_payload() + 1, 'x')) == sent::too_large);

  server.start();
  f.owner.wait_event(nats_event::reconnected);
  const auto all = f.owner.wait_messages(count + 2);
  CHECK(all[count].subject == "re.before");
  CHECK(all[count + 1].subject == "re.meanwhile");
  f.settle();
  CHECK(f.owner.count() == count + 3);
  CHECK(f.owner.events() == std::vector{nats_event::disconnected, nats_event::reconnected});
  CHECK(f.client().connected_url() == server.url());
  f.run([&] {
    before = {};
    meanwhile = {};
  });
}

TEST_CASE("a server that falls silent counts as gone, though nobody ends the connection") {
  test::nats_server server;
  fixture f{server.url(), {.ping_interval = std::chrono::milliseconds(50)}};
  ::kill(server.pid(), SIGSTOP);
  f.owner.wait_event(nats_event::disconnected);
  ::kill(server.pid(), SIGCONT);
  f.owner.wait_event(nats_event::reconnected);
}

TEST_CASE("what was kept too long is dropped, and no more is kept than the limit") {
  test::nats_server server;
  net::nats_options options;
  options.reconnect_wait = std::chrono::milliseconds(20);
  options.output_patience = std::chrono::milliseconds(0);
  options.output_limit = 4096;
  fixture f{server.url(), options};
  auto s = f.subscribe("old");
  f.settle();
  const auto count = f.owner.count();
  server.stop();
  f.owner.wait_event(nats_event::disconnected);
  CHECK(f.publish("old", "", std::string(4096, 'x')) == sent::not_connected);
  CHECK(f.publish("old", "", "x") == sent::ok);
  server.start();
  f.owner.wait_event(nats_event::reconnected);
  f.settle();
  CHECK(f.owner.count() == count + 1);
  f.drop(std::move(s));
}

TEST_CASE("a server that is away does not block the loop, nor close") {
  test::nats_server server;
  fixture f{server.url()};
  server.stop();
  f.owner.wait_event(nats_event::disconnected);
  const auto start = std::chrono::steady_clock::now();
  std::vector<net::nats_subscription_ptr> subscriptions;
  for (int i = 0; i < 1000; ++i) {
    subscriptions.push_back(f.subscribe("away." + std::to_string(i)));
    f.publish("away", "", "x");
  }
  f.run([&] {
    subscriptions.clear();
    f.client().close();
  });
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
}

TEST_CASE("a slow owner is told that messages were lost") {
  class slow : public recorder {
  public:
    void on_message(net::nats_message m) override {
      recorder::on_message(std::move(m));
      released_.wait();
    }
    void release() { release_.set_value(); }

  private:
    std::promise<void> release_;
    std::shared_future<void> released_ = release_.get_future();
  };
  net::loop loop;
  auto work = boost::asio::make_work_guard(loop.context());
  slow owner;
  net::nats_options options;
  options.urls = {shared_url()};
  options.delivery_thread = true;
  options.pending_messages = 10;
  net::nats_client client{loop, options, owner};
  auto s = client.subscribe("slow");
  for (int i = 0; i < 20; ++i) client.publish("slow", "", "x");
  std::thread runner([&] { loop.context().run(); });
  owner.wait_event(nats_event::messages_lost);
  owner.wait_messages(1);
  loop.context().stop();
  runner.join();
  s = {};
  owner.release();
  client.close();
  CHECK(owner.count() == 1);
}

TEST_CASE("the loop's own thread delivers, if cnats lets it") {
  class where : public recorder {
  public:
    void on_message(net::nats_message m) override {
      thread = std::this_thread::get_id();
      recorder::on_message(std::move(m));
    }
    std::thread::id thread;
  };
  net::loop loop;
  where owner;
  net::nats_options options;
  options.urls = {shared_url()};
  bool by_cnats = false;
  SUBCASE("it does") {}
  SUBCASE("unless cnats is to") { by_cnats = true; }
  options.delivery_thread = by_cnats;
  net::nats_client client{loop, options, owner};
  auto s = client.subscribe("where");
  client.publish("where", "", "x");
  while (owner.count() == 0) loop.context().run_one();
  CHECK((owner.thread != std::this_thread::get_id()) == by_cnats);
  s = nullptr;
  client.close();
}

TEST_CASE("a client that cannot connect says where to, without credentials") {
  net::loop loop;
  recorder owner;
  net::nats_options options;
  test::nats_server server;
  server.stop();
  options.urls = {"nats://someone:secret@127.0.0.1:" + std::to_string(server.port())};
  std::string message;
  try {
    net::nats_client client{loop, options, owner};
  } catch (const net::nats_error& e) {
    message = e.what();
  }
  CHECK(message == "cannot connect to NATS at " + server.url() + ": No server available for connection");

  options.urls = {};
  CHECK_THROWS_WITH_AS((net::nats_client{loop, options, owner}), "NATS: no URL given", net::nats_error);
  options.urls = {"nats://127.0.0.1:notaport"};
  CHECK_THROWS_AS((net::nats_client{loop, options, owner}), net::nats_error);
}

namespace {
const auto traced = std::make_shared<const net::http_headers>(
    net::http_headers{{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}});
}

TEST_CASE("headers go with a message, also with one that waits for the server to be back") {
  test::nats_server server;
  net::nats_options options;
  options.reconnect_wait = std::chrono::milliseconds(20);
  options.output_patience = std::chrono::milliseconds(60'000);
  fixture f{server.url(), options};
  const auto inbox = f.client().inbox_prefix() + ".1";
  {
    test::service service{server.url(), "headers"};
    CHECK(f.publish("get.headers.model", inbox, "{}", traced) == sent::ok);
    const auto request = service.take("get.headers.model");
    CHECK(request.traceparent == traced->front().second);
    CHECK(request.payload == "{}");
    CHECK(request.reply_subject == inbox);
    CHECK(f.publish("get.headers.model", "", "", traced) == sent::ok);
    CHECK(service.take("get.headers.model").traceparent == traced->front().second);
  }
  auto kept = f.subscribe("kept");
  server.stop();
  f.owner.wait_event(nats_event::disconnected);
  CHECK(f.publish("kept", "", "later", traced) == sent::ok);
  server.start();
  f.owner.wait_subject("kept", 1);
  f.drop(std::move(kept));
}

TEST_CASE("headers count: for the size of a message and of its line") {
  fixture f{shared_url()};
  test::service service{shared_url(), "size"};
  const auto limit = f.client().max_payload();
  CHECK(f.publish("size.large", "", std::string(limit, 'x'), traced) == sent::too_large);
  const auto rest = limit - 12 - 2 - traced->front().first.size() - traced->front().second.size() - 3;
  CHECK(f.publish("size.large", "", std::string(rest + 2, 'x'), traced) == sent::too_large);
  std::size_t longest = 4096;
  while (f.publish(std::string(longest, 's'), "reply", "x", traced) == sent::subject_too_long) --longest;
  f.settle();
  CHECK(f.owner.events().empty());
}

TEST_CASE("a server that knows no headers gets messages without") {
  const auto file = std::filesystem::temp_directory_path() / ("no-headers-" + std::to_string(::getpid()));
  std::ofstream{file} << "no_header_support: true\n";
  test::nats_server server{{"--config", file.string()}};
  fixture f{server.url()};
  test::service service{server.url(), "plain"};
  CHECK(f.publish("get.plain.model", f.client().inbox_prefix() + ".1", "{}", traced) == sent::ok);
  const auto request = service.take("get.plain.model");
  CHECK(request.traceparent.empty());
  CHECK(request.payload == "{}");
  std::filesystem::remove(file);
}
