// What services may say of the HTTP answer.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/gateway/http_stage.hpp"

using namespace actorgate::test;

namespace {

/// An answer with a meta object.
std::string with_meta(const std::string& members, const std::string& meta) {
  return "{" + members + R"(,"meta":)" + meta + "}";
}

const std::string granted = R"("result":{"get":true,"call":"*"})";

actorgate::actors::settings with_header_auth() {
  actorgate::actors::settings result;
  result.http.header_auth = {"test.login", "header"};
  return result;
}

std::vector<std::string> all(const http_response& answer, const std::string& name) {
  std::vector<std::string> values;
  const auto [begin, end] = answer.headers.equal_range(name);
  for (auto i = begin; i != end; ++i) values.push_back(i->second);
  return values;
}

}  // namespace

TEST_CASE("a status from 300 to 599 of access is the answer, and nothing more is asked") {
  struct row {
    std::string access, status;
    int answered;
    std::string get_body, post_body;
  };
  const auto denied = body_of("system.accessDenied", "Access denied");
  const auto internal = body_of("system.internalError", "Internal error");
  const std::string busy = R"("error":{"code":"test.busy","message":"Busy"})";
  const std::vector<row> rows = {
      {granted, "300", 300, "", ""},
      {granted, "302", 302, "", ""},
      {granted, "401", 401, denied, denied},
      {granted, "404", 404, body_of("system.notFound", "Not found"), body_of("system.notFound", "Not found")},
      {granted, "418", 418, body_of("system.badRequest", "Bad request"),
       body_of("system.badRequest", "Bad request")},
      {granted, "599", 599, internal, internal},
      {busy, "409", 409, body_of("test.busy", "Busy"), body_of("test.busy", "Busy")},
      {R"("result":{})", "404", 404, denied, denied},
      // These mean nothing.
      {granted, "200", 200, R"({"n":1})", "[1]"},
      {granted, "299", 200, R"({"n":1})", "[1]"},
      {granted, "600", 200, R"({"n":1})", "[1]"},
      {granted, "-404", 200, R"({"n":1})", "[1]"},
      {granted, "404.0", 200, R"({"n":1})", "[1]"},
      {granted, R"("404")", 200, R"({"n":1})", "[1]"},
      {granted, "null", 200, R"({"n":1})", "[1]"},
  };
  http_stage s;
  s.test.on("get.test.lamp", R"({"result":{"model":{"n":1}}})");
  s.test.on("call.test.lamp.light", R"({"result":[1]})");
  auto c = s.http();
  std::size_t called = 0;
  for (const auto& r : rows) {
    CAPTURE(r.access);
    CAPTURE(r.status);
    s.test.on("access.test.lamp", with_meta(r.access, R"({"status":)" + r.status + "}"));
    const auto get = c.get("/api/test/lamp"), post = c.request("POST", "/api/test/lamp/light");
    for (const auto* each : {&get, &post}) {
      CHECK(each->status == r.answered);
      CHECK(each->header("location") == "");
    }
    CHECK(get.body == r.get_body);
    CHECK(post.body == r.post_body);
    called += r.answered == 200;
  }
  s.settle();
  CHECK(s.test.seen("call.test.lamp.light") == called);
}

TEST_CASE("a status that access gives does not wait for the resource") {
  http_stage s;
  auto c = s.http();
  c.send(http_request("GET", "/api/test/lamp"));
  s.test.take("access.test.lamp")
      .reply(with_meta(granted, R"({"status":503,"header":{"Retry-After":["7"]}})"));
  const auto answer = c.answer();
  CHECK(answer.status == 503);
  CHECK(answer.header("retry-after") == "7");
  s.test.take("get.test.lamp").result(R"({"model":{}})");
  s.settle();
  CHECK(s.get("/other").status == 404);
}

