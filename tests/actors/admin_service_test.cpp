#include "actors/admin_service.hpp"

#include <algorithm>

#include <doctest/doctest.h>
#include <spdlog/spdlog.h>

#include "stage.hpp"

using namespace actorgate;
using namespace std::chrono_literals;

namespace {

actors::settings administered() {
  actors::settings s;
  s.node_id = "one";
  s.cluster_heartbeat = 1s;
  s.admin = {true, {"auth.operator", "may"}, 2s};
  return s;
}

/// What a node says of itself on NATS, in virtual time.
struct node : test::stage {
  node() : stage(administered()) {
    spdlog::set_level(spdlog::level::off);
    list("one");
    actors::tell(book.admin, actors::start_admin{[this](auto take) { take(counted); }});
    run();
  }
  ~node() { actors::tell(book.admin, actors::start_admin{nullptr}); }

  void list(const std::string& id, bool is_there = true) {
    protocol::node_report report;
    report.id = id;
    report.host = "vm";
    actors::tell(book.admin, actors::node_listed{report, is_there});
    run();
  }
  /// What it has published since it was asked last: subject and payload.
  std::vector<std::string> said() {
    std::vector<std::string> all;
    for (const auto& message : std::exchange(bus->published, {})) {
      all.push_back(message.subject + ' ' + message.data);
    }
    return all;
  }
  /// What it answers to a get request.
  std::string get(const std::string& name) {
    said();
    request("get." + name, "{}", "reply");
    run();
    const auto answer = bus->take();
    CHECK(answer.subject == "reply");
    return answer.data;
  }

  actors::gateway_report counted;
};

using lines = std::vector<std::string>;

const std::string own = "actorgate.node.one";

}  // namespace

TEST_CASE("a node that starts has what is known of it asked anew, and that of all when it knows them") {
  node n;
  CHECK(n.said() == lines{R"(event.actorgate.nodes.change {"values":{"one":{"rid":"actorgate.node.one"}}})",
                          R"(system.reset {"resources":["actorgate.node.one","actorgate.node.one.*"],)"
                          R"("access":["actorgate.node.one","actorgate.node.one.*"]})"});
  n.pass(1250ms);
  CHECK(n.said() ==
        lines{R"(system.reset {"resources":["actorgate.node.one","actorgate.node.one.*","actorgate.nodes"],)"
              R"("access":["actorgate.node.one","actorgate.node.one.*","actorgate.nodes"]})"});
}

TEST_CASE("who asks a node for all of them before it can know them is answered when it does") {
  node n;
  CHECK(n.get("actorgate.nodes") == R"(timeout:"2250")");
  n.list("two");
  n.said();
  n.pass(1250ms);
  CHECK(
      n.said().front() ==
      R"(reply {"result":{"model":{"one":{"rid":"actorgate.node.one"},"two":{"rid":"actorgate.node.two"}}}})");
  CHECK(n.get("actorgate.nodes").starts_with(R"({"result":{"model":{"one")"));
}

TEST_CASE("nodes that come and go are told as they do, once") {
  node n;
  n.said();
  n.list("two");
  n.list("two");
  CHECK(n.said() == lines{R"(event.actorgate.nodes.change {"values":{"two":{"rid":"actorgate.node.two"}}})"});
  n.list("two", false);
  n.list("two", false);
  CHECK(n.said() == lines{R"(event.actorgate.nodes.change {"values":{"two":{"action":"delete"}}})"});
}

TEST_CASE("as long as nobody has asked for it, a node says nothing of what it does") {
  node n;
  n.pass(2s);
  n.said();
  n.counted.total.websockets = 3;
  n.pass(2s);
  CHECK(n.said().empty());
  CHECK(n.get(own).find(R"("connections":3)") != std::string::npos);
  n.said();
  n.counted.total.websockets = 4;
  n.pass(2s);
  const auto told = n.said();
  REQUIRE(told.size() == 1);
  CHECK(told[0].starts_with("event.actorgate.node.one.change "));
  CHECK(told[0].find(R"("connections":4)") != std::string::npos);
  CHECK(told[0].find("host") == std::string::npos);
}

TEST_CASE("resources that it does not have are not found") {
  node n;
  const auto missing = R"({"error":{"code":"system.notFound","message":"Not found"}})";
  CHECK(n.get(own + ".other") == missing);
  CHECK(n.get(own + ".connections") == R"({"result":{"collection":[]}})");
  CHECK(n.get(own + ".busiest") == R"({"result":{"collection":[]}})");
}

TEST_CASE("the most frequent of services' events are told, and none of the gateways' own") {
  node n;
  n.get(own);
  auto& log = n.new_log();
  const auto client = n.connect(log);
  n.subscribe(0, client, 1, "demo.clock");
  n.subscribe(1, client, 2, "actorgate.node.two");
  n.run();
  for (int i = 0; i < 8; ++i) {
    n.deliver("event.demo.clock.tick", "{}");
    n.deliver("event.actorgate.node.two.tick", "{}");
  }
  n.run();
  n.said();
  n.pass(2s);
  lines told;
  for (const auto& line : n.said()) {
    if (line.find(".busiest.") != std::string::npos) told.push_back(line);
  }
  CHECK(
      told ==
      lines{
          R"(event.actorgate.node.one.busiest.add {"idx":0,"value":{"data":{"name":"demo.clock","events":2,"clients":1}}})"});
}

TEST_CASE("a service is asked with the client's token, and its silence is a no") {
  node n;
  n.said();
  n.request("access." + own, R"({"token":{"a":1},"cid":"c1"})", "reply");
  n.run();
  const auto asked = n.bus->take();
  CHECK(asked.subject == "call.auth.operator.may");
  CHECK(asked.data == R"({"token":{"a":1},"cid":"c1","params":{"rid":"actorgate.node.one"}})");
  n.pass(4s);
  const auto told = n.said();
  CHECK(std::ranges::find(told, R"(reply {"result":{"get":false}})") != told.end());
}

TEST_CASE("no more requests are under way to the service than it may have") {
  node n;
  n.said();
  for (std::size_t i = 0; i <= actors::admin_service::max_waiting; ++i) {
    n.request("access." + own, R"({"token":1,"cid":"c1"})", "reply");
  }
  n.run();
  const auto told = n.said();
  CHECK(told.size() == actors::admin_service::max_waiting + 1);
  CHECK(std::ranges::count(told, R"(reply {"result":{"get":false}})") == 1);
}
