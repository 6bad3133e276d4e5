// Following a resource by server-sent events: what comes.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/gateway/http_stage.hpp"

using namespace actorgate::test;

namespace {

const headers follows{{"Accept", "text/event-stream"}};

/// The events that the client gets before one that the service sends now on that resource.
std::vector<std::string> events_before_fence(http_stage& s, http_client& c, const std::string& name) {
  s.test.event(name, "fence");
  std::vector<std::string> before;
  for (;;) {
    auto e = c.next_event();
    if (text_at(e, "/event") == "test." + name + ".fence") return before;
    before.push_back(std::move(e));
  }
}

}  // namespace

TEST_CASE("a stream begins with the resource set, and goes on with its events") {
  http_stage s;
  s.model("lamp", R"({"n":1.10,"shade":{"rid":"test.shade"},"data":{"data":[1]}})");
  s.model("shade", R"({"colour":"\u00e9"})");
  auto c = s.http();
  c.send(http_request("GET", "/api/test/lamp", follows));
  const auto head = c.head();
  CHECK(head.status == 200);
  CHECK(head.header("content-type") == "text/event-stream");
  CHECK(head.header("cache-control") == "no-store");
  CHECK(head.header("transfer-encoding") == "chunked");
  CHECK(head.header("connection") == "close");
  CHECK(head.header("access-control-allow-origin") == "*");
  CHECK(c.next_event("snapshot") ==
        R"({"models":{"test.lamp":{"n":1.10,"shade":{"rid":"test.shade"},"data":{"data":[1]}},
                      "test.shade":{"colour":"\u00e9"}}})"_json);
  s.test.event("lamp", "change", R"({"values":{"n":2.0}})");
  CHECK(c.next_event() == event("test.lamp.change", R"({"values":{"n":2.0}})"));
  s.test.event("shade", "change", R"({"values":{"colour":"red"}})");
  CHECK(c.next_event() == event("test.shade.change", R"({"values":{"colour":"red"}})"));
  s.test.event("lamp", "flicker", R"({"times":[1,"\n"]})");
  CHECK(c.next_event() == event("test.lamp.flicker", R"({"times":[1,"\n"]})"));
  s.test.event("lamp", "buzz");
  CHECK(c.next_event() == event("test.lamp.buzz"));
}

TEST_CASE("an event is written on one line, as it was sent to WebSocket clients") {
  http_stage s;
  s.model("lamp", "{}");
  auto c = s.follow("/api/test/lamp");
  CHECK(c.next_block() == "event: snapshot\ndata: {\"models\":{\"test.lamp\":{}}}");
  s.test.event("lamp", "change", "{\"values\":\r\n{\"n\":{\"data\":[1,\n2]}}}");
  CHECK(c.next_block() == R"(data: {"event":"test.lamp.change","data":{"values":{"n":{"data":[1, 2]}}}})");
}

TEST_CASE("what an event refers to comes with it, and what nothing refers to goes") {
  http_stage s;
  s.collection("list", R"(["a"])");
  s.model("leaf", R"({"twig":{"rid":"test.twig"},"lost":{"rid":"test.lost"}})");
  s.model("twig", R"({"n":1})");
  s.failing("lost", "test.lost");
  auto c = s.follow("/api/test/list");
  CHECK(c.next_event("snapshot") == R"({"collections":{"test.list":["a"]}})"_json);
  s.test.event("list", "add", R"({"idx":1,"value":{"rid":"test.leaf"}})");
  CHECK(c.next_event() == event("test.list.add", R"({"idx":1,"value":{"rid":"test.leaf"},
      "models":{"test.leaf":{"twig":{"rid":"test.twig"},"lost":{"rid":"test.lost"}},"test.twig":{"n":1}},
      "errors":{"test.lost":{"code":"test.lost","message":"Error"}}})"));
  s.test.event("twig", "change", R"({"values":{"n":2}})");
  CHECK(c.next_event() == event("test.twig.change", R"({"values":{"n":2}})"));
  s.test.event("list", "add", R"({"idx":0,"value":{"rid":"test.leaf"}})");
  CHECK(c.next_event() == event("test.list.add", R"({"idx":0,"value":{"rid":"test.leaf"}})"));
  for (int index : {2, 0}) {
    const auto data = R"({"idx":)" + std::to_string(index) + "}";
    s.test.event("list", "remove", data);
    CHECK(c.next_event() == event("test.list.remove", data));
  }
  s.test.event("twig", "change", R"({"values":{"n":3}})");
  auto witness = s.client();
  s.pass(witness, "twig");
  CHECK(events_before_fence(s, c, "list").empty());
}

TEST_CASE("a reset becomes the events that lead to what is new") {
  http_stage s;
  s.collection("list", R"(["a","b"])");
  auto c = s.follow("/api/test/list");
  c.next_event("snapshot");
  s.collection("list", R"(["b","c"])");
  s.reset("list");
  CHECK(c.next_event() == event("test.list.remove", R"({"idx":0})"));
  CHECK(c.next_event() == event("test.list.add", R"({"idx":1,"value":"c"})"));
}

