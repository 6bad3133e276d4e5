// Connections, and what many clients share.
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/gateway/http_stage.hpp"

using namespace actorgate::test;

namespace {

/// `counter.add` changes the model `counter` before it answers, as services are to do.
void build_counter(http_stage& s) {
  s.model("counter", R"({"n":0})");
  s.test.on("call.test.counter.add", [&s, n = std::make_shared<int>()](const request& r) {
    const auto now = std::to_string(++*n);
    s.test.event("counter", "change", R"({"values":{"n":)" + now + "}}");
    r.result(now);
  });
}

}  // namespace

TEST_CASE("a connection serves one request after the other, of all kinds") {
  http_stage s;
  s.model("lamp", R"({"n":1})");
  s.method("lamp", "light", R"("lit")");
  s.test.on("call.test.lamp.dim", R"({"result":null})");
  auto c = s.http();
  for (int i = 0; i < 3; ++i) {
    CHECK(c.get("/api/test/lamp").body == R"({"n":1})");
    CHECK(c.request("POST", "/api/test/lamp/light", {}, "{}").body == R"("lit")");
    CHECK(c.request("POST", "/api/test/lamp/dim").status == 204);
    CHECK(c.request("HEAD", "/api/test/lamp").status == 200);
    CHECK(c.get("/nowhere").status == 404);
    CHECK(c.get("/api/nowhere/lamp").status == 404);
    CHECK(c.request("PUT", "/api/test/lamp", {}, "{}").status == 405);
    CHECK(c.request("OPTIONS", "/api/test/lamp").status == 200);
  }
}

TEST_CASE("what is sent at once is answered in order") {
  http_stage s;
  s.model("lamp", R"({"n":1})");
  s.method("lamp", "light", R"("lit")");
  auto c = s.http();
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    requests += http_request("GET", "/api/test/lamp") +
                http_request("POST", "/api/test/lamp/light", {}, "{}") + http_request("GET", "/nowhere") +
                http_request("POST", "/api/test/lamp/light", {}, "{") +
                http_request("HEAD", "/api/test/lamp");
  }
  c.send(requests);
  for (int i = 0; i < 20; ++i) {
    CAPTURE(i);
    CHECK(c.answer().body == R"({"n":1})");
    CHECK(c.answer().body == R"("lit")");
    CHECK(c.answer().status == 404);
    CHECK(c.answer().status == 400);
    CHECK(c.answer(true).status == 200);
  }
}

TEST_CASE("a request is asked for when the one before it has been answered") {
  http_stage s;
  auto c = s.http();
  c.send(http_request("GET", "/api/test/one") + http_request("GET", "/api/test/two"));
  const auto access = s.test.take("access.test.one");
  const auto get = s.test.take("get.test.one");
  s.settle();
  CHECK(s.test.seen("access.test.two") == 0);
  access.result(R"({"get":true})");
  get.result(R"({"model":{}})");
  CHECK(c.answer().status == 200);
  s.test.take("access.test.two").error("test.no");
  CHECK(c.answer().status == 400);
}

