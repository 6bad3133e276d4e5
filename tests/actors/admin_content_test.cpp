#include "actors/admin_content.hpp"

#include <doctest/doctest.h>

#include "cache/resource.hpp"

using namespace actorgate;
using namespace std::chrono_literals;

namespace {

std::string json(protocol::resource_content content) {
  return std::string{cache::resource{std::move(content)}.current()->json};
}

actors::shard_statistics counted(std::uint64_t requests, std::uint64_t events) {
  actors::shard_statistics s;
  s.requests[2] = requests;
  s.http_requests[0] = requests;
  s.events_in = events;
  s.events_out = 2 * events;
  s.bytes_in = s.bytes_out = 100 * events;
  return s;
}

}  // namespace

TEST_CASE("rates are what has been counted since the time before, in each second") {
  actors::rate_meter meter;
  const actors::rate_meter::time start{};
  CHECK(meter.measure(counted(100, 100), start).requests == 0);
  const auto rates = meter.measure(counted(105, 120), start + 2s);
  CHECK(rates.requests == 5);
  CHECK(rates.events_in == 10);
  CHECK(rates.events_out == 20);
  CHECK(rates.bytes_out == 1000);
  CHECK(meter.measure(counted(105, 120), start + 4s).events_in == 0);
  CHECK(meter.measure(counted(200, 200), start + 4s).events_in == 0);
}

TEST_CASE("the model of all nodes refers to each") {
  CHECK(json(actors::nodes_content({})) == "{}");
  CHECK(json(actors::nodes_content({"b", "a"})) ==
        R"({"a":{"rid":"actorgate.node.a"},"b":{"rid":"actorgate.node.b"}})");
}

TEST_CASE("a node tells what it is, what it has, and what it does") {
  actors::node_facts facts;
  facts.self = {.id = "a", .version = "1.2", .host = "vm", .pid = 7, .started = 9ms, .clients = "h:1"};
  facts.report.total = counted(1, 1);
  facts.report.total.websockets = 3;
  facts.report.total.streams = 1;
  facts.report.total.subscriptions = 5;
  facts.report.total.resources = 6;
  facts.rates = {.requests = 1.26, .events_in = 0.04, .events_out = 1234.5, .bytes_in = 10.4, .bytes_out = 0};
  facts.memory = 4096;
  facts.slow = 2;
  CHECK(
      json(actors::node_content(facts)) ==
      R"({"busiestList":{"rid":"actorgate.node.a.busiest","soft":true},"bytesIn":10,"bytesOut":0,"clients":"h:1",)"
      R"("connectionList":{"rid":"actorgate.node.a.connections","soft":true},"connections":4,"eventsIn":0,)"
      R"("eventsOut":1234.5,"host":"vm","id":"a","inspect":"","memory":4096,"pid":7,"requests":1.3,"resources":6,)"
      R"("slow":2,"started":9,"state":"serving","subscriptions":5,"version":"1.2"})");
  facts.report.draining = true;
  CHECK(json(actors::node_content(facts)).find(R"("state":"draining")") != std::string::npos);
}

TEST_CASE("clients and busy resources are data, in their order") {
  inspection::connection_row row;
  row.cid = "c1";
  row.kind = "websocket";
  row.address = "127.0.0.1:5";
  row.queued_bytes = 9;
  row.subscriptions = 2;
  row.pending = 1;
  row.has_token = true;
  row.token_id = "t1";
  CHECK(
      json(actors::clients_content({row})) ==
      R"([{"data":{"id":"c1","kind":"websocket","address":"127.0.0.1:5","queued":9,"subscriptions":2,"pending":1}}])");
  CHECK(json(actors::busiest_content({{"b", 2.5, 3}, {"a\"", 1, 0}})) ==
        R"([{"data":{"name":"b","events":2.5,"clients":3}},{"data":{"name":"a\"","events":1,"clients":0}}])");
}
