// Who we are to a NATS server, and how we know it: against real servers.
#include "net/nats_options.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <poll.h>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include "net/nats_client.hpp"
#include "tests/net/loopback.hpp"
#include "tests/support/authority.hpp"
#include "tests/support/nats_operator.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/patience.hpp"

using namespace actorgate;
using net::test::loopback_address;
using test::authority;

namespace {

/// Counts what arrives.
class counter final : public net::nats_owner {
public:
  void on_message(net::nats_message m) override {
    bytes += m.data().size();
    ++messages;
  }
  void on_event(net::nats_event e, std::string_view) override {
    if (e == net::nats_event::disconnected) ++losses;
    if (e == net::nats_event::reconnected) ++reconnects;
  }
  std::atomic<std::size_t> messages{0}, bytes{0};
  std::atomic<int> losses{0}, reconnects{0};
};

template <class Condition>
bool eventually(Condition holds) {
  const auto deadline = std::chrono::steady_clock::now() + test::patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

/// SIGSTOP takes its time, of all threads.
bool is_stopped(pid_t pid) {
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    std::ifstream in(task.path() / "stat");
    std::string number, name, state;
    if (in >> number >> name >> state; state != "T") return false;
  }
  return true;
}

/// A client with its loop, which is subscribed to what it publishes.
class echo {
public:
  explicit echo(const net::nats_options& options) {
    std::signal(SIGPIPE, SIG_IGN);
    client_.emplace(loop_, options, owner);
    subscription_ = client_->subscribe("echo");
    thread_ = std::thread([this] { loop_.context().run(); });
  }
  ~echo() {
    run([this] {
      subscription_ = {};
      client_.reset();
    });
    work_.reset();
    thread_.join();
  }
  /// Publishes that many messages of that size in one tick; whether they come back.
  bool works(std::size_t messages = 1, std::size_t size = 10) {
    const auto want = owner.bytes + messages * size;
    publish(messages, size);
    return eventually([&] { return owner.bytes >= want; });
  }
  void publish(std::size_t messages, std::size_t size) {
    run([&] {
      for (std::size_t i = 0; i < messages; ++i) client_->publish("echo", "", std::string(size, 'x'));
    });
  }
  /// How long the loop's thread has been computing, once it has time to say so.
  std::chrono::nanoseconds busy() {
    timespec t{};
    run([&t] { ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); });
    return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
  }
  const std::string& url() const { return client_->connected_url(); }

  template <class Function>
  void run(Function f) {
    std::promise<void> done;
    boost::asio::post(loop_.context(), [&] {
      f();
      done.set_value();
    });
    done.get_future().wait();
  }

  counter owner;

private:
  net::loop loop_;
  boost::asio::executor_work_guard<net::executor> work_{loop_.context().get_executor()};
  std::optional<net::nats_client> client_;
  net::nats_subscription_ptr subscription_;
  std::thread thread_;
};

std::string failure(const net::nats_options& options) {
  std::signal(SIGPIPE, SIG_IGN);
  net::loop l;
  counter owner;
  try {
    net::nats_client client(l, options, owner);
  } catch (const net::nats_error& e) {
    return e.what();
  }
  return "";
}

/// A server that wants TLS, and a certificate of its clients, too, if `verify` says so.
struct tls_server {
  explicit tls_server(const std::string& verify = "false")
      : files(root.issue("server")),
        server(
            {"--config", root.write("nats.conf", "tls { cert_file: \"" + files.certificate +
                                                     "\", key_file: \"" + files.key + "\", ca_file: \"" +
                                                     root.certificate() + "\", verify: " + verify + " }\n")}),
        port(":" + std::to_string(server.port())) {}

  authority root;
  test::identity_files files;
  test::nats_server server;
  std::string port;
};

