// Clients that mean harm, or are broken, beside clients that mean well.
#include <arpa/inet.h>
#include <future>
#include <netinet/in.h>
#include <random>

#include <doctest/doctest.h>

#include "crowd.hpp"
#include "stage.hpp"
#include "tests/support/loopback_address.hpp"

using namespace actorgate;
using test::crowd;
using test::effort;
using test::number_after;
using test::vanish;

namespace {

std::string request(std::size_t id, const std::string& method) {
  return "{\"id\":" + std::to_string(id) + R"(,"method":")" + method + "\"}";
}

/// Some clients on a few models: each must see every event once and in order, and have its calls answered,
/// whatever others do.
class good_company {
public:
  explicit good_company(test::stage& s) : stage_(s), clients_(s.port(), size), seen_(size * models) {
    std::size_t ready = 0;
    for (std::size_t m = 0; m < models; ++m) {
      s.model(name(m), R"({"n":0})");
      s.test.on("call.test." + name(m) + ".echo",
                [](const test::request& q) { q.result(test::json_at(q.payload, "/params")); });
      for (std::size_t c = 0; c < size; ++c) clients_.send(c, request(2, "subscribe.test." + name(m)));
    }
    clients_.listen([&] { return ready == size * models; },
                    [&](std::size_t, std::string_view text) { ready += text.find("models") != text.npos; });
  }

  /// Goes on until the mischief is over, on another thread. Then nothing may be left of it.
  void during(const std::function<void()>& mischief) {
    auto over = std::async(std::launch::async, mischief);
    do round();
    while (over.wait_for(std::chrono::seconds{0}) != std::future_status::ready);
    over.get();
    round();
    CHECK(wrong_ == 0);
    CHECK(test::falls_to(stage_, size));
    CHECK(stage_.client().result("subscribe.test." + name(0)) ==
          R"({"models":{"test.good0":{"n":)" + std::to_string(rounds_) + "}}}");
  }

private:
  static constexpr std::size_t size = 8, models = 3;
  static std::string name(std::size_t model) { return "good" + std::to_string(model); }

  /// An event on each model, and a call of each client.
  void round() {
    ++rounds_;
    for (std::size_t m = 0; m < models; ++m) {
      stage_.test.event(name(m), "change", R"({"values":{"n":)" + std::to_string(rounds_) + "}}");
    }
    for (std::size_t c = 0; c < size; ++c) {
      clients_.send(c, R"({"id":3,"method":"call.test.)" + name(c % models) + R"(.echo","params":)" +
                           std::to_string(rounds_) + '}');
    }
    std::size_t events = 0, answers = 0;
    clients_.listen([&] { return events == size * models && answers == size; },
                    [&](std::size_t c, std::string_view text) {
                      if (text.find("change") != text.npos) {
                        const auto m = static_cast<std::size_t>(number_after(text, "test.good"));
                        wrong_ += number_after(text, R"("n":)") != ++seen_[c * models + m];
                        ++events;
                      } else {
                        wrong_ += number_after(text, R"("payload":)") != rounds_;
                        ++answers;
                      }
                    });
  }

  test::stage& stage_;
  crowd clients_;
  std::vector<long> seen_;
  long rounds_ = 0;
  std::size_t wrong_ = 0;
};