TEST_CASE("a status that a call gives is the answer") {
  struct row {
    std::string members, meta;
    int status;
    std::string body, location = {};
  };
  const std::vector<row> rows = {
      {R"("result":{"n":1})", R"({"status":409})", 409, body_of("system.badRequest", "Bad request")},
      {R"("error":{"code":"test.busy","message":"Busy","data":[1.0]})", R"({"status":429})", 429,
       R"({"code":"test.busy","message":"Busy","data":[1.0]})"},
      {R"("resource":{"rid":"test.lamp"})", R"({"status":303})", 303, "", "/api/test/lamp"},
      {R"("resource":{"rid":"test.a/b?q"})", R"({"status":307})", 307, "", "/api/test/a%2Fb%3Fq"},
      {R"("resource":{"rid":"test.lamp"})", R"({"status":303,"header":{"LOCATION":["/there"]}})", 303, "",
       "/there"},
      {R"("result":null)", R"({"status":304})", 304, ""},
      {R"("result":null)", R"({"status":302,"header":{"Location":["https://example.com/a?b#c"]}})", 302, "",
       "https://example.com/a?b#c"},
      {R"("resource":{"rid":"test.lamp"})", R"({"status":500})", 500,
       body_of("system.internalError", "Internal error")},
      // Without a status that means something the result is what it is.
      {R"("result":{"n":1})", R"({"status":201,"header":{"Location":["/x"]}})", 200, R"({"n":1})", "/x"},
      {R"("result":null)", R"({"status":200})", 204, ""},
      {R"("resource":{"rid":"test.lamp"})", R"({"status":201})", 200, "", "/api/test/lamp"},
      {R"("error":{"code":"test.busy","message":"Busy"})", R"({"status":200})", 400,
       body_of("test.busy", "Busy")},
  };
  http_stage s;
  s.access("lamp");
  auto c = s.http();
  for (const auto& r : rows) {
    CAPTURE(r.members);
    CAPTURE(r.meta);
    s.test.on("call.test.lamp.light", with_meta(r.members, r.meta));
    const auto answer = c.request("POST", "/api/test/lamp/light");
    CHECK(answer.status == r.status);
    CHECK(answer.body == r.body);
    CHECK(answer.header("location") == r.location);
    CHECK(answer.headers.count("location") == !r.location.empty());
  }
}

TEST_CASE("headers of a call weigh more than those of access, and those more than authentication's") {
  http_stage s{with_header_auth()};
  const auto said = [](const std::string& who, const std::string& more) {
    return R"({"header":{"Set-Cookie":["1)" + who + R"(","2)" + who + R"("],"X-All":[")" + who + R"("],)" +
           more + "}}";
  };
  s.test.on("auth.test.login.header",
            with_meta(R"("result":null)", said("auth", R"("X-First":["auth"],"x-two":["auth"])")));
  s.test.on("access.test.lamp", with_meta(granted, said("access", R"("X-TWO":["access","again"])")));
  s.test.on("call.test.lamp.light", with_meta(R"("result":1)", said("call", R"("x-last":["call"])")));
  s.test.on("get.test.lamp", R"({"result":{"model":{}}})");
  using list = std::vector<std::string>;
  const auto post = s.post("/api/test/lamp/light");
  CHECK(post.status == 200);
  CHECK(all(post, "set-cookie") == list{"1auth", "2auth", "1access", "2access", "1call", "2call"});
  CHECK(all(post, "x-all") == list{"call"});
  CHECK(all(post, "x-first") == list{"auth"});
  CHECK(all(post, "x-two") == list{"access", "again"});
  CHECK(all(post, "x-last") == list{"call"});
  const auto get = s.get("/api/test/lamp");
  CHECK(all(get, "set-cookie") == list{"1auth", "2auth", "1access", "2access"});
  CHECK(all(get, "x-all") == list{"access"});
}

TEST_CASE("headers come with errors, too") {
  http_stage s;
  const std::string meta = R"({"header":{"X-Why":["because"]}})";
  s.test.on("access.test.lamp", with_meta(R"("result":{})", meta));
  s.test.on("get.test.lamp", R"({"result":{"model":{}}})");
  CHECK(s.get("/api/test/lamp").status == 401);
  CHECK(s.get("/api/test/lamp").header("x-why") == "because");
  CHECK(s.post("/api/test/lamp/light").header("x-why") == "because");
  s.test.on("access.test.lamp", with_meta(granted, meta));
  s.test.on("call.test.lamp.light", R"({"error":{"code":"test.busy","message":"Busy"}})");
  const auto answer = s.post("/api/test/lamp/light");
  CHECK(answer.status == 400);
  CHECK(answer.header("x-why") == "because");
}

