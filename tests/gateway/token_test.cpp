#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

namespace {

/// The token that the service gets with the next call.
std::string current_token(stage& s, res_client& c) {
  s.test.on("auth.test.stage.token", [](const request& r) { r.result(json_at(r.payload, "/token")); });
  return json_at(c.result("auth.test.stage.token"), "/payload");
}

}  // namespace

TEST_CASE("a token goes with every request from then on, as the service wrote it") {
  stage s;
  auto c = s.client(), other = s.client();
  s.token(c, R"({"token":{"user":1.10,"roles":["admin"]},"tid":"12"})");
  const auto id = c.send_request("subscribe.test.lamp");
  const auto call = c.send_request("call.test.crane.lift");
  const auto access = s.test.take("access.test.lamp");
  CHECK(access.payload.find(R"("token":{"user":1.10,"roles":["admin"]})") != std::string::npos);
  access.result("{}");
  const auto lift = s.test.take("access.test.crane");
  CHECK(json_at(lift.payload, "/token/user") == "1.10");
  lift.result(R"({"call":"*"})");
  CHECK(json_at(s.test.take("call.test.crane.lift").payload, "/token/user") == "1.10");
  CHECK(current_token(s, c) == R"({"user":1.10,"roles":["admin"]})"_json);
  CHECK(current_token(s, other) == "null");
  CHECK(error_of(c, id) == "system.accessDenied");
  (void)call;
}

TEST_CASE("a token event is in force before the answer that the service sent after it") {
  stage s;
  auto c = s.client();
  s.access("lamp");
  s.test.on("auth.test.lamp.login", [&s](const request& r) {
    s.test.publish("conn." + text_at(r.payload, "/cid") + ".token",
                   R"({"token":)" + json_at(r.payload, "/params") + '}');
    r.result("null");
  });
  for (int i = 0; i < 50; ++i) {
    const auto token = std::to_string(i);
    c.result("auth.test.lamp.login", token);
    REQUIRE(current_token(s, c) == token);
  }
}

TEST_CASE("the first token of a connection asks for no access again, a later one does") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  c.result("subscribe.test.lamp");
  s.token(c, R"({"token":"one"})");
  CHECK(s.no_events(c, "lamp"));
  CHECK(s.test.seen("access.test.lamp") == 1);
  s.test.off("access.test.lamp");
  s.token(c, R"({"token":"two"})");
  const auto access = s.test.take("access.test.lamp");
  CHECK(json_at(access.payload, "/token") == R"("two")");
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  access.result(R"({"get":true})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"n":2}})"));
}

TEST_CASE("another token concerns all direct subscriptions of its connection, and only that connection") {
  stage s;
  auto c = s.client(), other = s.client();
  s.model("top", R"({"a":{"rid":"test.a"}})");
  s.model("a", R"({"n":1})");
  s.model("lamp", "{}");
  for (auto* each : {&c, &other}) {
    each->result("subscribe.test.top");
    each->result("subscribe.test.lamp");
    s.token(*each, R"({"token":1})");
  }
  s.access("lamp", "{}");
  s.token(c, R"({"token":2})");
  CHECK(next(c) == event("test.lamp.unsubscribe",
                         R"({"reason":{"code":"system.accessDenied","message":"Access denied"}})"));
  CHECK(s.no_events(c, "a"));
  CHECK(s.no_events(other, "lamp"));
  CHECK(s.test.seen("access.test.top") == 3);
  CHECK(s.test.seen("access.test.lamp") == 3);
  CHECK(s.test.seen("access.test.a") == 0);
}

TEST_CASE("a token of null counts as one that is set") {
  stage s;
  auto c = s.client();
  s.model("lamp", "{}");
  c.result("subscribe.test.lamp");
  s.token(c, R"({"token":null})");
  CHECK(current_token(s, c) == "null");
  CHECK(s.no_events(c, "lamp"));
  CHECK(s.test.seen("access.test.lamp") == 1);
  s.token(c, R"({"token":7})");
  s.test.wait_seen("access.test.lamp", 2);
  CHECK(current_token(s, c) == "7");
}

TEST_CASE("a payload of null takes the token away, and the next one is the first") {
  stage s;
  auto c = s.client();
  s.model("lamp", "{}");
  c.result("subscribe.test.lamp");
  s.token(c, R"({"token":7})");
  s.token(c, "null");
  s.test.wait_seen("access.test.lamp", 2);
  CHECK(current_token(s, c) == "null");
  s.token(c, R"({"token":8})");
  CHECK(current_token(s, c) == "8");
  CHECK(s.no_events(c, "lamp"));
  CHECK(s.test.seen("access.test.lamp") == 2);
}

