// The gateway as a RES resource, behind the gateway.
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "stage.hpp"
#include "tests/gateway/http_stage.hpp"

using namespace actorgate;
using namespace actorgate::test;
using namespace std::chrono_literals;

namespace {

const std::string token = R"({"role":"operator","secret":"x1"})";

actors::settings administered(std::string id, actors::auth_method access = {"test.admin", "may"}) {
  actors::settings s;
  s.node_id = std::move(id);
  s.cluster = true;
  s.cluster_heartbeat = 100ms;
  s.admin = {true, std::move(access), 20ms};
  return s;
}

/// A gateway of two shards, and a NATS of its own; the method lets everybody in who has a token.
struct world {
  explicit world(const actors::settings& settings = administered("one")) : s{settings, nats} {
    s.method("admin", "may", R"({"get":true})");
  }
  /// Somebody who has logged in.
  res_client operator_client() {
    auto c = s.client();
    s.token(c, R"({"token":)" + token + "}");
    return c;
  }
  /// Ready when it is known to be there.
  std::unique_ptr<actors::gateway> another(const std::string& id);

  nats_server nats;
  stage s;
};

/// Hears events until one of that resource has something at that pointer that is true; returns it.
template <class F>
std::string hear_if(res_client& c, const std::string& event, const std::string& pointer, F is_it) {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto e = c.next_event();
    const auto there = text_at(e, "/event") == event ? json_at(e, "/data" + pointer) : std::string{};
    if (!there.empty() && is_it(there)) return e;
    if (std::chrono::steady_clock::now() > end) FAIL("nothing of the kind has come: " << event << pointer);
  }
}
std::string hear(res_client& c, const std::string& event, const std::string& pointer,
                 const std::string& expected) {
  return hear_if(c, event, pointer, [&](const std::string& there) { return there == expected; });
}

const std::string nodes = "actorgate.nodes", one = "actorgate.node.one";

std::unique_ptr<actors::gateway> world::another(const std::string& id) {
  auto fresh =
      std::make_unique<actors::gateway>(gateway_options(administered(id), nats), [](const std::string&) {});
  auto c = operator_client();
  if (json_at(c.result("subscribe." + nodes), "/models/" + nodes + '/' + id).empty()) {
    hear(c, nodes + ".change", "/values/" + id + "/rid", "\"actorgate.node." + id + '"');
  }
  return fresh;
}

}  // namespace

TEST_CASE("who has no token may not see the gateway, and no service is asked") {
  world w;
  auto c = w.s.client();
  for (const auto& rid : {nodes, one, one + ".connections", one + ".busiest", one + ".nothing"}) {
    CHECK(c.error_code("subscribe." + rid) == "system.accessDenied");
  }
  CHECK(w.s.test.seen("call.test.admin.may") == 0);
}

TEST_CASE("without a method nobody may see it") {
  world w{administered("one", {})};
  auto c = w.operator_client();
  CHECK(c.error_code("subscribe." + nodes) == "system.accessDenied");
  CHECK(c.error_code("subscribe." + one) == "system.accessDenied");
}

TEST_CASE("the method decides, by token and resource, and by a yes alone") {
  world w;
  for (const auto* no :
       {R"({"result":{"get":false}})", R"({"result":null})", R"({"result":true})", R"({"result":{}})", "{}",
        R"({"error":{"code":"system.internalError","message":"x"}})"}) {
    CAPTURE(no);
    w.s.test.on("call.test.admin.may", no);
    auto c = w.operator_client();
    CHECK(c.error_code("subscribe." + nodes) == "system.accessDenied");
  }
  w.s.test.off("call.test.admin.may");
  auto c = w.operator_client();
  const auto wanted = c.send_request("subscribe." + one);
  const auto asked = w.s.test.take("call.test.admin.may");
  asked.reply(R"({"result":{"get":true}})");
  result_of(c, wanted);
  CHECK(json_at(asked.payload, "/token") == canonical(token));
  CHECK(text_at(asked.payload, "/cid") == w.s.cid(c));
  CHECK(text_at(asked.payload, "/params/rid") == one);
}

TEST_CASE("a token that is taken back takes the view with it") {
  world w;
  auto c = w.operator_client();
  c.result("subscribe." + one);
  w.s.token(c, R"({"token":null})");
  for (;;) {
    if (text_at(c.next_event(), "/event") == one + ".unsubscribe") break;
  }
}

