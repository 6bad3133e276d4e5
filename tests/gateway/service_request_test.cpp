// What services are asked: subjects and payloads.
#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

TEST_CASE("a get request has an empty payload, or the query") {
  stage s;
  auto c = s.client();
  c.send_request("get.test.lamp.one");
  CHECK(s.test.take("get.test.lamp.one").payload == "{}");
  c.send_request("subscribe.test.lamp?a=1&b=\\u00e5\\\"");
  CHECK(canonical(s.test.take("get.test.lamp").payload) == R"({"query":"a=1&b=\u00e5\""})"_json);
  c.send_request("get.test.list?");
  CHECK(s.test.take("get.test.list").payload == "{}");
}

TEST_CASE("an access request tells the connection, its token and the query") {
  stage s;
  auto c = s.client();
  const auto cid = s.cid(c);
  c.send_request("subscribe.test.lamp");
  CHECK(canonical(s.test.take("access.test.lamp").payload) ==
        canonical(R"({"cid":")" + cid + R"(","token":null})"));
  c.send_request("get.test.list?x=1&y");
  CHECK(canonical(s.test.take("access.test.list").payload) ==
        canonical(R"({"cid":")" + cid + R"(","token":null,"query":"x=1&y"})"));
  s.token(c, R"({"token":{"u":1.0}})");
  c.send_request("call.test.crane.lift", "[1]");
  CHECK(canonical(s.test.take("access.test.crane").payload) ==
        canonical(R"({"cid":")" + cid + R"(","token":{"u":1.0}})"));
}

TEST_CASE("a call request has its params besides") {
  stage s;
  auto c = s.client();
  const auto cid = s.cid(c);
  s.access("crane");
  c.send_request("call.test.crane.lift", R"({"by":1.50})");
  CHECK(canonical(s.test.take("call.test.crane.lift").payload) ==
        canonical(R"({"cid":")" + cid + R"(","token":null,"params":{"by":1.50}})"));
  c.send_request("call.test.crane?q=1.lift");
  CHECK(canonical(s.test.take("call.test.crane.lift").payload) ==
        canonical(R"({"cid":")" + cid + R"(","token":null,"query":"q=1","params":null})"));
  s.token(c, R"({"token":"t"})");
  c.send_request("new.test.crane", "null");
  CHECK(canonical(s.test.take("call.test.crane.new").payload) ==
        canonical(R"({"cid":")" + cid + R"(","token":"t","params":null})"));
}

TEST_CASE("an auth request tells of the client's HTTP request besides") {
  stage s;
  res_client c{s.port(),
               "/?from=here&x",
               {{"Host", "gateway.test:8080"},
                {"x-many", "one"},
                {"X-Many", "two"},
                {"Origin", "http://a.test"},
                {"cookie", "k=\"v\""}}};
  c.handshake();
  const auto cid = s.cid(c);
  c.send_request("auth.test.user?q=1.login", R"({"name":"\u00e5"})");
  const auto payload = s.test.take("auth.test.user.login").payload;
  CHECK(json_at(payload, "/header") ==
        R"({"Connection":["Upgrade"],"Upgrade":["websocket"],"Sec-Websocket-Version":["13"],
            "Sec-Websocket-Key":["dGhlIHNhbXBsZSBub25jZQ=="],"X-Many":["one","two"],"Origin":["http://a.test"],
            "Cookie":["k=\"v\""]})"_json);
  CHECK(text_at(payload, "/host") == "gateway.test:8080");
  CHECK(text_at(payload, "/uri") == "/?from=here&x");
  CHECK(text_at(payload, "/remoteAddr").starts_with("127.0.0.1:"));
  CHECK(text_at(payload, "/cid") == cid);
  CHECK(json_at(payload, "/token") == "null");
  CHECK(json_at(payload, "/params/name") == R"("å")");
  CHECK(text_at(payload, "/query") == "q=1");
  CHECK(json::parse(payload).members().size() == 8);
  c.send_request("auth.test.user.logout");
  const auto plain = s.test.take("auth.test.user.logout").payload;
  CHECK(json_at(plain, "/params") == "null");
  CHECK(json::parse(plain).members().size() == 7);
}