TEST_CASE("what belongs to the gateway is not the services' to say, nor what is no header") {
  http_stage s;
  s.test.on("access.test.lamp", with_meta(granted, R"({"header":{
      "content-type":["text/html"],"Content-Length":["1"],"Transfer-Encoding":["chunked"],"Connection":["close"],
      "Access-Control-Allow-Origin":["http://evil"],"access-control-allow-credentials":["true"],
      "Date":["never"],"Upgrade":["h2c"],"Sec-WebSocket-Protocol":["x"],"Sec-WebSocket-Extensions":["x"],
      "Bad Name":["x"],"X-Split":["a\r\nX-Evil: b"],"X-Text":"no list","X-Good":["\u00e9"]}})"));
  s.test.on("get.test.lamp", R"({"result":{"model":{}}})");
  auto c = s.http();
  for (int i = 0; i < 2; ++i) {
    const auto answer = c.get("/api/test/lamp");
    CHECK(answer.body == "{}");
    using list = std::vector<std::string>;
    CHECK(all(answer, "content-type") == list{"application/json; charset=utf-8"});
    CHECK(all(answer, "content-length") == list{"2"});
    CHECK(all(answer, "access-control-allow-origin") == list{"*"});
    CHECK(all(answer, "x-good") == list{"\xc3\xa9"});
    CHECK(all(answer, "date").size() == 1);
    CHECK(answer.header("date") != "never");
    for (const std::string name :
         {"transfer-encoding", "connection", "access-control-allow-credentials", "upgrade",
          "sec-websocket-protocol", "sec-websocket-extensions", "bad name", "x-split", "x-evil", "x-text"}) {
      CAPTURE(name);
      CHECK(answer.headers.count(name) == 0);
    }
  }
}

TEST_CASE("what services say about caching counts") {
  http_stage s;
  s.test.on("access.test.lamp",
            with_meta(granted, R"({"header":{"etag":["\"v1\""],"Cache-Control":["max-age=5"]}})"));
  s.test.on("get.test.lamp", R"({"result":{"model":{}}})");
  const auto answer = s.get("/api/test/lamp");
  CHECK(answer.header("etag") == R"("v1")");
  CHECK(answer.header("cache-control") == "max-age=5");
  CHECK(s.get("/api/test/lamp", {{"If-None-Match", R"("v1")"}}).status == 304);
}

TEST_CASE("caches are told that the answer is for one origin, whatever a service adds") {
  actorgate::actors::settings settings;
  settings.http.cors.allow_origin = {"http://a.example"};
  http_stage s{settings};
  s.test.on("access.test.lamp", with_meta(granted, R"({"header":{"Vary":["Cookie"]}})"));
  s.test.on("get.test.lamp", R"({"result":{"model":{}}})");
  std::string vary;
  for (const auto& value : all(s.get("/api/test/lamp", {{"Origin", "http://a.example"}}), "vary")) {
    vary += value + ' ';
  }
  CHECK(vary.find("Cookie") != std::string::npos);
  CHECK(vary.find("Origin") != std::string::npos);
}

TEST_CASE("meta means nothing in an answer to a WebSocket client's request") {
  http_stage s;
  s.test.on("access.test.lamp", with_meta(granted, R"({"status":401})"));
  s.test.on("get.test.lamp", R"({"result":{"model":{}}})");
  s.test.on("call.test.lamp.light", with_meta(R"("result":1)", R"({"status":503})"));
  auto c = s.client();
  CHECK(c.result("subscribe.test.lamp") == R"({"models":{"test.lamp":{}}})"_json);
  CHECK(c.result("call.test.lamp.light") == R"({"payload":1})"_json);
}