TEST_CASE("a gateway whose own resources are not asked for answers nothing else") {
  world w;
  auto c = w.operator_client();
  CHECK(c.error_code("subscribe." + one + ".nothing") == "system.notFound");
  CHECK(c.error_code("subscribe.actorgate.node.two") == "system.notFound");
}

TEST_CASE("all nodes are there with what they say of themselves") {
  world w;
  auto c = w.operator_client();
  const auto told = c.result("subscribe." + nodes);
  CHECK(json_at(told, "/models/actorgate.nodes/one/rid") == '"' + one + '"');
  const auto node = json_at(told, "/models/" + one);
  CHECK(text_at(node, "/id") == "one");
  CHECK(text_at(node, "/state") == "serving");
  CHECK(text_at(node, "/clients") == "127.0.0.1:" + std::to_string(w.s.port()));
  CHECK(json_at(node, "/connectionList") == R"({"rid":"actorgate.node.one.connections","soft":true})");
  CHECK(json_at(node, "/busiestList/rid") == R"("actorgate.node.one.busiest")");
  for (const auto* member :
       {"/version", "/host", "/pid", "/started", "/connections", "/subscriptions", "/resources", "/slow",
        "/memory", "/requests", "/eventsIn", "/eventsOut", "/bytesIn", "/bytesOut"}) {
    CAPTURE(member);
    CHECK(!json_at(node, member).empty());
  }
}

TEST_CASE("a node comes, with its model, and goes, for clients of every gateway") {
  world w;
  auto c = w.operator_client();
  c.result("subscribe." + nodes);
  auto two = w.another("two");
  const auto came = hear(c, nodes + ".change", "/values/two/rid", R"("actorgate.node.two")");
  const auto model = json_at(came, "/data/models/actorgate.node.two");
  CHECK(text_at(model, "/clients") == "127.0.0.1:" + std::to_string(two->port()));

  res_client there{two->port()};
  there.handshake();
  w.s.test.publish("conn." + w.s.cid(there) + ".token", R"({"token":1})");
  // The answer to a call comes behind the token.
  there.result("auth.test.stage.pass");
  const auto seen = there.result("subscribe." + nodes);
  if (json_at(seen, "/models/actorgate.nodes/one").empty()) {
    hear(there, nodes + ".change", "/values/one/rid", '"' + one + '"');
  }

  two = nullptr;
  hear(c, nodes + ".change", "/values/two/action", R"("delete")");
}

TEST_CASE("what changes is told, and nothing else") {
  world w;
  auto c = w.operator_client();
  c.result("subscribe." + one);
  const auto before = c.result("get." + one);
  CHECK(json_at(before, "/models/" + one + "/connections").empty());  // it has been told already
  std::vector<res_client> crowd;
  for (int i = 0; i < 3; ++i) crowd.push_back(w.s.client());
  const auto connections = std::to_string(w.s.connections());
  const auto e = hear(c, one + ".change", "/values/connections", connections);
  CHECK(json_at(e, "/data/values/version").empty());
  CHECK(json_at(e, "/data/values/host").empty());
  // A rate is that of an interval, in which something has to happen.
  const auto asks = [&] { crowd.front().send_request("auth.test.stage.pass"); };
  asks();
  hear_if(c, one + ".change", "", [&](const std::string& data) {
    asks();
    const auto rate = json_at(data, "/values/requests");
    return !rate.empty() && rate != "0";
  });
}

TEST_CASE("clients are listed, those with the most subscriptions first") {
  world w;
  for (int i = 0; i < 3; ++i) w.s.model("m" + std::to_string(i), R"({"a":1})");
  auto eager = w.s.client();
  for (int i = 0; i < 3; ++i) eager.result("subscribe.test.m" + std::to_string(i));
  const auto cid = w.s.cid(eager);
  auto c = w.operator_client();
  c.result("subscribe." + one + ".connections");
  const auto is_eager = [&](const std::string& value) { return text_at(value, "/data/id") == cid; };
  const auto e = hear_if(c, one + ".connections.add", "/value", is_eager);
  CHECK(json_at(e, "/data/value/data/subscriptions") == "3");
  CHECK(json_at(e, "/data/value/data/queued") == "0");
  CHECK(text_at(e, "/data/value/data/kind") == "websocket");
  CHECK(text_at(e, "/data/value/data/address").starts_with("127.0.0.1"));
  CHECK(e.find("x1") == std::string::npos);
}

