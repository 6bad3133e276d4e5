// Several gateways on one NATS.
#include <algorithm>
#include <array>
#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include <doctest/doctest.h>

#include "crowd.hpp"
#include "stage.hpp"

using namespace actorgate;
using test::crowd;
using test::effort;
using test::number_after;

namespace {

/// A gateway on a thread of its own: a gateway ends where it began, and waits there for its clients.
class member {
public:
  member()
      : life_([this] {
          const actors::gateway g{test::gateway_options(), [](const std::string&) {}};
          port_.set_value(g.port());
          ended_.get_future().wait();
        }) {}
  member(const member&) = delete;
  member& operator=(const member&) = delete;
  ~member() {
    end();
    life_.join();
  }

  std::uint16_t port() {
    if (!known_port_) known_port_ = port_.get_future().get();
    return known_port_;
  }
  void end() {
    if (!std::exchange(has_ended_, true)) ended_.set_value();
  }

private:
  std::promise<std::uint16_t> port_;
  std::promise<void> ended_;
  std::uint16_t known_port_ = 0;
  bool has_ended_ = false;
  std::thread life_;
};

constexpr std::size_t gateways = 3;

/// As many clients at each of three gateways, one after the other: client `c` is at gateway `c / each`.
struct cluster {
  explicit cluster(std::size_t clients) : each(clients) {
    for (auto& m : members) all.join(m.port(), each);
  }

  std::size_t each;
  test::service test{test::shared_nats().url(), "test"};
  std::array<member, gateways> members;
  crowd all;

  void serve(const std::string& name) {
    test.on("access.test." + name, R"({"result":{"get":true,"call":"*"}})");
    test.on("get.test." + name, R"({"result":{"model":{"n":0}}})");
  }

  void subscribe_all(const std::vector<std::string>& names) {
    std::size_t ready = 0;
    for (std::size_t c = 0; c < all.size(); ++c) {
      for (const auto& name : names) all.send(c, R"({"id":2,"method":"subscribe.test.)" + name + "\"}");
    }
    all.listen([&] { return ready == all.size() * names.size(); },
               [&](std::size_t, std::string_view text) { ready += text.find("models") != text.npos; });
  }
};

}  // namespace

TEST_CASE("the clients of three gateways see all events of several services in their order") {
  constexpr std::size_t models = 4, services = 2;
  const long events = 25 * effort;
  cluster three{10 * effort};
  auto& all = three.all;
  std::vector<std::string> names;
  for (std::size_t m = 0; m < models; ++m) three.serve(names.emplace_back("m" + std::to_string(m)));
  three.subscribe_all(names);
  const auto speak = [&](test::service& who, const std::string& event) {
    for (long n = 1; n <= events; ++n) {
      for (const auto& name : names) who.publish("event.test." + name + event, std::to_string(n));
    }
    who.flush();
  };
  std::thread second{[&] {
    test::service other{test::shared_nats().url(), "other"};
    speak(other, ".second");
  }};
  speak(three.test, ".first");
  struct story {
    std::string text;
    std::array<long, services> last{};
  };
  std::vector<std::array<story, models>> seen(all.size());
  std::size_t heard = 0, wrong = 0;
  all.listen([&] { return heard == all.size() * models * services * static_cast<std::size_t>(events); },
             [&](std::size_t c, std::string_view text) {
               auto& s = seen[c].at(static_cast<std::size_t>(number_after(text, "test.m")));
               s.text += text;
               wrong += number_after(text, R"("data":)") != ++s.last.at(text.find("second") != text.npos);
               ++heard;
             });
  second.join();
  CHECK(wrong == 0);
  // Who of two services is first is NATS' business, but the same for all clients of a gateway.
  for (std::size_t c = 0; c < all.size(); ++c) {
    const auto first = c / three.each * three.each;
    for (std::size_t m = 0; m < models; ++m) wrong += seen[c][m].text != seen[first][m].text;
  }
  CHECK(wrong == 0);
}

TEST_CASE("each client of three gateways has a connection id and a token of its own") {
  const std::size_t logins = 10 * effort;
  std::mutex mutex;                           // of what the service's thread writes
  std::map<std::string, std::string> owners;  // connection ids -> the token that belongs to it
  std::size_t mixed_up = 0;
  cluster three{20};
  auto& all = three.all;
  three.test.on("auth.test.gate.login", [&](const test::request& q) {
    const auto cid = test::text_at(q.payload, "/cid"), wish = test::json_at(q.payload, "/params");
    const auto token = test::json_at(q.payload, "/token");
    const std::lock_guard lock{mutex};
    // Every request of a client comes with the number of the one before.
    const auto had = owners.try_emplace(cid, "null").first;
    mixed_up += had->second != token;
    had->second = wish;
    three.test.publish("conn." + cid + ".token", R"({"token":)" + wish + "}");
    q.result(wish);
  });
  std::vector<std::size_t> done(all.size(), 0);
  std::size_t finished = 0, wrong = 0;
  const auto wish_of = [&](std::size_t c) { return static_cast<long>(c * logins + done[c]); };
  const auto login = [&](std::size_t c) {
    all.send(c, R"({"id":7,"method":"auth.test.gate.login","params":)" + std::to_string(wish_of(c)) + '}');
  };
  for (std::size_t c = 0; c < all.size(); ++c) login(c);
  all.listen([&] { return finished == all.size(); },
             [&](std::size_t c, std::string_view text) {
               if (text.find(R"("id":7)") == text.npos) return;
               wrong += number_after(text, R"("payload":)") != wish_of(c);
               ++done[c] < logins ? login(c) : void(++finished);
             });
  CHECK(wrong == 0);
  const std::lock_guard lock{mutex};
  CHECK(mixed_up == 0);
  CHECK(owners.size() == all.size());
}

TEST_CASE("a gateway that ends says so to its clients, and those of the others lose nothing") {
  const long events = 200 * effort, ends_at = events / 2;
  constexpr std::size_t leaving = 1;
  cluster three{10 * effort};
  auto& all = three.all;
  three.serve("tide");
  three.subscribe_all({"tide"});
  std::vector<long> seen(all.size(), 0);
  std::size_t wrong = 0, gone = 0;
  const auto is_left = [&](std::size_t c) { return c / three.each == leaving; };
  const auto hear = [&](std::size_t c, std::string_view text) {
    wrong += number_after(text, R"("n":)") != ++seen[c];
  };
  all.on_closed([&](std::size_t c) {
    wrong += !is_left(c) || all[c].close_code() != 1001;
    ++gone;
  });
  for (long n = 1; n <= events; ++n) {
    three.test.event("tide", "change", R"({"values":{"n":)" + std::to_string(n) + "}}");
    if (n == ends_at) three.members[leaving].end();
    all.catch_up(hear);
  }
  const auto has_all = [&](std::size_t c) { return is_left(c) || seen[c] == events; };
  all.listen(
      [&] {
        for (std::size_t c = 0; c < all.size(); ++c) {
          if (!has_all(c)) return false;
        }
        return gone == three.each;
      },
      hear);
  CHECK(wrong == 0);
  CHECK(test::res_client{three.members[0].port()}.result("version") == R"({"protocol":"1.2.3"})");
}
