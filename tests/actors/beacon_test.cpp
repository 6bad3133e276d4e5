#include "actors/beacon.hpp"

#include <doctest/doctest.h>
#include <spdlog/spdlog.h>

#include "stage.hpp"

using namespace actorgate;
using namespace std::chrono_literals;
using protocol::node_report;
using protocol::node_state;
using ids = std::vector<std::string>;

namespace {

actors::settings in_cluster(bool cluster = true) {
  actors::settings s;
  s.node_id = "self";
  s.cluster = cluster;
  s.cluster_heartbeat = 1s;
  s.inspect_address = "127.0.0.1:7";
  return s;
}

/// A node among others, in virtual time.
struct member : test::stage {
  explicit member(const actors::settings& s = in_cluster()) : stage(s) {
    spdlog::set_level(spdlog::level::off);
    actors::tell(book.beacon, actors::start_beacon{
                                  "127.0.0.1:8080", [this](actors::node_list_taker take) {
                                    actors::tell(book.beacon, actors::node_counted{1, 2, 3, draining, take});
                                  }});
    run();
  }
  /// Counts are told to nobody any more.
  ~member() { leave(); }

  void leave() {
    actors::tell(book.beacon, actors::leave_cluster{[this] { left = true; }});
    run();
  }
  /// What it has said since it was asked last.
  std::vector<node_report> said() {
    std::vector<node_report> all;
    for (const auto& message : std::exchange(bus->published, {})) {
      const auto read = protocol::read_node_report(message.data);
      REQUIRE(read);
      CHECK(message.subject == protocol::node_subject(read->id));
      all.push_back(*read);
    }
    return all;
  }
  void hear(const node_report& report) {
    deliver(protocol::node_subject(report.id), protocol::write_node_report(report));
    run();
  }
  /// An interval passes, in which our own report comes back.
  void beat(bool echo = true) {
    pass(1s);
    for (const auto& report : said()) {
      if (echo) hear(report);
    }
  }
  /// Time passes for the clock alone.
  void sleep(std::chrono::milliseconds time) {
    dynamic_cast<caf::scheduler::test_coordinator&>(system->scheduler()).advance_time(time);
    run();
    for (const auto& report : said()) hear(report);
  }
  std::vector<actors::known_node> table() {
    std::vector<actors::known_node> result;
    actors::tell(book.beacon, actors::list_nodes{[&](auto all) { result = std::move(all); }});
    run();
    return result;
  }
  ids known() {
    ids result;
    for (const auto& node : table()) result.push_back(node.report.id);
    return result;
  }

  bool draining = false, left = false;
};

node_report other(std::string id, node_state state = node_state::serving, std::int64_t pid = 1) {
  return {.id = std::move(id), .host = "h", .pid = pid, .started = 5ms, .state = state, .interval = 1s};
}

}  // namespace

TEST_CASE("a node says at once that it is there, and then in every interval") {
  member m;
  auto first = m.said();
  REQUIRE(first.size() == 1);
  CHECK(first[0].id == "self");
  CHECK(first[0].clients == "127.0.0.1:8080");
  CHECK(first[0].inspect == "127.0.0.1:7");
  CHECK(first[0].connections == 0);
  CHECK(first[0].interval == 1s);
  CHECK(first[0].state == node_state::serving);
  CHECK(first[0].pid > 0);
  m.pass(990ms);
  CHECK(m.said().empty());
  m.pass(20ms);
  const auto second = m.said();
  REQUIRE(second.size() == 1);
  CHECK(second[0].connections == 1);
  CHECK(second[0].subscriptions == 2);
  CHECK(second[0].resources == 3);
  m.draining = true;
  m.pass(1s);
  CHECK(m.said().at(0).state == node_state::draining);
}

TEST_CASE("a node that leaves says so, and nothing more") {
  member m;
  m.said();
  m.leave();
  CHECK(m.left);
  const auto last = m.said();
  REQUIRE(last.size() == 1);
  CHECK(last[0].state == node_state::gone);
  CHECK(last[0].connections == 0);
  m.pass(5s);
  CHECK(m.said().empty());
}

TEST_CASE("outside a cluster nothing is said and nobody heard, and the table has the node itself") {
  member m{in_cluster(false)};
  m.pass(3s);
  m.hear(other("a"));
  CHECK(m.bus->quiet());
  CHECK(m.bus->subscriptions.count(std::string{protocol::all_nodes}) == 0);
  const auto all = m.table();
  REQUIRE(all.size() == 1);
  CHECK(all[0].report.id == "self");
  CHECK(all[0].report.resources == 3);
  m.leave();
  CHECK(m.left);
  CHECK(m.bus->quiet());
}

TEST_CASE("the table has the node itself first, and the others that were heard of") {
  member m;
  CHECK(m.bus->subscriptions.count(std::string{protocol::all_nodes}) == 1);
  m.hear(other("b"));
  m.hear(other("a"));
  m.pass(500ms);
  const auto all = m.table();
  CHECK(m.known() == ids{"self", "a", "b"});
  CHECK(all[1].report == other("a"));
  CHECK(all[1].silence == 500ms);
}

TEST_CASE("a node that says that it is gone is forgotten, but not by an old word of its predecessor") {
  member m;
  m.hear(other("a", node_state::serving, 2));
  m.hear(other("a", node_state::gone, 1));
  CHECK(m.known() == ids{"self", "a"});
  m.hear(other("a", node_state::gone, 2));
  CHECK(m.known() == ids{"self"});
  m.hear(other("a", node_state::gone, 2));
  CHECK(m.known() == ids{"self"});
}

TEST_CASE("a node that is silent for three of its own intervals is forgotten") {
  member m;
  m.beat();
  m.hear(other("a"));
  auto slow = other("b");
  slow.interval = 10s;
  m.hear(slow);
  for (int i = 0; i < 3; ++i) m.beat();
  CHECK(m.known() == ids{"self", "a", "b"});
  m.beat();
  CHECK(m.known() == ids{"self", "b"});
  m.hear(other("a"));
  CHECK(m.known() == ids{"self", "a", "b"});
}

TEST_CASE("who does not hear himself knows nothing of the others' silence") {
  member m;
  m.beat();
  m.hear(other("a"));
  for (int i = 0; i < 10; ++i) m.beat(false);
  CHECK(m.known() == ids{"self", "a"});
  for (int i = 0; i < 5; ++i) m.beat();
  CHECK(m.known() == ids{"self"});
}

TEST_CASE("who has slept does not take for silence what has been said meanwhile") {
  member m;
  m.beat();
  m.hear(other("a"));
  m.sleep(10s);
  CHECK(m.known() == ids{"self", "a"});
  for (int i = 0; i < 5; ++i) m.beat();
  CHECK(m.known() == ids{"self"});
}

TEST_CASE("another with our own name is no other node, and a report under a wrong subject is none") {
  member m;
  m.hear(other("self"));
  m.deliver("actorgate.node.b.heartbeat", protocol::write_node_report(other("a")));
  m.deliver("actorgate.node.a.heartbeat", "{}");
  m.run();
  CHECK(m.known() == ids{"self"});
}

TEST_CASE("strangers cannot have more nodes remembered than there is room for") {
  member m;
  for (std::size_t i = 0; i < actors::beacon::max_nodes + 10; ++i) m.hear(other("n" + std::to_string(i)));
  CHECK(m.known().size() == 1 + actors::beacon::max_nodes);
}