TEST_CASE("a client that does not read is slow, and is listed first") {
  world w;
  w.s.model("big", R"({"a":1})");
  auto lazy = w.s.client();
  lazy.result("subscribe.test.big");
  const auto cid = w.s.cid(lazy);
  auto c = w.operator_client();
  c.result("subscribe." + one);
  c.result("subscribe." + one + ".connections");
  const std::string much(500'000, 'x');
  for (int i = 0; i < 20; ++i) w.s.test.event("big", "blow", '"' + much + '"');
  hear(c, one + ".change", "/values/slow", "1");
  auto d = w.operator_client();
  const auto listed = d.result("subscribe." + one + ".connections");
  const auto first = json_at(listed, "/collections/" + one + ".connections/0/data");
  CHECK(text_at(first, "/id") == cid);
  CHECK(std::stol(json_at(first, "/queued")) > 0);  // how much depends on when the node looked
}

TEST_CASE("the resources with the most events are listed, with how many clients have them") {
  world w;
  w.s.model("busy", R"({"a":1})");
  auto a = w.s.client(), b = w.s.client();
  a.result("subscribe.test.busy");
  b.result("subscribe.test.busy");
  auto c = w.operator_client();
  c.result("subscribe." + one + ".busiest");
  w.s.test.event("busy", "custom");
  const auto is_busy = [](const std::string& value) { return text_at(value, "/data/name") == "test.busy"; };
  const auto e = hear_if(c, one + ".busiest.add", "/value", is_busy);
  CHECK(json_at(e, "/data/value/data/clients") == "2");
}

TEST_CASE("what was said by a process before it under that name is asked anew") {
  world w;
  auto two = w.another("two");
  auto c = w.operator_client();
  c.result("subscribe.actorgate.node.two");
  two = nullptr;
  two = w.another("two");
  hear(c, "actorgate.node.two.change", "/values/clients", "\"127.0.0.1:" + std::to_string(two->port()) + '"');
}

TEST_CASE("after NATS has been away all is as it is") {
  world w;
  auto c = w.operator_client();
  c.result("subscribe." + nodes);
  w.nats.stop();
  std::vector<res_client> crowd;
  for (int i = 0; i < 3; ++i) crowd.push_back(w.s.client());
  w.nats.start();
  hear(c, one + ".change", "/values/connections", std::to_string(w.s.connections()));
}

TEST_CASE("without being asked to, a gateway serves nothing of itself") {
  auto plain = administered("one");
  plain.admin = {};
  world w{plain};
  auto c = w.operator_client();
  CHECK(c.error_code("subscribe." + nodes) == "system.notFound");
}

TEST_CASE("the page is served with what protects it, and nothing beside it") {
  auto options = gateway_options(administered("one"));
  options.page = std::make_shared<const actors::admin_page>(
      std::vector<actors::page_file>{{"index.html", "<p>"}, {"app.js", "1"}}, "/ws", "auth.admin.login");
  stage s{options};
  http_client c{s.port()};
  CHECK(c.get("/inspect").status == 308);
  const auto index = c.get("/inspect/");
  CHECK(index.status == 200);
  CHECK(index.body == "<p>");
  CHECK(index.header("content-type") == "text/html; charset=utf-8");
  CHECK(index.header("x-content-type-options") == "nosniff");
  CHECK(index.header("content-security-policy").find("default-src 'none'") == 0);
  CHECK(index.header("cache-control") == "no-cache");
  CHECK(c.get("/inspect/", {{"If-None-Match", index.header("etag")}}).status == 304);
  CHECK(c.get("/inspect/app.js?1").header("content-type") == "text/javascript; charset=utf-8");
  CHECK(c.get("/inspect/config.json").body == R"({"webSocket":"/ws","login":"auth.admin.login"})");
  CHECK(c.get("/inspect/../app.js").status == 404);
  CHECK(c.get("/inspector").status == 404);
  CHECK(c.request("POST", "/inspect/").status == 405);
}
