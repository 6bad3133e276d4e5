#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

namespace {

std::string predefined(const char* code, const char* message) {
  return canonical(std::string(R"({"code":"system.)") + code + R"(","message":")" + message + "\"}");
}

}  // namespace

TEST_CASE("an error of the service is passed on for subscribe and get") {
  stage s;
  auto c = s.client();
  s.access("lamp");
  s.test.on("get.test.lamp", R"({"error":{"code":"lamp.broken","message":"Broken","data":[1.0]}})");
  const auto broken = R"({"code":"lamp.broken","message":"Broken","data":[1.0]})"_json;
  CHECK(error(c, "subscribe.test.lamp") == broken);
  CHECK(error(c, "get.test.lamp") == broken);
  CHECK(c.error_code("unsubscribe.test.lamp") == "system.noSubscription");
}

TEST_CASE("an error of the access request wins over one of the get request") {
  stage s;
  auto c = s.client();
  s.failing("lamp", "lamp.broken");
  s.test.on("access.test.lamp", R"({"error":{"code":"lamp.forbidden","message":"No"}})");
  CHECK(c.error_code("subscribe.test.lamp") == "lamp.forbidden");
  CHECK(c.error_code("get.test.lamp") == "lamp.forbidden");
  CHECK(c.error_code("call.test.lamp.light") == "lamp.forbidden");
  s.access("lamp", "{}");
  CHECK(c.error_code("subscribe.test.lamp") == "system.accessDenied");
}

TEST_CASE("an access error waits neither for the get request nor the other way round") {
  stage s;
  auto c = s.client();
  const auto id = c.send_request("subscribe.test.lamp");
  const auto get = s.test.take("get.test.lamp");
  s.test.take("access.test.lamp").result(R"({"get":false})");
  CHECK(error_of(c, id) == "system.accessDenied");
  get.result(R"({"model":{}})");
}

TEST_CASE("without access to get a resource is denied") {
  stage s;
  auto c = s.client();
  s.model("lamp", "{}");
  const auto denied = predefined("accessDenied", "Access denied");
  for (std::string rights : {"{}", R"({"get":false})", R"({"get":null,"call":"*"})"}) {
    CAPTURE(rights);
    s.access("lamp", rights);
    CHECK(error(c, "subscribe.test.lamp") == denied);
    CHECK(error(c, "get.test.lamp") == denied);
  }
}

TEST_CASE("what no service listens to is not found, at once") {
  stage s;
  auto c = s.client();
  const auto not_found = predefined("notFound", "Not found");
  CHECK(error(c, "subscribe.nobody.lamp") == not_found);
  CHECK(error(c, "get.nobody.lamp") == not_found);
  CHECK(error(c, "call.nobody.lamp.light") == not_found);
  CHECK(error(c, "new.nobody.lamp") == not_found);
  CHECK(error(c, "auth.nobody.lamp.light") == not_found);
  CHECK(error(c, "unsubscribe.nobody.lamp") == predefined("noSubscription", "No subscription"));
}

TEST_CASE("a request that is not answered times out") {
  stage s{impatient()};
  auto c = s.client();
  const auto timeout = predefined("timeout", "Request timeout");
  CHECK(error(c, "auth.test.lamp.light") == timeout);
  CHECK(error(c, "get.test.lamp") == timeout);
  CHECK(error(c, "call.test.lamp.light") == timeout);
  s.access("lamp");
  CHECK(error(c, "call.test.lamp.light") == timeout);
  CHECK(error(c, "subscribe.test.lamp") == timeout);
  CHECK(error(c, "new.test.lamp") == timeout);
  CHECK(c.error_code("unsubscribe.test.lamp") == "system.noSubscription");
}

