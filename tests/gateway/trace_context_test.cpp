// A client's trace goes on in the services: W3C Trace Context in NATS headers.
#include <string>

#include <doctest/doctest.h>

#include "tests/gateway/http_stage.hpp"

using namespace actorgate::test;

namespace {
const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const headers traced{{"Traceparent", trace}};
}  // namespace

TEST_CASE("what is asked for an HTTP request belongs to its trace") {
  http_stage s;
  auto c = s.http();
  c.send(http_request("POST", "/api/test/crane/lift", traced));
  const auto access = s.test.take("access.test.crane");
  CHECK(access.traceparent == trace);
  access.result(R"({"call":"*"})");
  const auto call = s.test.take("call.test.crane.lift");
  CHECK(call.traceparent == trace);
  call.result("1");
  CHECK(c.answer().status == 200);
  // The next request of the same socket is another one.
  c.send(http_request("POST", "/api/test/crane/lift"));
  CHECK(s.test.take("access.test.crane").traceparent.empty());
}

TEST_CASE("a resource is fetched for everybody: its get request belongs to no trace") {
  http_stage s;
  auto c = s.http();
  c.send(http_request("GET", "/api/test/lamp", traced));
  const auto access = s.test.take("access.test.lamp"), get = s.test.take("get.test.lamp");
  CHECK(access.traceparent == trace);
  CHECK(get.traceparent.empty());
}

TEST_CASE("a WebSocket's requests belong to the trace of its upgrade request") {
  actorgate::actors::settings settings;
  settings.http.ws_header_auth = {"test.login", "header"};
  http_stage s{settings};
  s.test.on("auth.test.login.header", R"({"result":null})");
  res_client c{s.port(), "/", traced};
  c.handshake();
  c.send_request("auth.test.login.do");
  const auto auth = s.test.take("auth.test.login.do");
  CHECK(auth.traceparent == trace);
  c.send_request("subscribe.test.lamp");
  CHECK(s.test.take("access.test.lamp").traceparent == trace);
}

TEST_CASE("what is no trace context goes nowhere") {
  http_stage s;
  auto c = s.http();
  c.send(http_request("GET", "/api/test/lamp", {{"Traceparent", "00-nonsense"}}));
  CHECK(s.test.take("access.test.lamp").traceparent.empty());
}
