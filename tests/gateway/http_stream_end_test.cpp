// Following a resource by server-sent events: how it ends, and what is left.
#include <future>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "tests/gateway/crowd.hpp"
#include "tests/gateway/http_stage.hpp"

using namespace actorgate::test;

namespace {

const auto denied = R"({"reason":{"code":"system.accessDenied","message":"Access denied"}})";

actorgate::actors::settings with_header_auth() {
  actorgate::actors::settings result;
  result.http.header_auth = {"test.login", "header"};
  return result;
}

/// Answers with the token "one", and remembers the cid.
std::shared_ptr<std::string> log_in(http_stage& s) {
  const auto cid = std::make_shared<std::string>();
  s.test.on("auth.test.login.header", [&s, cid](const request& r) {
    *cid = text_at(r.payload, "/cid");
    s.test.publish("conn." + *cid + ".token", R"({"token":"one","tid":"t1"})");
    r.result("null");
  });
  return cid;
}

}  // namespace

TEST_CASE("a stream ends when its resource is deleted, behind what says so") {
  http_stage s;
  s.model("lamp", R"({"n":1})");
  auto c = s.follow("/api/test/lamp");
  c.next_event("snapshot");
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  s.test.event("lamp", "delete");
  CHECK(c.next_event() == event("test.lamp.change", R"({"values":{"n":2}})"));
  CHECK(c.next_event() == event("test.lamp.delete"));
  const auto last = c.next_event();
  CHECK(text_at(last, "/event") == "test.lamp.unsubscribe");
  CHECK(text_at(last, "/data/reason/code") == "system.deleted");
  CHECK(c.ends());
}

TEST_CASE("a stream goes on when something is deleted that its resource refers to") {
  http_stage s;
  s.model("lamp", R"({"bulb":{"rid":"test.bulb"}})");
  s.model("bulb", "{}");
  auto c = s.follow("/api/test/lamp");
  c.next_event("snapshot");
  s.test.event("bulb", "delete");
  CHECK(c.next_event() == event("test.bulb.delete"));
  s.test.event("lamp", "buzz");
  CHECK(c.next_event() == event("test.lamp.buzz"));
}

TEST_CASE("a stream ends when access is lost") {
  http_stage s;
  s.model("lamp", R"({"n":1})");
  auto c = s.follow("/api/test/lamp");
  c.next_event("snapshot");
  SUBCASE("by a reaccess event") {
    s.access("lamp", "{}");
    s.test.event("lamp", "reaccess");
    CHECK(c.next_event() == event("test.lamp.unsubscribe", denied));
  }
  SUBCASE("by a reset of access") {
    s.access("lamp", R"({"call":"*"})");
    s.reset("", "lamp");
    CHECK(c.next_event() == event("test.lamp.unsubscribe", denied));
  }
  SUBCASE("by an error") {
    s.test.on("access.test.lamp", R"({"error":{"code":"test.busy","message":"Busy"},"meta":{"status":503}})");
    s.test.event("lamp", "reaccess");
    CHECK(c.next_event() ==
          event("test.lamp.unsubscribe", R"({"reason":{"code":"test.busy","message":"Busy"}})"));
  }
  CHECK(c.ends());
  c.disconnect();
  CHECK(falls_to(s, 0));
}

TEST_CASE("events wait for access that is asked for again, and follow when it is granted") {
  http_stage s;
  s.model("lamp", R"({"n":1})");
  auto c = s.follow("/api/test/lamp");
  c.next_event("snapshot");
  s.test.off("access.test.lamp");
  s.test.event("lamp", "reaccess");
  const auto access = s.test.take("access.test.lamp");
  CHECK(json_at(access.payload, "/isHttp") == "true");
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  // What it says of an answer comes too late for this one.
  access.reply(R"({"result":{"get":true},"meta":{"status":401,"header":{"X-Late":["yes"]}}})");
  CHECK(c.next_event() == event("test.lamp.change", R"({"values":{"n":2}})"));
}

TEST_CASE("a reset that finds nothing any more ends the stream") {
  http_stage s;
  s.model("lamp", R"({"n":1})");
  auto c = s.follow("/api/test/lamp");
  c.next_event("snapshot");
  s.failing("lamp", "system.notFound");
  s.reset("lamp");
  CHECK(c.next_event() == event("test.lamp.delete"));
  CHECK(text_at(c.next_event(), "/event") == "test.lamp.unsubscribe");
  CHECK(c.ends());
}