/// Stands between a client and a server, and can keep back the second half of what the server says.
class stutterer {
public:
  explicit stutterer(std::uint16_t to) : to_(to), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    auto a = loopback_address(0);
    socklen_t size = sizeof a;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&a), sizeof a);
    ::listen(listener_, 1);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&a), &size);
    port = ntohs(a.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~stutterer() {
    stop_ = true;
    thread_.join();
    ::close(listener_);
  }

  std::uint16_t port = 0;
  std::atomic<bool> stutters{false}, keeps_back{false};

private:
  void run() {
    const int client = ::accept(listener_, nullptr, nullptr), server = ::socket(AF_INET, SOCK_STREAM, 0);
    const auto a = loopback_address(to_);
    ::connect(server, reinterpret_cast<const sockaddr*>(&a), sizeof a);
    std::string kept;
    while (!stop_) {
      if (!stutters) write(client, std::exchange(kept, ""));
      keeps_back = !kept.empty();
      write(server, read(client));
      auto said = read(server);
      if (stutters && kept.empty()) {
        write(client, said.substr(0, said.size() / 2));
        said.erase(0, said.size() / 2);
      }
      kept += said;
    }
    ::close(client);
    ::close(server);
  }
  static std::string read(int fd) {
    char buffer[65536];
    pollfd p{fd, POLLIN, 0};
    if (::poll(&p, 1, 1) <= 0) return "";
    return {buffer, static_cast<std::size_t>(std::max<ssize_t>(0, ::read(fd, buffer, sizeof buffer)))};
  }
  static void write(int fd, const std::string& bytes) {
    if (!bytes.empty()) CHECK(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0);
  }

  const std::uint16_t to_;
  const int listener_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

std::string with(const test::nats_server& s, const std::string& credentials) {
  return "nats://" + credentials + "@127.0.0.1:" + std::to_string(s.port());
}

}  // namespace