TEST_CASE("a method that asks for nothing we know is an invalid request") {
  stage s;
  auto c = s.client();
  const auto invalid = predefined("invalidRequest", "Invalid request");
  for (std::string method : {"",
                             ".",
                             "..",
                             "fly",
                             "fly.away.now",
                             "subscribe",
                             "subscribe.",
                             "unsubscribe",
                             "get",
                             "call",
                             "call.test",
                             "auth.",
                             "auth.test",
                             "new",
                             "Subscribe.test.a",
                             "delete.test.a",
                             "version.1",
                             "subscribe.test..a",
                             "subscribe..a",
                             "subscribe.test.a.",
                             "subscribe.test.*",
                             "subscribe.test.>",
                             "get.test.a b",
                             "get.test.\\u00e5",
                             "get.test.\\u0000",
                             "get.?q",
                             "call.test.a.",
                             "call.test.a.*",
                             "call.test.a.b c",
                             "call..b",
                             "auth.test.>.b",
                             "new.test.*",
                             "unsubscribe.test..a",
                             "get.test.\\u007f"}) {
    CAPTURE(method);
    CHECK(error(c, method) == invalid);
  }
  s.pass(c);
  CHECK(s.test.seen() == 1);
}

TEST_CASE("a method that is no text is an invalid request") {
  stage s;
  auto c = s.client();
  for (std::string members : {"", R"(,"method":7)", R"(,"method":null)", R"(,"method":["version"])"}) {
    CAPTURE(members);
    c.send_text(R"({"id":90071992547409930)" + std::string(members) + '}');
    CHECK(canonical(c.recv()) == R"({"error":{"code":"system.invalidRequest","message":"Invalid request"},
                                     "id":90071992547409930})"_json);
  }
}

TEST_CASE("every printable character may stand in a rid, and anything in a query") {
  stage s;
  auto c = s.client();
  const std::string odd = R"(!#$%&'()+,-/:;<=@[]^_`{|}~)";
  s.model(odd, "{}");
  CHECK(c.result("get.test." + odd) == canonical(R"({"models":{"test.)" + odd + R"(":{}}})"));
  s.access("list");
  s.test.on("get.test.list", [](const request& r) {
    r.result(R"({"collection":[],"query":)" + json_at(r.payload, "/query") + '}');
  });
  for (std::string query : {"a=1&b= ..*>", "\\u00e5", "?", "q.", " ", "\\\"\\n"}) {
    CAPTURE(query);
    const auto rid = "test.list?" + std::string(query);
    CHECK(c.result("get." + rid) == canonical("{\"collections\":{\"" + rid + "\":[]}}"));
  }
}

TEST_CASE("a message that is not JSON, or has no usable id, is ignored") {
  stage s;
  auto c = s.client();
  for (std::string message : {"",
                              " ",
                              "x",
                              "{",
                              "[]",
                              "7",
                              "null",
                              R"("version")",
                              R"({"method":"version"})",
                              R"({"id":null,"method":"version"})",
                              R"({"id":-1,"method":"version"})",
                              R"({"id":1.5,"method":"version"})",
                              R"({"id":"1","method":"version"})",
                              R"({"id":1e3,"method":"version"})",
                              R"({"id":[1],"method":"version"})",
                              R"({"id":18446744073709551616,"method":"version"})",
                              R"({"id":1,"method":"version")",
                              R"({"id":1,"method":"version"}x)",
                              R"({"id":1,"method":"version"}{})",
                              R"({'id':1,"method":"version"})",
                              R"([{"id":1,"method":"version"}])"}) {
    c.send_text(message);
  }
  c.send_text(R"({"id":77,"method":"version"})");
  CHECK(canonical(c.recv()) == R"({"result":{"protocol":"1.2.3"},"id":77})"_json);
}

TEST_CASE("the id comes back digit by digit, and further members of a request are ignored") {
  stage s;
  auto c = s.client();
  for (std::string id : {"0", "1", "9007199254740993", "18446744073709551615"}) {
    CAPTURE(id);
    c.send_text(R"( {"jsonrpc":"2.0","params":null,"method":"v\u0065rsion","extra":[1,{"id":5}],"id":)" +
                std::string(id) + "} ");
    CHECK(json_at(c.recv(), "/id") == id);
  }
}