TEST_CASE("another token than authentication gave asks for access again") {
  http_stage s{with_header_auth()};
  const auto cid = log_in(s);
  s.test.on("get.test.lamp", R"({"result":{"model":{"n":1}}})");
  s.test.on("access.test.lamp", [](const request& r) {
    const auto token = text_at(r.payload, "/token");
    r.result(token == "one" || token == "two" ? R"({"get":true})" : "{}");
  });
  auto c = s.follow("/api/test/lamp");
  c.next_event("snapshot");
  CHECK(s.test.seen("access.test.lamp") == 1);
  s.test.publish("conn." + *cid + ".token", R"({"token":"two"})");
  s.test.wait_seen("access.test.lamp", 2);
  s.test.event("lamp", "buzz");
  CHECK(c.next_event() == event("test.lamp.buzz"));
  s.test.publish("conn." + *cid + ".token", "null");
  CHECK(c.next_event() == event("test.lamp.unsubscribe", denied));
  CHECK(c.ends());
}

TEST_CASE("a token reset reaches who follows, with what the client said when it came") {
  // Its token has come
  bool authenticates = false;
  SUBCASE("as access is asked for") {}
  SUBCASE("by authentication") { authenticates = true; }
  http_stage s{authenticates ? with_header_auth() : actorgate::actors::settings{}};
  log_in(s);
  s.model("lamp", "{}");
  if (!authenticates) {
    s.test.on("access.test.lamp", [&s](const request& r) {
      s.test.publish("conn." + text_at(r.payload, "/cid") + ".token", R"({"token":"one","tid":"t1"})");
      r.result(R"({"get":true})");
    });
  }
  auto c = s.follow("/api/test/lamp", {{"X-Name", "ada"}});
  c.next_event("snapshot");
  s.test.publish("system.tokenReset", R"({"tids":["t1"],"subject":"auth.test.renew"})");
  const auto auth = s.test.take("auth.test.renew");
  CHECK(json_at(auth.payload, "/token") == R"("one")");
  CHECK(json_at(auth.payload, "/isHttp") == "true");
  CHECK(json_at(auth.payload, "/header/X-Name") == R"(["ada"])");
  CHECK(text_at(auth.payload, "/uri") == "/api/test/lamp");
}

TEST_CASE("a client that leaves lets go of what it followed") {
  http_stage s{forgetful()};
  s.model("lamp", R"({"bulb":{"rid":"test.bulb"}})");
  s.model("bulb", "{}");
  auto c = s.follow("/api/test/lamp");
  c.next_event("snapshot");
  CHECK(s.connections() == 1);
  CHECK(s.known_connections() == 1);
  for (const std::string name : {"lamp", "bulb"}) CHECK(is_heard(events_of(name)));
  SUBCASE("in order") { c.disconnect(); }
  SUBCASE("like a pulled plug") { c.vanish(); }
  CHECK(s.known_connections_become(0));
  for (const std::string name : {"lamp", "bulb"}) CHECK(falls_silent(events_of(name)));
  CHECK(falls_to(s, 0));
}

TEST_CASE("what a stream does not follow any more is let go of") {
  http_stage s{forgetful()};
  s.model("lamp", R"({"bulb":{"rid":"test.bulb"}})");
  s.model("bulb", "{}");
  auto c = s.follow("/api/test/lamp");
  c.next_event("snapshot");
  s.test.event("lamp", "change", R"({"values":{"bulb":{"action":"delete"}}})");
  c.next_event();
  CHECK(falls_silent(events_of("bulb")));
  CHECK(is_heard(events_of("lamp")));
}

TEST_CASE("a client that goes before its stream begins leaves nothing") {
  http_stage s{forgetful()};
  for (const bool in_order : {true, false}) {
    CAPTURE(in_order);
    auto c = s.http();
    c.send(http_request("GET", "/api/test/lamp", {{"Accept", "text/event-stream"}}));
    const auto access = s.test.take("access.test.lamp");
    const auto get = s.test.take("get.test.lamp");
    in_order ? c.disconnect() : c.vanish();
    access.result(R"({"get":true})");
    get.result(R"({"model":{}})");
    CHECK(s.known_connections_become(0));
    CHECK(falls_silent(events_of("lamp")));
    CHECK(falls_to(s, 0));
  }
}