TEST_CASE("a query is followed by its own events") {
  http_stage s;
  s.access("list");
  s.test.on("get.test.list", R"({"result":{"collection":["a"],"query":"q=1"}})");
  auto c = s.follow("/api/test/list?q=01");
  CHECK(c.next_event("snapshot") == R"({"collections":{"test.list?q=01":["a"]}})"_json);
  s.test.listen("inbox");
  s.test.event("list", "query", R"({"subject":"inbox"})");
  const auto asked = s.test.take("inbox");
  CHECK(text_at(asked.payload, "/query") == "q=1");
  asked.result(R"({"events":[{"event":"add","data":{"idx":1,"value":"b"}}]})");
  CHECK(c.next_event() == event("test.list?q=01.add", R"({"idx":1,"value":"b"})"));
}

TEST_CASE("the connection id tag is kept towards who follows") {
  http_stage s;
  auto c = s.http();
  c.send(http_request("GET", "/api/test/%7Bcid%7D/box", follows));
  std::string name;
  for (int i = 0; i < 2; ++i) {
    const auto r = s.test.take_next();
    name = r.subject.substr(r.subject.find('.') + 1);
    r.result(r.subject.starts_with("get.") ? R"({"model":{"n":1}})" : R"({"get":true})");
  }
  c.head();
  CHECK(c.next_event("snapshot") == R"({"models":{"test.{cid}.box":{"n":1}}})"_json);
  s.test.publish("event." + name + ".change", R"({"values":{"n":2}})");
  CHECK(c.next_event() == event("test.{cid}.box.change", R"({"values":{"n":2}})"));
}

TEST_CASE("access for a stream tells of HTTP, and is asked while the resource is fetched") {
  http_stage s;
  auto c = s.http();
  c.send(http_request("GET", "/api/test/lamp", follows));
  const auto access = s.test.take("access.test.lamp");
  const auto get = s.test.take("get.test.lamp");
  CHECK(json_at(access.payload, "/isHttp") == "true");
  CHECK(json_at(access.payload, "/token") == "null");
  CHECK(text_at(access.payload, "/cid").size() == 15);
  get.result(R"({"model":{}})");
  access.reply(R"({"result":{"get":true},"meta":{"header":{"Set-Cookie":["a"],"content-type":["text/html"],
                   "Cache-Control":["max-age=1"]}}})");
  const auto head = c.head();
  CHECK(head.header("set-cookie") == "a");
  CHECK(head.headers.count("content-type") == 1);
  CHECK(head.header("content-type") == "text/event-stream");
  CHECK(head.header("cache-control") == "no-store");
  c.next_event("snapshot");
}

TEST_CASE("what cannot be followed is answered like any other request") {
  struct row {
    std::string access, get;  // whole answers
    int status;
    std::string body;
  };
  const std::string granted = R"({"result":{"get":true}})", there = R"({"result":{"model":{}}})";
  const std::vector<row> rows = {
      {R"({"result":{}})", there, 401, body_of("system.accessDenied", "Access denied")},
      {R"({"result":{"call":"*"}})", there, 401, body_of("system.accessDenied", "Access denied")},
      {R"({"error":{"code":"system.forbidden","message":"No"}})", there, 403,
       body_of("system.forbidden", "No")},
      {"{nonsense", there, 500, body_of("system.internalError", "Internal error")},
      {granted, R"({"error":{"code":"system.notFound","message":"Not found"}})", 404,
       body_of("system.notFound", "Not found")},
      {granted, R"({"error":{"code":"test.broken","message":"Broken"}})", 400,
       body_of("test.broken", "Broken")},
      {granted, "{nonsense", 500, body_of("system.internalError", "Internal error")},
      {R"({"result":{"get":true},"meta":{"status":503}})", there, 503,
       body_of("system.serviceUnavailable", "Service unavailable")},
      {R"({"result":{},"meta":{"status":404}})", there, 404, body_of("system.accessDenied", "Access denied")},
      {R"({"result":{"get":true},"meta":{"status":307,"header":{"Location":["/there"]}}})", there, 307, ""},
  };
  http_stage s{forgetful()};
  auto c = s.http();
  std::string name = "a";
  for (const auto& r : rows) {
    CAPTURE(r.access);
    CAPTURE(r.get);
    name += 'a';
    s.test.on("access.test." + name, r.access);
    s.test.on("get.test." + name, r.get);
    // On the same connection as before.
    const auto answer = c.get("/api/test/" + name, follows);
    CHECK(answer.status == r.status);
    CHECK(answer.body == r.body);
    CHECK(answer.header("content-type") == (r.body.empty() ? "" : "application/json; charset=utf-8"));
    CHECK(s.known_connections_become(0));
    CHECK(falls_silent(events_of(name)));
  }
  CHECK(c.get("/api/nowhere/lamp", follows).status == 404);
  CHECK(c.get("/api/test//lamp", follows).status == 404);
  CHECK(s.connections() == 0);
}