/// A connection without any manners.
test::ws_client knock(std::uint16_t port) {
  test::ws_client c;
  c.adopt(test::new_tcp_socket());
  const auto address = test::loopback_address(port);
  if (::connect(c.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("nobody opens");
  }
  return c;
}

/// The gateway may have closed already.
bool try_send(test::ws_client& c, const std::string& bytes, bool as_text = true) {
  try {
    as_text ? c.send_text(bytes) : c.send_raw(bytes);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

/// Sends the requests of client `who`, and waits until that many messages contain `word`.
void ask(crowd& all, std::size_t who, const std::vector<std::string>& requests, std::string_view word) {
  std::size_t heard = 0;
  for (const auto& r : requests) all.send(who, r);
  all.listen([&] { return heard == requests.size(); },
             [&](std::size_t, std::string_view text) { heard += text.find(word) != text.npos; });
}

}  // namespace

TEST_CASE("a flood of pings is answered by the latest pong, and disturbs nobody") {
  test::stage s;
  good_company good{s};
  good.during([&] {
    crowd flood{s.port(), 8};
    const std::string payload(125, 'x');
    for (std::size_t i = 0; i < 1000 * effort; ++i) {
      for (std::size_t c = 0; c < flood.size(); ++c) flood[c].send_frame(9, payload);
    }
    for (std::size_t c = 0; c < flood.size(); ++c) {
      flood[c].send_frame(9, "enough");
      while (flood[c].recv_frame().payload != "enough") continue;
    }
  });
}

TEST_CASE("random bytes, in place of an upgrade and behind one, disturb nobody") {
  std::mt19937 random{1};
  const auto below = [&](std::size_t n) { return random() % n; };
  test::stage s;
  good_company good{s};
  good.during([&] {
    std::vector<test::ws_client> strangers;
    for (std::size_t i = 0; i < 100 * effort; ++i) {
      std::string noise(1 + below(4096), ' ');
      for (auto& byte : noise) byte = static_cast<char>(below(256));
      auto& c = strangers.emplace_back(i % 2 ? test::ws_client{s.port()} : knock(s.port()));
      // A request with a few wrong bytes goes further than noise.
      auto almost = request(1, "subscribe.test.good0");
      for (std::size_t wrong = below(3); wrong > 0; --wrong) almost[below(almost.size())] = noise[0];
      if (i % 2) c.send_text(almost);
      // Text of its own now and then, mostly not UTF-8.
      try_send(c, noise, i % 4 == 3);
    }
    for (auto& c : strangers) below(2) ? vanish(c) : c.disconnect();
  });
}

TEST_CASE("messages and headers that never end disturb nobody") {
  test::stage s;
  good_company good{s};
  good.during([&] {
    std::vector<test::ws_client> strangers;
    const std::string much(64 * 1024, 'x');
    for (std::size_t i = 0; i < 20 * effort; ++i) {
      auto frame = test::ws_client{s.port()}, fragments = test::ws_client{s.port()}, http = knock(s.port());
      frame.send_raw(std::string{"\x81\xff\x00\x00\x00\x00\x00\x0f\x00\x00\0\0\0\0", 14});
      frame.send_raw(much);
      fragments.send_frame(1, much, false);
      for (int piece = 0; piece < 10; ++piece) fragments.send_frame(0, "x", false);
      http.send_raw("GET / HTTP/1.1\r\nUpgrade: web");
      for (auto* c : {&frame, &fragments, &http}) strangers.push_back(std::move(*c));
    }
    // Whoever is served meanwhile has been served beside them.
    CHECK(s.client().result("get.test.good1").find("test.good1") != std::string::npos);
    for (std::size_t i = 0; i < strangers.size(); i += 2) vanish(strangers[i]);
  });
}

TEST_CASE("clients that ask and listen to much but never read are closed, and disturb nobody") {
  actors::settings settings;
  settings.websocket.queued = 256 * 1024;
  test::stage s{settings};
  good_company good{s};
  const auto text = '"' + std::string(64 * 1024, 'x') + '"';
  constexpr std::size_t wide = 16;
  for (std::size_t m = 0; m < wide; ++m) s.model("wide" + std::to_string(m), "{\"text\":" + text + '}');
  const auto served = s.connections();
  good.during([&] {
    crowd slow{s.port(), 4 * effort};
    for (std::size_t c = 0; c < slow.size(); ++c) {
      for (std::size_t m = 0; m < wide; ++m) {
        slow.send(c, request(2, "subscribe.test.wide" + std::to_string(m)));
      }
      // One half is given more answers than it takes, the other more events.
      const bool asks = c % 2;
      for (std::size_t i = 0; i < 200 && asks && try_send(slow[c], request(3, "get.test.narrow")); ++i)
        continue;
    }
    // All of them listen, and to what is known already.
    for (std::size_t m = 0; m < wide; ++m) {
      const auto name = "test.wide" + std::to_string(m);
      s.test.wait_seen("access." + name, slow.size());
      s.client().result("get." + name);
    }
    for (std::size_t i = 0; i < 200; ++i) s.test.event("wide" + std::to_string(i % wide), "surge", text);
    CHECK(test::falls_to(s, served));
  });
}

TEST_CASE("a client with ten thousand subscriptions lets go of them, or vanishes with them, unnoticed") {
  const std::size_t count = 2000 * effort;
  test::stage s;
  good_company good{s};
  std::string hall;
  for (std::size_t i = 0; i < count; ++i) {
    const auto name = "many" + std::to_string(i);
    s.model(name, R"({"n":0})");
    hall += (i ? "," : "") + (R"({"rid":"test.)" + name + "\"}");
  }
  s.collection("hall", '[' + hall + ']');
  const auto requests = [&](const std::string& what) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i)
      all.push_back(request(i, what + ".test.many" + std::to_string(i)));
    return all;
  };
  good.during([&] {
    crowd greedy{s.port(), 2};
    ask(greedy, 0, requests("subscribe"), R"("result":{"models")");
    for (std::size_t i = 0; i < count; ++i) {
      s.test.event("many" + std::to_string(i), "change", R"({"values":{"n":1}})");
    }
    std::size_t changes = 0;
    greedy.listen([&] { return changes == count; },
                  [&](std::size_t, std::string_view text) { changes += text.find("change") != text.npos; });
    // From now on the hall holds them, and lets go of all at once.
    ask(greedy, 0, {request(count, "subscribe.test.hall")}, "collections");
    ask(greedy, 0, requests("unsubscribe"), "\"id\"");
    ask(greedy, 0, {request(count, "unsubscribe.test.hall")}, "\"id\"");
    ask(greedy, 0, requests("subscribe"), R"("n":1)");
    ask(greedy, 1, {request(count, "subscribe.test.hall")}, "collections");
    for (std::size_t c = 0; c < greedy.size(); ++c) vanish(greedy[c]);
  });
}