TEST_CASE("user and password come from the URL, with any signs in them") {
  authority files;
  test::nats_server server(
      {"--config", files.write("nats.conf", R"(authorization { user: me, password: "p@ss:w/\"x\\y" })")});
  echo e({.urls = {with(server, "me:p%40ss%3Aw%2F%22x%5Cy")}});
  CHECK(e.works());
  CHECK(e.url() == server.url());
  for (const auto* wrong : {"me:wrong", "you:p"}) {
    CHECK(failure({.urls = {with(server, wrong)}}) ==
          "cannot connect to NATS at " + server.url() + ": Authorization Violation");
  }
  CHECK(failure({.urls = {server.url()}}) ==
        "cannot connect to NATS at " + server.url() + ": Authorization Violation");
}

TEST_CASE("a token comes from the URL") {
  test::nats_server server({"--auth", "to.ken"});
  CHECK(echo({.urls = {with(server, "to.ken")}}).works());
  CHECK(failure({.urls = {with(server, "other")}}) ==
        "cannot connect to NATS at " + server.url() + ": Authorization Violation");
}

TEST_CASE("of several servers, one that is there is enough") {
  test::nats_server server, away;
  away.stop();
  CHECK(echo({.urls = {" " + away.url() + " , " + server.url() + ","}}).works());
}

TEST_CASE("credentials come from a file") {
  authority files;
  const test::nats_operator o, other;
  test::nats_server server({"--config", files.write("nats.conf", o.server_config)});
  net::nats_options options{.urls = {server.url()}};
  options.credentials_file = files.write("me.creds", o.credentials);
  CHECK(echo(options).works());
  options.credentials_file = files.write("other.creds", other.credentials);
  CHECK(failure(options) == "cannot connect to NATS at " + server.url() + ": Authorization Violation");
  options.credentials_file = "/no/such";
  CHECK(failure(options) == "NATS: cannot use credentials file /no/such: No such file or directory");
  options.credentials_file = files.write("empty", "");
  CHECK(failure(options).starts_with("NATS: cannot use credentials file "));
  options.credentials_file = files.write("text", "nothing of use");
  CHECK(failure(options) ==
        "NATS: cannot use credentials file " + options.credentials_file + ": no user's key in it");
}

TEST_CASE("a server is trusted by the authorities that are named, and those only") {
  tls_server s;
  authority other("other root");
  net::nats_options options{.urls = {"nats://127.0.0.1" + s.port}};
  SUBCASE("TLS because the server wants it") {}
  SUBCASE("TLS because the URL says so") { options.urls = {"tls://localhost" + s.port}; }
  CHECK(failure(options).starts_with("cannot connect to NATS at " + options.urls[0] +
                                     ": SSL handshake error: "));
  options.root_ca_files = {other.certificate()};
  CHECK(failure(options).starts_with("cannot connect to NATS at " + options.urls[0] +
                                     ": SSL handshake error: "));
  options.root_ca_files = {other.certificate(), s.root.certificate()};
  CHECK(echo(options).works());
}

TEST_CASE("a server that is to speak TLS, and does not, is not spoken to") {
  authority root;
  test::nats_server server;
  const auto port = std::to_string(server.port());
  CHECK(failure({.urls = {"tls://127.0.0.1:" + port}}) ==
        "cannot connect to NATS at tls://127.0.0.1:" + port + ": Secure Connection not available");
  net::nats_options options{.urls = {server.url()}};
  options.root_ca_files = {root.certificate()};
  CHECK(failure(options) ==
        "cannot connect to NATS at " + server.url() + ": Secure Connection not available");
}

TEST_CASE("a client shows its certificate") {
  tls_server s("true");
  const auto me = s.root.issue("me", "me");
  net::nats_options options{.urls = {"tls://127.0.0.1" + s.port}};
  options.root_ca_files = {s.root.certificate()};
  CHECK(failure(options) != "");
  options.certificate_file = me.certificate;
  options.key_file = me.key;
  CHECK(echo(options).works());
}

TEST_CASE("over TLS, much goes through in both directions, and a reconnect") {
  tls_server s;
  net::nats_options options{.urls = {"tls://127.0.0.1" + s.port}};
  options.root_ca_files = {s.root.certificate()};
  echo e(options);
  CHECK(e.works(1, 1'000'000));
  CHECK(e.works(20'000, 100));
  CHECK(e.works(100, 100'000));
  s.server.stop();
  s.server.start();
  CHECK(eventually([&] { return e.owner.reconnects == 1; }));
  CHECK(e.works(1000, 1000));
}

TEST_CASE("half a record of TLS does not hold up the loop") {
  tls_server s;
  stutterer between(s.server.port());
  net::nats_options options{.urls = {"tls://127.0.0.1:" + std::to_string(between.port)}};
  options.root_ca_files = {s.root.certificate()};
  echo e(options);
  CHECK(e.works());
  between.stutters = true;
  e.publish(1, 3000);
  CHECK(eventually([&] { return between.keeps_back.load(); }));
  const auto before = e.busy();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(e.busy() - before < std::chrono::milliseconds(10));  // neither waits in a read nor spins
  CHECK(e.owner.messages == 1);
  between.stutters = false;
  CHECK(eventually([&] { return e.owner.messages == 2; }));
  CHECK(e.works(10, 50'000));
}

TEST_CASE("a server that takes nothing over TLS is given up, and the loop goes on") {
  tls_server s;
  net::nats_options options{.urls = {"tls://127.0.0.1" + s.port}};
  options.root_ca_files = {s.root.certificate()};
  echo e(options);
  CHECK(e.works());
  ::kill(s.server.pid(), SIGSTOP);
  CHECK(eventually([&] { return is_stopped(s.server.pid()); }));
  e.publish(200, 100'000);
  // What is published is written behind it, possibly behind the first question.
  e.busy();
  e.busy();
  CHECK(eventually([&] { return e.owner.losses == 1; }));
  ::kill(s.server.pid(), SIGCONT);
  CHECK(eventually([&] { return e.owner.reconnects >= 1; }));
  CHECK(e.works());
}

TEST_CASE("options that cannot be used are named, with the reason") {
  authority root;
  const auto me = root.issue("me", "me"), other = root.issue("other", "other");
  const auto text = root.write("text", "no certificate\n");
  struct {
    std::string url, ca, certificate, key, says;
  } const rows[] = {
      {" , ", "", "", "", "NATS: no URL given"},
      {"http://u:p@h", "", "", "",
       "NATS: cannot use http://h: it begins neither with nats:// nor with tls://"},
      {"h", "/no/ca", "", "", "NATS: cannot use root CA file /no/ca: No such file or directory"},
      {"h", text, "", "", "NATS: cannot use root CA file " + text + ": no certificate or crl found"},
      {"h", "", me.certificate, "", "NATS: client certificate " + me.certificate + " is without a key"},
      {"h", "", "", me.key, "NATS: key " + me.key + " is without a client certificate"},
      {"h", "", "/no", me.key, "NATS: cannot use client certificate file /no: No such file or directory"},
      {"h", "", me.certificate, "/no", "NATS: cannot use client key file /no: No such file or directory"},
      {"h", "", text, me.key, "NATS: cannot use client certificate file " + text + ": no start line"},
      {"h", "", me.certificate, other.key,
       "NATS: cannot use client key file " + other.key + ": key values mismatch"},
  };
  for (const auto& r : rows) {
    net::nats_options options{.urls = {r.url}};
    if (!r.ca.empty()) options.root_ca_files = {r.ca};
    options.certificate_file = r.certificate;
    options.key_file = r.key;
    CHECK(failure(options) == r.says);
  }
}
