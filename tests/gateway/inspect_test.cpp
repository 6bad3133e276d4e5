#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "tests/gateway/inspection.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

const i::subscription_row& row_of(const i::connection_detail& told, const std::string& rid) {
  const auto found = std::ranges::find(told.items, rid, &i::subscription_row::rid);
  if (found == told.items.end()) throw std::runtime_error("no subscription to " + rid);
  return *found;
}

}  // namespace

TEST_CASE("the summary counts what there is, by shard and in all") {
  stage s(inspected());
  s.model("model", R"({"a":1})");
  auto one = s.client(), two = s.client(), idle = s.client({});
  one.result("subscribe.test.model");
  two.result("subscribe.test.model");
  inspecting_program program(s.inspection_port());
  const auto told = program.ask(i::get_summary{});
  CHECK(told.websockets == 3);
  CHECK(told.subscriptions == 2);
  CHECK(told.resources == 1);
  CHECK(told.nats_subscriptions == 4);
  CHECK(told.pending_requests == 0);
  CHECK(told.nats_connected);
  CHECK_FALSE(told.draining);
  CHECK(told.memory_bytes > 0);
  CHECK_FALSE(told.node.empty());
  CHECK(told.program.starts_with("actorgate "));
  REQUIRE(told.shards.size() == 2);
  CHECK(told.shards[0].connections + told.shards[1].connections == 3);
  CHECK(told.shards[0].entries + told.shards[1].entries == 1);
  // It is counted when it is over, behind the answer.
  CHECK(comes_true([&] { return program.ask(i::get_summary{}).visits >= 2; }));
}

TEST_CASE("actors are counted by kind, with what they have done") {
  stage s(inspected());
  s.model("model", R"({"a":1})");
  auto c = s.client();
  c.result("subscribe.test.model");
  inspecting_program program(s.inspection_port());
  const auto told = program.ask(i::list_actors{});
  const auto row = [&](const std::string& kind) {
    const auto found = std::ranges::find(told.items, kind, &i::actor_row::kind);
    return found == told.items.end() ? i::actor_row{} : *found;
  };
  CHECK(row("connection").count == 1);
  CHECK(row("hub").count == 2);
  CHECK(row("cache_directory").count == 2);
  CHECK(row("cache_entry").count == 1);
  CHECK(row("nats_subscription").count == 1);
  CHECK(row("nats_gateway").count == 1);
  CHECK(row("cache_entry").messages > 0);
  CHECK(row("cache_entry").runs > 0);
  CHECK(row("cache_entry").deepest > 0);
  CHECK(row("cache_entry").bytes > 100);
  CHECK(row("relay").count == 1);
}

TEST_CASE("a connection is shown with who it is and what it has, but never its token") {
  stage s(inspected());
  s.model("parent", R"({"child":{"rid":"test.child"}})");
  s.model("child", R"({"a":1})");
  auto c = s.client("1.2.1");
  c.result("subscribe.test.parent");
  c.result("subscribe.test.parent");
  s.token(c, R"({"token":{"secret":"s3cr3t"},"tid":"ann"})");
  const auto cid = s.cid(c);
  inspecting_program program(s.inspection_port());
  const auto told = program.ask(i::get_connection{cid, {}, 0});
  CHECK(told.connection.cid == cid);
  CHECK(told.connection.kind == "websocket");
  CHECK(told.connection.address.starts_with("127.0.0.1:"));
  CHECK(told.connection.protocol == "1.2.1");
  CHECK(told.connection.subscriptions == 2);
  CHECK(told.connection.has_token);
  CHECK(told.connection.token_id == "ann");
  CHECK(told.connection.pending == 0);
  CHECK(told.connection.age_s < 60);
  REQUIRE(told.items.size() == 2);
  CHECK(row_of(told, "test.parent").direct == 2);
  CHECK(row_of(told, "test.parent").indirect == 0);
  CHECK(row_of(told, "test.parent").state == "sent");
  CHECK(row_of(told, "test.child").direct == 0);
  CHECK(row_of(told, "test.child").indirect == 1);
  CHECK(caf::deep_to_string(told).find("s3cr3t") == std::string::npos);
}

TEST_CASE("a connection is found that services have never heard of") {
  stage s(inspected());
  auto idle = s.client({});
  inspecting_program program(s.inspection_port());
  REQUIRE(comes_true([&] { return program.ask(i::get_summary{}).websockets == 1; }));
  const auto all = program.all(i::list_connections{});
  REQUIRE(all.size() == 1);
  CHECK(program.ask(i::get_connection{all[0].cid, {}, 0}).connection.cid == all[0].cid);
  CHECK(program.refusal(i::get_connection{"nobody", {}, 0}) == "there is no such connection");
}