TEST_CASE("a resource is followed by who accepts events, and by nobody else") {
  http_stage s;
  s.model("lamp", R"({"n":1})");
  struct row {
    std::string accept;
    bool stream;
  };
  for (const auto& [accept, stream] : std::vector<row>{{"text/event-stream", true},
                                                       {"Text/Event-Stream;q=0.5", true},
                                                       {"text/html, text/event-stream", true},
                                                       {"", false},
                                                       {"*/*", false},
                                                       {"text/*", false},
                                                       {"application/json", false},
                                                       {"text/event-streams", false}}) {
    CAPTURE(accept);
    const auto type = stream ? "text/event-stream" : "application/json; charset=utf-8";
    auto c = s.http();
    c.send(http_request("GET", "/api/test/lamp", {{"Accept", accept}}));
    CHECK(c.head().header("content-type") == type);
  }
  auto c = s.http();
  const auto head = c.request("HEAD", "/api/test/lamp", follows);
  CHECK(head.header("content-length") == "7");
  s.method("lamp", "light", "1");
  CHECK(c.request("POST", "/api/test/lamp/light", follows).body == "1");
}

TEST_CASE("events that come while a stream begins follow its snapshot, in order") {
  for (const std::size_t shards : {1u, 2u}) {
    CAPTURE(shards);
    http_stage s{{}, shared_nats(), shards};
    s.access("lamp");
    for (int round = 0; round < 10; ++round) {
      const auto name = "lamp" + std::to_string(round);
      s.access(name);
      s.test.on("get.test." + name, [&](const request& r) {
        r.result(R"({"model":{"n":0}})");
        for (int i = 1; i <= 50; ++i) {
          s.test.event(name, "change", R"({"values":{"n":)" + std::to_string(i) + "}}");
        }
      });
      auto c = s.follow("/api/test/" + name);
      CHECK(c.next_event("snapshot") == canonical(R"({"models":{"test.)" + name + R"(":{"n":0}}})"));
      for (int i = 1; i <= 50; ++i) {
        REQUIRE(json_at(c.next_event(), "/data/values/n") == std::to_string(i));
      }
      s.test.off("get.test." + name);
    }
  }
}

TEST_CASE("streams and WebSocket clients of one resource get the same") {
  http_stage s;
  s.collection("list", "[]");
  s.model("a", R"({"n":1})");
  std::vector<http_client> streams;
  std::vector<res_client> sockets;
  for (int i = 0; i < 4; ++i) {
    streams.push_back(s.follow("/api/test/list"));
    sockets.push_back(s.client());
    CHECK(streams.back().next_event("snapshot") == sockets.back().result("subscribe.test.list"));
  }
  s.test.event("list", "add", R"({"idx":0,"value":{"rid":"test.a"}})");
  s.test.event("list", "hail", R"("all")");
  s.test.event("list", "add", R"({"idx":1,"value":1.50})");
  s.test.event("list", "remove", R"({"idx":0})");
  s.test.event("list", "delete");
  for (int i = 0; i < 6; ++i) {
    const auto first = next(sockets[0]);
    for (auto& c : streams) CHECK(c.next_event() == first);
    for (std::size_t other = 1; other < sockets.size(); ++other) CHECK(next(sockets[other]) == first);
  }
  for (auto& c : streams) CHECK(c.ends());
  CHECK(s.test.seen("get.test.list") == 1);
}

TEST_CASE("HTTP/1.0 gets a stream that is not cut into chunks") {
  http_stage s;
  s.model("lamp", R"({"n":1})");
  auto c = s.http();
  c.send("GET /api/test/lamp HTTP/1.0\r\nAccept: text/event-stream\r\n\r\n");
  const auto head = c.head();
  CHECK(head.header("transfer-encoding") == "");
  CHECK(head.header("connection") == "close");
  CHECK(c.next_event("snapshot") == R"({"models":{"test.lamp":{"n":1}}})"_json);
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  CHECK(c.next_event() == event("test.lamp.change", R"({"values":{"n":2}})"));
  s.test.event("lamp", "delete");
  c.next_event();
  c.next_event();
  CHECK(c.ends());
}

TEST_CASE("a stream that is silent for a while shows that it lives") {
  actorgate::actors::settings settings;
  settings.heartbeat = std::chrono::seconds{1};
  http_stage s{settings};
  s.model("lamp", R"({"n":1})");
  auto c = s.follow("/api/test/lamp");
  c.next_event("snapshot");
  CHECK(c.next_block() == ":");
  s.test.event("lamp", "buzz");
  CHECK(c.next_event() == event("test.lamp.buzz"));
}

TEST_CASE("many streams are served at once") {
  http_stage s;
  s.model("lamp", R"({"n":0})");
  std::vector<http_client> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(s.http());
    clients.back().send(http_request("GET", "/api/test/lamp", follows));
  }
  for (auto& c : clients) {
    c.head();
    c.next_event("snapshot");
  }
  for (int i = 1; i <= 20; ++i)
    s.test.event("lamp", "change", R"({"values":{"n":)" + std::to_string(i) + "}}");
  for (auto& c : clients) {
    for (int i = 1; i <= 20; ++i) REQUIRE(json_at(c.next_event(), "/data/values/n") == std::to_string(i));
  }
  CHECK(s.connections() == 200);
  CHECK(s.test.seen("get.test.lamp") == 1);
}