TEST_CASE("ten thousand requests of a client that nobody answers yet disturb nobody") {
  actors::settings settings;
  settings.request_timeout = std::chrono::seconds{60};
  settings.pending_requests = 2000 * effort;
  test::stage s{settings};
  good_company good{s};
  const auto count = settings.pending_requests;
  const std::string subject = "auth.test.oracle.ask";
  std::vector<std::string> requests;
  for (std::size_t i = 0; i < count; ++i) requests.push_back(request(i, subject));
  good.during([&] {
    crowd patient{s.port(), 1};
    {
      crowd leaving{s.port(), 2};
      for (std::size_t i = 0; i < count; ++i) {
        leaving.send(0, requests[i]);
        // Nobody answers these either: neither the get nor the access.
        leaving.send(1, request(i, "subscribe.test.oracle" + std::to_string(i)));
        patient.send(0, requests[i]);
      }
      s.test.wait_seen(subject, 2 * count);
      s.test.wait_seen("get.test.oracle" + std::to_string(count - 1), 1);
      for (std::size_t c = 0; c < leaving.size(); ++c) vanish(leaving[c]);
    }
    ask(patient, 0, {request(count, subject)}, "system.requestLimitExceeded");
    s.test.on(subject, R"({"result":"yes"})");
    std::vector<int> answers(count, 0);
    std::size_t answered = 0;
    patient.listen([&] { return answered == count; },
                   [&](std::size_t, std::string_view text) {
                     answered += text.find("yes") != text.npos;
                     ++answers.at(static_cast<std::size_t>(number_after(text, "\"id\":")));
                   });
    CHECK(answers == std::vector<int>(count, 1));
  });
}

TEST_CASE("thousands of requests that are late at the same moment are all answered") {
  actors::settings settings;
  settings.request_timeout = std::chrono::seconds{1};
  test::stage s{settings};
  good_company good{s};
  std::vector<std::string> requests;
  for (std::size_t i = 0; i < 1000 * effort; ++i) requests.push_back(request(i, "auth.test.oracle.ask"));
  good.during([&] {
    crowd patient{s.port(), 1};
    ask(patient, 0, requests, "system.timeout");
  });
}

TEST_CASE("a storm of clients that vanish at any point of their beginning disturbs nobody") {
  test::stage s;
  good_company good{s};
  s.model("quick", R"({"n":1})");
  good.during([&] {
    for (std::size_t i = 0; i < 200 * effort; ++i) {
      auto c = i % 5 < 2 ? knock(s.port()) : test::ws_client{s.port()};
      if (i % 5 == 1) c.send_raw("GET / HTTP/1.1\r\nHost: a\r\n");
      if (i % 5 == 3) c.send_text(request(1, "subscribe.test.quick"));
      if (i % 5 == 4) {
        c.send_text(request(1, "subscribe.test.never"));
        c.send_text(request(2, "auth.test.never.login"));
        c.send_close();
      }
      i % 2 ? vanish(c) : c.disconnect();
    }
  });
}