TEST_CASE("connections are listed in pages, filtered, each once") {
  stage s(inspected());
  std::vector<res_client> clients;
  for (int n = 0; n < 25; ++n) clients.push_back(s.client());
  s.token(clients[7], R"({"token":1,"tid":"number-seven"})");
  inspecting_program program(s.inspection_port());
  REQUIRE(comes_true([&] { return program.ask(i::get_summary{}).websockets == 25; }));
  std::set<std::string> cids;
  for (const auto& row : program.all(i::list_connections{{}, 3, {}}, 3)) cids.insert(row.cid);
  CHECK(cids.size() == 25);
  const auto page = program.ask(i::list_connections{{}, 3, {}});
  CHECK(page.items.size() <= 3);
  CHECK(page.more);
  const auto some = program.all(i::list_connections{{}, 0, "number-seven"});
  REQUIRE(some.size() == 1);
  CHECK(some[0].cid == s.cid(clients[7]));
  CHECK(program.refusal(i::list_connections{{9, {}}, 0, {}}) == "there is no such shard");
}

TEST_CASE("entries are listed in pages, and what comes and goes in between makes no difference to the rest") {
  stage s(inspected());
  auto c = s.client();
  for (int n = 0; n < 500; ++n) {
    const auto name = "item" + std::to_string(n);
    s.model(name, R"({"a":1})");
    c.result("subscribe.test." + name);
  }
  inspecting_program program(s.inspection_port());
  CHECK(program.ask(i::list_entries{}).items.size() <= 200);
  std::multiset<std::string> names;
  i::list_entries q{{}, 40, {}};
  for (bool more = true; more;) {
    auto page = program.ask(q);
    CHECK(page.complete);
    for (const auto& row : page.items) names.insert(row.name);
    // The list must go on even if where it was is gone.
    if (!page.items.empty() && names.size() < 100) {
      const auto last = page.items.back().name;
      c.result("unsubscribe." + last);
      CHECK(comes_true(
          [&] { return program.refusal(i::drop_entry{last}) != "it is in use; it may be refetched"; }));
      names.erase(last);
      names.insert(last);
    }
    more = page.more;
    q.from = page.next;
  }
  CHECK(names.size() == 500);
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == 500);
  const auto some = program.all(i::list_entries{{}, 0, "item49"});
  CHECK(std::ranges::all_of(some, [](const auto& row) { return row.name.starts_with("test.item49"); }));
  CHECK(some.size() >= 10);
}

TEST_CASE("an entry is shown with its queries, its subscribers on each shard, and its events") {
  stage s(inspected());
  s.access("found");
  s.test.on("get.test.found", R"({"result":{"collection":[1,2,3],"query":"q=a"}})");
  std::vector<res_client> clients;
  for (int n = 0; n < 6; ++n) clients.push_back(s.client());
  for (auto& c : clients) c.result("subscribe.test.found?q=a");
  clients[0].result("subscribe.test.found?q=A");
  inspecting_program program(s.inspection_port());
  const auto told = program.ask(i::get_entry{"test.found"});
  CHECK(told.entry.type == "collection");
  CHECK(told.entry.state == "loaded");
  CHECK(told.entry.resources == 1);
  CHECK(told.entry.queries == 2);
  CHECK(told.entry.bytes == 7);
  CHECK(told.entry.events == 0);
  CHECK(told.entry.quiet_s == -1);
  REQUIRE(told.links.size() == 2);
  CHECK(std::ranges::all_of(told.links, [](const auto& l) { return l.normalised == "q=a"; }));
  REQUIRE(told.subscribers.size() == 2);
  CHECK(told.subscribers[0].clients + told.subscribers[1].clients == 7);
  s.test.event("found", "custom", "1");
  REQUIRE(comes_true([&] { return program.ask(i::get_entry{"test.found"}).entry.events == 1; }));
  CHECK(program.ask(i::get_entry{"test.found"}).entry.quiet_s >= 0);
  CHECK(program.refusal(i::get_entry{"test.nothing"}) == "nothing is cached under that name");
}

TEST_CASE("the version of a resource counts its changes") {
  stage s(inspected());
  s.model("counted", R"({"a":1})");
  auto c = s.client();
  c.result("subscribe.test.counted");
  s.test.event("counted", "change", R"({"values":{"a":2}})");
  s.test.event("counted", "change", R"({"values":{"a":2}})");  // no change
  s.test.event("counted", "change", R"({"values":{"b":1}})");
  s.test.event("counted", "custom", "1");
  inspecting_program program(s.inspection_port());
  REQUIRE(comes_true([&] { return program.ask(i::get_entry{"test.counted"}).entry.events == 4; }));
  CHECK(program.ask(i::get_entry{"test.counted"}).links.at(0).version == 2);
}