TEST_CASE("a client that does not read is left, and the others go on") {
  actorgate::actors::settings settings;
  settings.websocket.queued = 1u << 20;
  http_stage s{settings};
  s.model("tide", R"({"n":0})");
  auto slow = s.follow("/api/test/tide"), quick = s.follow("/api/test/tide");
  auto socket = s.client();
  socket.result("subscribe.test.tide");
  for (auto* c : {&slow, &quick}) c->next_event("snapshot");
  const auto text = '"' + std::string(256 * 1024, 'x') + '"';
  // The kernel takes up to ten mebibytes before anything waits here.
  constexpr int count = 64;
  for (int i = 0; i < count; ++i) {
    s.test.event("tide", "surge", text);
    REQUIRE(text_at(quick.next_event(), "/event") == "test.tide.surge");
    REQUIRE(text_at(socket.next_event(), "/event") == "test.tide.surge");
  }
  // If it reads now it gets whole events, and then no more.
  int read = 0;
  const auto read_all = [&] {
    for (;; ++read) slow.next_event();
  };
  CHECK_THROWS(read_all());
  CHECK(read < count);
  slow.disconnect();
  CHECK(falls_to(s, 2));
  s.test.event("tide", "change", R"({"values":{"n":1}})");
  CHECK(quick.next_event() == event("test.tide.change", R"({"values":{"n":1}})"));
  CHECK(next(socket) == event("test.tide.change", R"({"values":{"n":1}})"));
}

TEST_CASE("one event above the limit of what may wait reaches a client that reads") {
  actorgate::actors::settings settings;
  settings.websocket.queued = 64 * 1024;
  http_stage s{settings};
  s.model("lamp", "{}");
  auto c = s.follow("/api/test/lamp");
  c.next_event("snapshot");
  for (int i = 0; i < 10; ++i) {
    s.test.event("lamp", "ring", '"' + std::string(60 * 1024, 'x') + '"');
    CHECK(c.next_event().size() > 60 * 1024);
  }
}

TEST_CASE("a client that floods its stream with requests is neither answered nor harmed") {
  http_stage s;
  s.model("lamp", "{}");
  auto c = s.follow("/api/test/lamp");
  c.next_event("snapshot");
  for (int i = 0; i < 100; ++i)
    c.send(http_request("POST", "/api/test/lamp/light", {}, std::string(10'000, '1')));
  s.test.event("lamp", "buzz");
  CHECK(c.next_event() == event("test.lamp.buzz"));
  s.settle();
  CHECK(s.test.seen("call.test.lamp.light") == 0);
  CHECK(s.test.seen("access.test.lamp") == 1);
}

// The gateway ends on the thread that made it: CAF keeps something of its system there.
TEST_CASE("streams end in order when the gateway does") {
  auto s = std::make_unique<http_stage>();
  s->model("lamp", "{}");
  auto c = s->follow("/api/test/lamp"), old = s->http();
  old.send("GET /api/test/lamp HTTP/1.0\r\nAccept: text/event-stream\r\n\r\n");
  old.head();
  for (auto* each : {&c, &old}) each->next_event("snapshot");
  auto ended = std::async(std::launch::async, [&] {
    int in_order = 0;
    for (auto* each : {&c, &old}) {
      in_order += each->ends();
      each->disconnect();
    }
    return in_order;
  });
  s = nullptr;
  CHECK(ended.get() == 2);
}

TEST_CASE("the gateway ends although clients of streams do not read") {
  auto s = std::make_unique<http_stage>();
  s->model("lamp", "{}");
  auto c = s->follow("/api/test/lamp");
  for (int i = 0; i < 40; ++i) s->test.event("lamp", "ring", '"' + std::string(256 * 1024, 'x') + '"');
  auto witness = s->client();
  s->pass(witness, "lamp");
  s = nullptr;
  CHECK(c.next_event("snapshot") == R"({"models":{"test.lamp":{}}})"_json);
}

TEST_CASE("a gateway that drains ends its streams, and answers what is under way") {
  actorgate::actors::gateway gateway{gateway_options(), [](const std::string&) {}};
  service test{shared_nats().url(), "test"};
  test.on("access.test.lamp", R"({"result":{"get":true}})");
  http_client follows{gateway.port()}, asks{gateway.port()};
  follows.send(http_request("GET", "/api/test/lamp", {{"Accept", "text/event-stream"}}));
  test.take("get.test.lamp").result(R"({"model":{}})");
  follows.head();
  follows.next_event("snapshot");
  asks.send(http_request("GET", "/api/test/other"));
  const auto access = test.take("access.test.other");
  auto drained = std::async(std::launch::async, [&] { gateway.drain(std::chrono::milliseconds{10}); });
  CHECK(follows.ends());
  follows.disconnect();
  test.take("get.test.other").result(R"({"model":{"n":1}})");
  access.result(R"({"get":true})");
  CHECK(asks.answer().body == R"({"n":1})");
  drained.get();
  CHECK(gateway.connections() == 0);
  CHECK_THROWS(http_client{gateway.port()});
}
