// Several gateways as processes of their own, and what becomes of their clients when one of them, or NATS,
// goes.
#include <array>
#include <map>

#include <doctest/doctest.h>

#include "tests/gateway/crowd.hpp"
#include "tests/main/cluster_world.hpp"
#include "tests/support/tcp_link.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

constexpr std::size_t each = 10;
constexpr int steps = 400;

/// Three gateways at one NATS, a service that has something to say all the time, and clients everywhere.
struct world {
  nats_server nats;
  busy_service busy{nats.url()};
  std::array<node, 3> nodes{node{"one", nats.url()}, node{"two", nats.url()}, node{"three", nats.url()}};
  travellers all{{nodes[0].port(), nodes[1].port(), nodes[2].port()}, each};

  void go_on(int count = steps) {
    for (int i = 0; i < count; ++i) {
      busy.step();
      all.catch_up();
    }
  }
};

}  // namespace

TEST_CASE(
    "clients of three gateways at three NATS servers see the events of each resource in the same order") {
  constexpr std::size_t models = 4;
  const long events = 100 * static_cast<long>(effort);
  nats_cluster nats;
  service test{nats[0].url(), "test"};
  std::vector<std::string> names;
  for (std::size_t m = 0; m < models; ++m) {
    names.push_back("m" + std::to_string(m));
    test.on("access.test." + names[m], R"({"result":{"get":true}})");
    test.on("get.test." + names[m], R"({"result":{"model":{"n":0}}})");
  }
  const std::array<node, 3> nodes{node{"one", nats[0].url()}, node{"two", nats[1].url()},
                                  node{"three", nats[2].url()}};
  crowd all;
  for (const auto& n : nodes) all.join(n.port(), each);
  std::size_t ready = 0;
  for (std::size_t c = 0; c < all.size(); ++c) {
    for (const auto& name : names) all.send(c, R"({"id":2,"method":"subscribe.test.)" + name + "\"}");
  }
  all.listen([&] { return ready == all.size() * models; },
             [&](std::size_t, std::string_view text) { ready += text.find("models") != text.npos; });
  for (long n = 1; n <= events; ++n) {
    for (const auto& name : names) test.event(name, "said", std::to_string(n));
  }
  std::vector<std::array<long, models>> last(all.size());
  std::size_t heard = 0, wrong = 0;
  all.listen([&] { return heard == all.size() * models * static_cast<std::size_t>(events); },
             [&](std::size_t c, std::string_view text) {
               auto& before = last[c].at(static_cast<std::size_t>(number_after(text, "test.m")));
               wrong += number_after(text, R"("data":)") != ++before;
               ++heard;
             });
  CHECK(wrong == 0);
}

TEST_CASE("a gateway is killed under load: its clients find all that is true at the others") {
  world w;
  REQUIRE(w.all.get_to_know(w.busy));
  for (const auto other : {0u, 2u}) REQUIRE(w.nodes[other].comes_to_say("node two is there"));
  w.go_on();
  w.nodes[1].crash();
  w.go_on();
  CHECK(w.all.get_to_know(w.busy));
  CHECK(w.all.moves() == each);
  CHECK(w.all.at(w.nodes[1].port()) == 0);
  CHECK(w.all.complaints().empty());
  CHECK(w.nodes[0].comes_to_say("node two is missing"));
  CHECK(w.nodes[2].comes_to_say("node two is missing"));
}

TEST_CASE("a gateway is drained under load: its clients find all that is true at the others") {
  world w;
  REQUIRE(w.all.get_to_know(w.busy));
  REQUIRE(w.nodes[0].comes_to_say("node two is there"));
  w.go_on();
  w.nodes[1].gateway.ask_to_end();
  CHECK(becomes([&] {
    w.go_on(1);
    return w.all.at(w.nodes[1].port()) == 0;
  }));
  CHECK(w.nodes[1].gateway.runs.wait() == 0);
  w.go_on();
  CHECK(w.all.get_to_know(w.busy));
  CHECK(w.all.moves() == each);
  CHECK(w.all.complaints().empty());
  CHECK(w.nodes[0].comes_to_say("node two is draining"));
  CHECK(w.nodes[0].comes_to_say("node two has gone"));
}

TEST_CASE("a NATS server of three dies under load: no client is lost, and all know what is true") {
  nats_cluster nats;
  std::array<node, 3> nodes{node{"one", nats.urls(0)}, node{"two", nats.urls(1)},
                            node{"three", nats.urls(2)}};
  auto& dying = nats.of(nodes[1]);
  // The service is at another one: or what it says may be lost.
  auto& surviving = &dying == &nats[0] ? nats[1] : nats[0];
  busy_service busy{surviving.url()};
  travellers all{{nodes[0].port(), nodes[1].port(), nodes[2].port()}, each};
  REQUIRE(all.get_to_know(busy));
  const auto go_on = [&] {
    for (int i = 0; i < steps; ++i) {
      busy.step();
      all.catch_up();
    }
  };
  go_on();
  dying.stop();
  go_on();
  CHECK(nodes[1].becomes_ready());
  CHECK(all.get_to_know(busy));
  CHECK(nodes[1].gateway.says("all cached resources are fetched anew"));
  // Now that of the service, which has to say that words of its may be lost.
  surviving.stop();
  go_on();
  busy.reset();
  for (const auto& n : nodes) CHECK(n.becomes_ready());
  CHECK(all.get_to_know(busy));
  CHECK(all.moves() == 0);
  CHECK(all.complaints().empty());
}