TEST_CASE("access that was granted for the old token counts no more for a resource that is referred to") {
  stage s;
  auto c = s.client();
  s.model("top", R"({"a":{"rid":"test.a"}})");
  s.model("a", "{}");
  s.method("a", "go", "1");
  c.result("subscribe.test.top");
  s.token(c, R"({"token":1})");
  c.result("call.test.a.go");
  s.token(c, R"({"token":2})");
  s.access("a", "{}");
  CHECK(c.error_code("call.test.a.go") == "system.accessDenied");
}

TEST_CASE("an answer to an access request for the old token does not count") {
  stage s;
  auto c = s.client();
  s.token(c, R"({"token":1})");
  s.model("lamp", "{}");
  s.test.off("access.test.lamp");
  const auto id = c.send_request("subscribe.test.lamp");
  const auto old = s.test.take("access.test.lamp");
  s.token(c, R"({"token":2})");
  const auto fresh = s.test.take("access.test.lamp");
  CHECK(json_at(fresh.payload, "/token") == "2");
  old.result(R"({"get":true})");
  s.pass(c);
  fresh.result("{}");
  CHECK(error_of(c, id) == "system.accessDenied");
}

TEST_CASE("a token event that makes no sense, or another event of the connection, changes nothing") {
  stage s;
  auto c = s.client();
  s.model("lamp", "{}");
  c.result("subscribe.test.lamp");
  s.token(c, R"({"token":7})");
  for (std::string payload :
       {"", "{", "7", "[]", R"("x")", R"({"token":8,"tid":5})", R"({"token":8}x)", "\xff"}) {
    CAPTURE(payload);
    s.token(c, payload);
  }
  s.test.publish("conn." + s.cid(c) + ".tokens", R"({"token":9})");
  s.test.publish("conn." + s.cid(c) + ".token.x", R"({"token":9})");
  CHECK(s.no_events(c, "lamp"));
  CHECK(current_token(s, c) == "7");
  CHECK(s.test.seen("access.test.lamp") == 1);
}

TEST_CASE("a token reset asks to renew the tokens of these ids, and throws the answer away") {
  stage s;
  std::vector<res_client> clients;
  for (std::string tid : {"a", "b", "a", "c"}) {
    clients.push_back(s.client());
    s.token(clients.back(), R"({"token":{"of":")" + std::string(tid) + R"("},"tid":")" + tid + "\"}");
  }
  auto none = s.client();
  s.token(none, R"({"token":{"of":"none"}})");
  s.test.publish("system.tokenReset", R"({"tids":["a","b","x"],"subject":"auth.test.renew.now"})");
  std::string whose;
  for (int i = 0; i < 3; ++i) {
    const auto renew = s.test.take("auth.test.renew.now");
    whose += text_at(renew.payload, "/token/of");
    CHECK(json_at(renew.payload, "/params") == "null");
    CHECK_FALSE(json_at(renew.payload, "/header").empty());
    CHECK(text_at(renew.payload, "/cid").size() == 15);
    renew.result(R"({"renewed":true})");
  }
  for (auto& c : clients) s.pass(c);
  s.pass(none);
  CHECK(std::count(whose.begin(), whose.end(), 'a') == 2);
  CHECK(std::count(whose.begin(), whose.end(), 'b') == 1);
  CHECK(s.test.seen("auth.test.renew.now") == 3);
}

TEST_CASE("a token reset may name any subject, and one that makes no sense does nothing") {
  stage s;
  auto c = s.client();
  s.token(c, R"({"token":1,"tid":"a"})");
  s.test.listen("renewal");
  for (std::string payload : {"", "{", "null", R"({"tids":["a"]})", R"({"subject":"renewal"})",
                              R"({"tids":"a","subject":"renewal"})", R"({"tids":[1],"subject":"renewal"})",
                              R"({"tids":["a"],"subject":"a..b"})", R"({"tids":["a"],"subject":""})",
                              R"({"tids":["a"],"subject":7})", R"({"tids":[],"subject":"renewal"})"}) {
    s.test.publish("system.tokenReset", payload);
  }
  s.test.publish("system.tokenReset", R"({"tids":["a","a"],"subject":"renewal"})");
  CHECK(json_at(s.test.take("renewal").payload, "/token") == "1");
  s.pass(c);
  CHECK(s.test.seen("renewal") == 1);
}

TEST_CASE("a token id counts until the next token") {
  stage s;
  auto c = s.client();
  s.token(c, R"({"token":1,"tid":"a"})");
  s.token(c, R"({"token":2,"tid":"b"})");
  s.test.publish("system.tokenReset", R"({"tids":["a"],"subject":"auth.test.renew.a"})");
  s.test.publish("system.tokenReset", R"({"tids":["b"],"subject":"auth.test.renew.b"})");
  CHECK(json_at(s.test.take("auth.test.renew.b").payload, "/token") == "2");
  s.pass(c);
  CHECK(s.test.seen("auth.test.renew.a") == 0);
}