TEST_CASE("HTTP/1.0 is answered and left") {
  http_stage s;
  s.model("lamp", R"({"n":1})");
  s.method("lamp", "light", "null");
  auto c = s.http();
  c.send("GET /api/test/lamp HTTP/1.0\r\n\r\n");
  const auto answer = c.answer();
  CHECK(answer.body == R"({"n":1})");
  CHECK(answer.header("connection") == "close");
  CHECK(c.ends());
  auto stays = s.http();
  for (int i = 0; i < 2; ++i) {
    stays.send("POST /api/test/lamp/light HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(stays.answer().status == 204);
  }
}

TEST_CASE("what is too long is refused, and others are served") {
  http_stage s;
  s.model("lamp", "{}");
  auto c = s.http();
  // A subject of NATS has an end; a header, too.
  const std::string long_name(3990, 'a');
  s.model(long_name, R"({"long":true})");
  CHECK(c.get("/api/test/" + long_name).status == 200);
  for (const auto& target : {"/api/test/" + std::string(3996, 'a'), "/api/test/" + std::string(8000, 'a')}) {
    const auto answer = c.get(target);
    CHECK(answer.status == 414);
    CHECK(text_at(answer.body, "/code") == "system.subjectTooLong");
    CHECK(c.request("POST", target + "/set").status == 414);
  }
  CHECK(c.request("POST", "/api/test/" + long_name + "/" + std::string(100, 'm')).status == 414);
  // The tag takes less than what it stands for.
  c.send(http_request("GET", "/api/test/%7Bcid%7D" + std::string(3985, 'a')));
  s.test.take_next().result(R"({"get":true})");
  CHECK(c.answer().status == 414);
  // A query goes in the payload.
  s.test.on("get.test.lamp", R"({"result":{"model":{"q":1},"query":"q"}})");
  CHECK(c.get("/api/test/lamp?" + std::string(8000, 'q')).body == R"({"q":1})");
  CHECK(s.http().get("/api/test/" + std::string(20'000, 'a')).status == 431);
}

TEST_CASE("a body of more than a mebibyte is refused before it is read") {
  http_stage s;
  auto c = s.http();
  c.send("POST /api/test/lamp/light HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n");
  const auto answer = c.answer();
  CHECK(answer.status == 413);
  CHECK(text_at(answer.body, "/code") == "system.badRequest");
  CHECK(c.ends());
  s.access("lamp");
  s.method("lamp", "light", "1");
  CHECK(s.post("/api/test/lamp/light", '"' + std::string(900'000, 'x') + '"').body == "1");
}

TEST_CASE("params that NATS does not take are an internal error, and the next request goes on") {
  http_stage s;
  s.access("lamp");
  s.method("lamp", "light", "1");
  auto c = s.http();
  CHECK(c.request("POST", "/api/test/lamp/light", {}, '"' + std::string((1u << 20) - 2, 'x') + '"').status ==
        500);
  CHECK(c.request("POST", "/api/test/lamp/light").body == "1");
}

TEST_CASE("many clients who ask at once share what they read") {
  http_stage s;
  constexpr std::size_t count = 200;
  s.test.on("access.test.top", R"({"result":{"get":true}})");
  s.model("leaf", R"({"n":1})");
  std::vector<http_client> clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(s.http());
    clients.back().send(http_request("GET", "/api/test/top"));
  }
  s.test.wait_seen("access.test.top", count);
  s.test.take("get.test.top").result(R"({"collection":[{"rid":"test.leaf"}]})");
  for (auto& c : clients) {
    CHECK(c.answer().body == R"([{"href":"/api/test/leaf","model":{"n":1}}])");
  }
  CHECK(s.test.seen("get.test.top") == 1);
  CHECK(s.test.seen("get.test.leaf") == 1);
}

TEST_CASE("WebSocket and HTTP clients share the cache") {
  http_stage s;
  s.model("lamp", R"({"n":1})");
  s.model("read", R"({"n":1})");
  auto c = s.client();
  c.result("subscribe.test.lamp");
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"n":2}})"));
  CHECK(s.get("/api/test/lamp").body == R"({"n":2})");
  // And the other way round, with an event that nobody but the cache has heard.
  CHECK(s.get("/api/test/read").body == R"({"n":1})");
  s.test.event("read", "change", R"({"values":{"n":2}})");
  s.pass(c, "read");
  CHECK(c.result("subscribe.test.read") == R"({"models":{"test.read":{"n":2}}})"_json);
  CHECK(s.test.seen("get.test.lamp") == 1);
  CHECK(s.test.seen("get.test.read") == 1);
}

TEST_CASE("a client that reads what it has changed sees the change") {
  http_stage s;
  build_counter(s);
  auto c = s.http();
  c.get("/api/test/counter");
  SUBCASE("one after the other") {
    for (int i = 1; i <= 100; ++i) {
      const auto n = std::to_string(i);
      REQUIRE(c.request("POST", "/api/test/counter/add").body == n);
      REQUIRE(c.get("/api/test/counter").body == "{\"n\":" + n + "}");
    }
  }
  SUBCASE("sent at once") {
    for (int i = 1; i <= 100; ++i) {
      c.send(http_request("POST", "/api/test/counter/add") + http_request("GET", "/api/test/counter"));
    }
    for (int i = 1; i <= 100; ++i) {
      const auto n = std::to_string(i);
      REQUIRE(c.answer().body == n);
      REQUIRE(c.answer().body == "{\"n\":" + n + "}");
    }
  }
  SUBCASE("on another connection") {
    for (int i = 1; i <= 100; ++i) {
      REQUIRE(c.request("POST", "/api/test/counter/add").status == 200);
      REQUIRE(s.get("/api/test/counter").body == "{\"n\":" + std::to_string(i) + "}");
    }
  }
  SUBCASE("over a WebSocket") {
    auto ws = s.client();
    for (int i = 1; i <= 100; ++i) {
      REQUIRE(c.request("POST", "/api/test/counter/add").status == 200);
      REQUIRE(json_at(ws.result("get.test.counter"), "/models/test.counter/n") == std::to_string(i));
    }
  }
  CHECK(s.test.seen("get.test.counter") == 1);
}

TEST_CASE("clients that vanish while they wait disturb nobody, and leave nothing") {
  http_stage s{forgetful()};
  std::vector<http_client> gone;
  for (const auto& request : {http_request("GET", "/api/test/top"), http_request("POST", "/api/test/top/set"),
                              http_request("GET", "/api/test/top", {{"Accept", "text/event-stream"}})}) {
    gone.push_back(s.http());
    gone.back().send(request);
    const auto access = s.test.take("access.test.top");
    if (request.starts_with("POST")) {
      access.result(R"({"call":"*"})");
    } else {
      access.result(R"({"get":true})");
    }
  }
  const auto call = s.test.take("call.test.top.set");
  const auto get = s.test.take("get.test.top");
  auto stays = s.http();
  stays.send(http_request("GET", "/api/test/top"));
  const auto access = s.test.take("access.test.top");
  for (auto& c : gone) c.vanish();
  s.model("leaf", R"({"n":1})");
  CHECK(is_heard(events_of("top")));
  get.result(R"({"collection":[{"rid":"test.leaf"}]})");
  access.result(R"({"get":true})");
  call.result("1");
  CHECK(stays.answer().body == R"([{"href":"/api/test/leaf","model":{"n":1}}])");
  for (const std::string name : {"top", "leaf"}) CHECK(falls_silent(events_of(name)));
  CHECK(s.known_connections_become(0));
  CHECK(s.connections() == 0);
}

TEST_CASE("what has been read is forgotten in time, its connections too") {
  http_stage s{forgetful()};
  s.model("top", R"({"a":{"rid":"test.a"}})");
  s.model("a", "{}");
  s.failing("broken", "test.broken");
  s.method("top", "set", "null");
  CHECK(s.get("/api/test/top").status == 200);
  CHECK(s.get("/api/test/broken").status == 400);
  CHECK(s.post("/api/test/top/set").status == 204);
  for (const std::string name : {"top", "a", "broken"}) CHECK(falls_silent(events_of(name)));
  CHECK(s.get("/api/test/top").status == 200);
  CHECK(s.test.seen("get.test.top") == 2);
  CHECK(s.test.seen("get.test.a") == 2);
}

TEST_CASE("the gateway ends while requests are under way") {
  auto s = std::make_unique<http_stage>();
  auto reads = s->http(), calls = s->http(), follows = s->http();
  reads.send(http_request("GET", "/api/test/lamp"));
  calls.send(http_request("POST", "/api/test/lamp/light"));
  follows.send(http_request("GET", "/api/test/lamp", {{"Accept", "text/event-stream"}}));
  for (int i = 0; i < 3; ++i) s->test.take("access.test.lamp").result(R"({"get":true,"call":"*"})");
  s->test.take("call.test.lamp.light");
  s = nullptr;
  for (auto* c : {&reads, &calls, &follows}) CHECK_THROWS(c->answer());
}

TEST_CASE("a reset makes HTTP clients see what is new") {
  http_stage s;
  s.model("lamp", R"({"n":1})");
  CHECK(s.get("/api/test/lamp").body == R"({"n":1})");
  s.model("lamp", R"({"n":2})");
  CHECK(s.get("/api/test/lamp").body == R"({"n":1})");
  s.reset("lamp");
  s.test.wait_seen("get.test.lamp", 2);
  auto c = s.client();
  s.pass(c, "lamp");
  CHECK(s.get("/api/test/lamp").body == R"({"n":2})");
  CHECK(s.test.seen("get.test.lamp") == 2);
}

TEST_CASE("a resource that has been deleted is fetched anew") {
  http_stage s;
  s.model("lamp", R"({"n":1})");
  CHECK(s.get("/api/test/lamp").body == R"({"n":1})");
  s.failing("lamp", "system.notFound");
  s.test.event("lamp", "delete");
  auto c = s.client();
  s.pass(c, "lamp");
  CHECK(s.get("/api/test/lamp").status == 404);
}

TEST_CASE("references are fetched so many at a time") {
  actorgate::actors::settings settings;
  settings.reference_throttle = 2;
  http_stage s{settings};
  s.collection("top", R"([{"rid":"test.a"},{"rid":"test.b"},{"rid":"test.c"},{"rid":"test.d"}])");
  auto c = s.http();
  c.send(http_request("GET", "/api/test/top"));
  std::vector<request> waiting{s.test.take_next(), s.test.take_next()};
  s.settle();
  CHECK(s.test.seen() == 2 + 2 + 2);  // with top's own, and those of settling
  for (std::size_t i = 0; i < 4; ++i) {
    waiting[i].result(R"({"model":{}})");
    if (waiting.size() < 4) waiting.push_back(s.test.take_next());
  }
  CHECK(c.answer().status == 200);
}