TEST_CASE("a malformed answer to get is an internal error") {
  stage s;
  auto c = s.client();
  s.access("lamp");
  const auto internal = predefined("internalError", "Internal error");
  for (std::string answer : {"",
                             "{",
                             "[]",
                             "{}",
                             "7",
                             R"({"result":null})",
                             R"({"result":{}})",
                             R"({"result":[]})",
                             R"({"result":{"model":null}})",
                             R"({"result":{"model":[]}})",
                             R"({"result":{"collection":{}}})",
                             R"({"result":{"model":{},"collection":[]}})",
                             R"({"result":{"model":{"a":{"b":1}}}})",
                             R"({"result":{"model":{"a":[1]}}})",
                             R"({"result":{"collection":[{}]}})",
                             R"({"result":{"collection":[[]]}})",
                             R"({"result":{"model":{"a":{"action":"delete"}}}})",
                             R"({"result":{"model":{"a":{"rid":""}}}})",
                             R"({"result":{"model":{"a":{"rid":"x..y"}}}})",
                             R"({"result":{"model":{"a":{"rid":"x.*"}}}})",
                             R"({"result":{"model":{"a":{"rid":7}}}})",
                             R"({"result":{"model":{"a":1}})",
                             R"({"result":{"model":{}}}x)",
                             R"({"result":{"model":{"a":01}}})",
                             R"({"result":{"model":{},"query":7}})",
                             R"({"error":"down"})",
                             R"({"error":{}})",
                             R"({"error":{"code":5}})",
                             R"({"resource":{"rid":"test.lamp"}})",
                             "\xff{}",
                             "{\"result\":{\"model\":{\"a\":\"\xff\"}}}"}) {
    CAPTURE(answer);
    s.test.on("get.test.lamp", answer);
    CHECK(error(c, "get.test.lamp") == internal);
  }
  s.model("lamp", "{}");
  CHECK(c.result("get.test.lamp") == R"({"models":{"test.lamp":{}}})"_json);
}

TEST_CASE("a malformed answer to access is an internal error") {
  stage s;
  auto c = s.client();
  s.model("lamp", "{}");
  s.method("lamp", "light", "1");
  for (std::string answer :
       {"", "{", "[]", "{}", R"({"result":null})", R"({"result":[]})", R"({"result":{"get":1}})",
        R"({"result":{"get":"true"}})", R"({"result":{"get":true,"call":["light"]}})",
        R"({"result":{"get":true,"call":"*"})", R"({"error":{"message":"No"}})"}) {
    CAPTURE(answer);
    s.test.on("access.test.lamp", answer);
    CHECK(c.error_code("subscribe.test.lamp") == "system.internalError");
    CHECK(c.error_code("get.test.lamp") == "system.internalError");
    CHECK(c.error_code("call.test.lamp.light") == "system.internalError");
  }
}

TEST_CASE("a malformed answer to call and auth is an internal error") {
  stage s;
  auto c = s.client();
  s.access("lamp");
  for (std::string answer :
       {"", "{", "[]", "7", R"("x")", "{}", R"({"results":1})", R"({"error":"down"})",
        R"({"error":{"code":5}})", R"({"resource":"a.b"})", R"({"resource":{}})",
        R"({"resource":{"rid":""}})", R"({"resource":{"rid":"a..b"}})", R"({"resource":{"rid":"a.>"}})",
        R"({"resource":{"rid":"a b"}})", R"({"result":1)", R"({"result":1}})", R"({"result":01})"}) {
    CAPTURE(answer);
    s.test.on("call.test.lamp.light", answer);
    s.test.on("auth.test.lamp.light", answer);
    CHECK(c.error_code("call.test.lamp.light") == "system.internalError");
    CHECK(c.error_code("auth.test.lamp.light") == "system.internalError");
    s.test.on("call.test.lamp.new", answer);
    CHECK(c.error_code("new.test.lamp") == "system.internalError");
  }
}