TEST_CASE("a gateway that is cut off from NATS is not ready, and its clients catch up when it is back") {
  nats_server nats;
  tcp_link link{nats.port()};
  busy_service busy{nats.url()};
  const node near{"near", nats.url()}, far{"far", "nats://127.0.0.1:" + std::to_string(link.port())};
  travellers all{{near.port(), far.port()}, each};
  REQUIRE(all.get_to_know(busy));
  REQUIRE(near.comes_to_say("node far is there"));
  link.cut();
  CHECK(far.becomes_ready(false));
  CHECK(near.is_ready());
  for (int i = 0; i < steps; ++i) {
    busy.step();
    all.catch_up();
  }
  CHECK(near.comes_to_say("node far is missing"));
  link.mend();
  CHECK(far.becomes_ready());
  CHECK(all.get_to_know(busy));
  CHECK(all.moves() == 0);
  CHECK(all.complaints().empty());
}

TEST_CASE("nodes see each other come, go, and be missing") {
  nats_server nats;
  const node one{"one", nats.url()};
  node two{"two", nats.url()};
  CHECK(one.comes_to_say("node two is there"));
  CHECK(two.comes_to_say("node one is there"));
  two.end();
  CHECK(one.comes_to_say("node two has gone"));
  node three{"three", nats.url()};
  CHECK(one.comes_to_say("node three is there"));
  three.crash();
  CHECK(one.comes_to_say("node three is missing"));
}

TEST_CASE("a service hears of the connections of a node, and that the node is silent after a crash") {
  nats_server nats;
  service listener{nats.url(), "listener"};
  for (const auto* subject : {"conn.*.connect", "actorgate.node.*.heartbeat"}) listener.listen(subject);
  listener.flush();
  const auto heartbeat_of = [](const std::string& name) { return "actorgate.node." + name + ".heartbeat"; };
  node doomed{"doomed", nats.url(), {"--connection-events"}};
  const node other{"other", nats.url(), {"--connection-events"}};
  const res_client c{doomed.port()};
  for (;;) {
    const auto heard = listener.take_next();
    if (heard.subject.ends_with(".heartbeat")) continue;
    CHECK(heard.payload == R"({"node":"doomed"})");
    break;
  }
  listener.wait_seen(heartbeat_of("doomed"), 2);
  doomed.crash();
  listener.flush();
  const auto last = listener.seen(heartbeat_of("doomed"));
  // As long as the other one speaks, the service does not miss anything.
  listener.wait_seen(heartbeat_of("other"), listener.seen(heartbeat_of("other")) + 3);
  CHECK(listener.seen(heartbeat_of("doomed")) == last);
}

TEST_CASE("one inspector knows of all gateways, and each of them can be asked by way of it") {
  const nats_server nats;
  const auto port_one = free_port(), port_two = free_port();
  const node one{"one", nats.url(), {"--inspect-port", std::to_string(port_one)}};
  const node two{"two", nats.url(), {"--inspect-port", std::to_string(port_two)}};
  const node three{"three", nats.url()};
  CHECK(one.comes_to_say("node two is there"));
  CHECK(one.comes_to_say("node three is there"));
  const auto inspect = [&](arguments words) {
    words.insert(words.begin(), {"inspect", "--json", "--port", std::to_string(port_one)});
    process p(words, {{"TSAN_OPTIONS", "report_bugs=0"}});
    CHECK(p.wait() == 0);
    return std::pair{p.output(), p.errors()};
  };

  const auto known = inspect({"nodes"}).first;
  CHECK(json_at(known, "/items/0/node") == R"("one")");
  CHECK(json_at(known, "/items/1/node") == R"("three")");
  CHECK(json_at(known, "/items/1/inspect") == R"("")");
  CHECK(json_at(known, "/items/2/node") == R"("two")");
  CHECK(json_at(known, "/items/2/inspect") == "\"127.0.0.1:" + std::to_string(port_two) + '"');

  const auto [answers, errors] = inspect({"--cluster", "summary"});
  CHECK(answers.starts_with(R"({"node":"one","answer":{"node":"one")"));
  CHECK(contains(answers,
                 "\n"
                 R"({"node":"two","answer":{"node":"two")"));
  CHECK(!contains(answers, R"("node":"three")"));
  CHECK(contains(errors, "node three: it has no inspector"));

  // What is met where another machine says that it listens may be a gateway of this one.
  service stranger{nats.url(), "stranger"};
  stranger.publish("actorgate.node.four.heartbeat", R"({"id":"four","interval":5000,"inspect":"127.0.0.1:)" +
                                                        std::to_string(port_two) + "\"}");
  CHECK(one.comes_to_say("node four is there"));
  const auto [others, why] = inspect({"--cluster", "summary"});
  CHECK(!contains(others, R"("node":"four")"));
  CHECK(contains(why, "another node is met there: two"));
}
