#include "protocol/node_report.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace actorgate::protocol;
using namespace std::chrono_literals;

namespace {

const node_report sample{.id = "node-1",
                         .version = "1.2.3",
                         .host = "a \"host\"",
                         .pid = 4711,
                         .started = 1'700'000'000'123ms,
                         .clients = "[::]:8080",
                         .inspect = "127.0.0.1:9",
                         .connections = 1,
                         .subscriptions = 9'000'000'000'000u,
                         .resources = 3,
                         .state = node_state::draining,
                         .interval = 5s};

/// A report that is good but for one member.
std::string with(std::string_view key, std::string_view value) {
  std::string text = R"({"id":"a","interval":5000)";
  return text.append(",\"").append(key).append("\":").append(value).append("}");
}

}  // namespace

TEST_CASE("a node's report is read as it was written") {
  CHECK(write_node_report(sample) ==
        R"({"id":"node-1","state":"draining","interval":5000,"connections":1,)"
        R"("subscriptions":9000000000000,"resources":3,"clients":"[::]:8080","inspect":"127.0.0.1:9",)"
        R"("host":"a \"host\"","pid":4711,"started":1700000000123,"version":"1.2.3"})");
  CHECK(read_node_report(write_node_report(sample)) == sample);
  for (const auto state : {node_state::serving, node_state::gone}) {
    auto other = sample;
    other.state = state;
    CHECK(read_node_report(write_node_report(other)) == other);
  }
}

TEST_CASE("a report of a later version may say more") {
  const auto read = read_node_report(with("moon", R"({"phase":["new"]})"));
  REQUIRE(read);
  CHECK(read->id == "a");
  CHECK(read->state == node_state::serving);
}

TEST_CASE("what strangers publish is no report") {
  const std::vector<std::string> strange{
      "",
      "null",
      "[]",
      "{}",
      R"({"id":"a"})",
      R"({"interval":5000})",
      R"({"id":"a","interval":5000)",
      R"({"id":"a","interval":5000}{})",
      with("id", R"("a.b")"),
      with("id", R"("")"),
      with("id", "7"),
      with("interval", "49"),
      with("interval", "3600001"),
      with("interval", "-5000"),
      with("interval", "5e3"),
      with("interval", "99999999999999999999"),
      with("state", R"("asleep")"),
      with("state", "null"),
      with("connections", "-1"),
      with("connections", "1.5"),
      with("resources", "9000000000001"),
      with("resources", "18446744073709551616"),
      with("pid", R"("1")"),
      with("pid", "-7"),
      with("started", "-1"),
      with("started", "9223372036854775807"),
      with("host", R"("line\nbreak")"),
      with("host", "\"\xc3\xa4\""),
      with("host", '"' + std::string(256, 'h') + '"'),
      with("pad", '"' + std::string(4096, 'p') + '"'),
  };
  for (const auto& text : strange) {
    CAPTURE(text);
    CHECK_FALSE(read_node_report(text));
  }
}

TEST_CASE("a node's id is one token of a subject") {
  CHECK(node_subject("node-1") == "actorgate.node.node-1.heartbeat");
  for (const auto* good : {"a", "Node_1-b", "0"}) CHECK(is_valid_node_id(good));
  for (const auto* bad : {"", "a.b", "*", ">", "a b", "a\n", "\xc3\xa4"}) CHECK_FALSE(is_valid_node_id(bad));
  CHECK(is_valid_node_id(std::string(64, 'x')));
  CHECK_FALSE(is_valid_node_id(std::string(65, 'x')));
}