TEST_CASE("a connection keeps its id, and no two have the same") {
  stage s;
  auto one = s.client(), two = s.client();
  const auto cid = s.cid(one);
  CHECK(cid.size() == 15);
  CHECK(cid.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == cid.npos);
  CHECK(s.cid(one) == cid);
  CHECK(s.cid(two) != cid);
}

TEST_CASE("the connection id tag is replaced in subjects and queries") {
  stage s;
  auto c = s.client();
  const auto cid = s.cid(c);
  c.send_request("subscribe.test.{cid}.x{cid}y?of={cid}");
  const auto name = "test." + cid + ".x" + cid + "y";
  CHECK(canonical(s.test.take("get." + name).payload) == canonical(R"({"query":"of=)" + cid + "\"}"));
  CHECK(text_at(s.test.take("access." + name).payload, "/query") == "of=" + cid);
  c.send_request("auth.test.{cid}.login");
  s.test.take("auth.test." + cid + ".login");
  s.access(cid);
  c.send_request("call.test.{cid}.go", R"("{cid}")");
  CHECK(json_at(s.test.take("call.test." + cid + ".go").payload, "/params") == R"("{cid}")");
}

TEST_CASE("a subject that is too long for NATS is refused, and the next request goes on") {
  stage s;
  auto c = s.client();
  s.model("lamp", "{}");
  const auto too_long = R"({"code":"system.subjectTooLong","message":"Subject too long"})"_json;
  for (std::size_t length : {4200, 9000, 70000}) {
    CAPTURE(length);
    const auto rid = "test." + std::string(length, 'x');
    for (std::string method : {"subscribe." + rid, "get." + rid, "call." + rid + ".go", "auth." + rid + ".go",
                               "new." + rid, "call.test.lamp." + std::string(length, 'x')}) {
      CHECK(error(c, method) == too_long);
    }
    CHECK(c.error_code("unsubscribe." + rid) == "system.noSubscription");
  }
  CHECK(c.result("get.test.lamp") == R"({"models":{"test.lamp":{}}})"_json);
}

TEST_CASE("no length of a name, method or query harms the connection to NATS") {
  stage s;
  auto c = s.client();
  s.model("lamp", "{}");
  for (std::size_t length = 3940; length < 4130; length += 7) {
    CAPTURE(length);
    const std::string x(length, 'x');
    const auto get = c.error_code("get." + x);
    CHECK((get == "system.notFound" || get == "system.subjectTooLong"));
    const auto auth = c.error_code("auth.nobody." + x);
    CHECK((auth == "system.notFound" || auth == "system.subjectTooLong"));
    const auto tagged = c.error_code("get.{cid}" + x);
    CHECK((tagged == "system.notFound" || tagged == "system.subjectTooLong"));
  }
  const std::string query(100'000, 'q');
  CHECK(c.result("get.test.lamp?" + query) == canonical("{\"models\":{\"test.lamp?" + query + "\":{}}}"));
}

TEST_CASE("a reference whose name is too long is an error in the set") {
  stage s;
  auto c = s.client();
  const auto rid = "test." + std::string(5000, 'x');
  s.model("top", R"({"a":{"rid":")" + rid + "\"}}");
  CHECK(c.result("subscribe.test.top") ==
        canonical(R"({"models":{"test.top":{"a":{"rid":")" + rid + R"("}}},"errors":{")" + rid +
                  R"(":{"code":"system.subjectTooLong","message":"Subject too long"}}})"));
}

TEST_CASE("params that are more than NATS takes are an internal error, and the next request goes on") {
  actorgate::actors::settings settings;
  settings.websocket.message = 4u << 20;
  stage s{settings};
  auto c = s.client();
  s.access("crane");
  s.method("crane", "lift", "1");
  const auto params = '"' + std::string(2u << 20, 'x') + '"';
  CHECK(error(c, "call.test.crane.lift", params) ==
        R"({"code":"system.internalError","message":"Internal error"})"_json);
  CHECK(c.error_code("auth.test.crane.lift", params) == "system.internalError");
  CHECK(c.error_code("new.test.crane", params) == "system.internalError");
  CHECK(c.error_code("get.test.crane?" + params.substr(1, params.size() - 2)) == "system.internalError");
  CHECK(c.result("call.test.crane.lift", "1") == R"({"payload":1})"_json);
}