TEST_CASE("an entry that nobody uses is idle, and one that is asked for is requested") {
  stage s(inspected());
  s.model("idle", R"({"a":1})");
  s.access("slow");
  auto c = s.client();
  c.result("subscribe.test.idle");
  c.result("unsubscribe.test.idle");
  const auto id = c.send_request("subscribe.test.slow");
  const auto get = s.test.take("get.test.slow");
  inspecting_program program(s.inspection_port());
  REQUIRE(comes_true([&] { return program.ask(i::get_entry{"test.idle"}).entry.state == "idle"; }));
  CHECK(program.ask(i::get_entry{"test.idle"}).links.at(0).idle_s >= 0);
  const auto told = program.ask(i::get_entry{"test.slow"});
  CHECK(told.entry.state == "requested");
  CHECK(told.requests == 1);
  get.result(R"({"model":{}})");
  result_of(c, id);
}

TEST_CASE("NATS subscriptions and unanswered requests are listed, with their age and for whom they are") {
  stage s(inspected());
  s.model("model", R"({"a":1})");
  auto c = s.client();
  c.result("subscribe.test.model");
  const auto id = c.send_request("call.test.model.slow");
  const auto call = s.test.take("call.test.model.slow");
  inspecting_program program(s.inspection_port());
  std::vector<std::string> subjects;
  for (const auto& row : program.all(i::list_subscriptions{})) subjects.push_back(row.subject);
  CHECK(subjects.size() == 4);
  CHECK(std::ranges::find(subjects, "event.test.model.*") != subjects.end());
  CHECK(std::ranges::find(subjects, "system.*") != subjects.end());
  CHECK(program.all(i::list_subscriptions{{}, 0, "test.model"}).size() == 1);
  const auto requests = program.all(i::list_requests{});
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].type == "call");
  CHECK(requests[0].name == "test.model");
  CHECK(requests[0].state == "sent");
  CHECK(requests[0].age_ms >= 0);
  call.result("null");
  result_of(c, id);
  CHECK(requests[0].cid == s.cid(c));
}

TEST_CASE("why: the references that keep a resource lead back to a direct subscription") {
  stage s(inspected());
  s.model("a", R"({"next":{"rid":"test.b"}})");
  s.model("b", R"({"next":{"rid":"test.c"},"back":{"rid":"test.a"}})");
  s.model("c", R"({"value":1})");
  s.access("a", R"({"get":true,"call":"set,add"})");
  auto c = s.client();
  c.result("subscribe.test.a");
  const auto cid = s.cid(c);
  inspecting_program program(s.inspection_port());
  const auto told = program.ask(i::explain{cid, "test.c"});
  CHECK(told.subscribed);
  CHECK(told.path == std::vector<std::string>{"test.a", "test.b", "test.c"});
  CHECK(told.searched_all);
  CHECK(told.subscription.indirect == 1);
  CHECK(told.subscription.access == "unknown");
  const auto root = program.ask(i::explain{cid, "test.a"});
  CHECK(root.path == std::vector<std::string>{"test.a"});
  CHECK(root.subscription.access == "granted");
  CHECK(root.may_get);
  CHECK(root.may_call == "set,add");
  CHECK_FALSE(program.ask(i::explain{cid, "test.d"}).subscribed);
}

TEST_CASE("why: events are held until what they wait for has come") {
  stage s(inspected());
  s.model("a", R"({"value":1})");
  s.access("slow");
  auto c = s.client();
  c.result("subscribe.test.a");
  const auto cid = s.cid(c);
  s.test.event("a", "change", R"({"values":{"next":{"rid":"test.slow"}}})");
  const auto get = s.test.take("get.test.slow");
  s.test.event("a", "custom", "1");
  inspecting_program program(s.inspection_port());
  REQUIRE(comes_true([&] { return !program.ask(i::explain{cid, "test.a"}).held_items.empty(); }));
  const auto told = program.ask(i::explain{cid, "test.a"});
  CHECK(told.held_items == std::vector<std::string>{"event custom"});
  CHECK(told.waits == std::vector<std::string>{"references of an event"});
  CHECK(told.subscription.held == 1);
  CHECK(program.ask(i::explain{cid, "test.slow"}).waits == std::vector<std::string>{"the resource"});
  get.result(R"({"model":{}})");
  CHECK(text_at(next(c), "/event") == "test.a.change");
  CHECK(text_at(next(c), "/event") == "test.a.custom");
}
