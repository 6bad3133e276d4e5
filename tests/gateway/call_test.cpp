#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

TEST_CASE("the result of a call is passed on as it is") {
  stage s;
  auto c = s.client();
  s.access("crane");
  for (std::string result : {R"({"height":12,"load":[1,{"tea":true}]})", R"("done")", "0", "false", R"("")",
                             "[]", "{}", "null", "12345678901234567891", R"({"rid":"test.crane"})"}) {
    CAPTURE(result);
    s.method("crane", "lift", result);
    const auto wrapped = canonical("{\"payload\":" + std::string(result) + '}');
    CHECK(c.result("call.test.crane.lift") == wrapped);
    CHECK(c.result("auth.test.crane.lift") == wrapped);
  }
}

TEST_CASE("params go to the service as they are") {
  stage s;
  auto c = s.client();
  s.access("crane");
  s.test.on("call.test.crane.lift", [](const request& r) { r.result(r.payload); });
  for (std::string params :
       {"null", "1.10", R"("\u00e5\/")", R"([1,{"z":1,"a":2}])", R"({"count":-1E+40})"}) {
    CAPTURE(params);
    s.test.off("call.test.crane.lift");
    const auto id = c.send_request("call.test.crane.lift", params);
    const auto lift = s.test.take("call.test.crane.lift");
    CHECK(lift.payload.find("\"params\":" + std::string(params)) != std::string::npos);
    lift.result("1");
    CHECK(result_of(c, id) == R"({"payload":1})"_json);
  }
}

TEST_CASE("the error of a call is passed on with its data") {
  stage s;
  auto c = s.client();
  s.access("crane");
  s.test.on("call.test.crane.lift",
            R"({"error":{"code":"crane.overload","message":"Too heavy","data":{"max":1.50}},"result":1})");
  CHECK(error(c, "call.test.crane.lift") ==
        R"({"code":"crane.overload","message":"Too heavy","data":{"max":1.50}})"_json);
  s.test.on("auth.test.crane.login", R"({"error":{"code":"crane.who","message":""}})");
  CHECK(error(c, "auth.test.crane.login") == R"({"code":"crane.who","message":""})"_json);
}

TEST_CASE("a call needs access to its method") {
  stage s;
  auto c = s.client();
  for (std::string method : {"lift", "drop", "lif", "lift,drop", "*"}) s.method("crane", method, "1");
  const auto allowed = [&](const char* rights, const std::string& method) {
    s.access("crane", rights);
    const auto answer = c.request("call.test.crane." + method);
    if (text_at(answer, "/error/code") == "system.accessDenied") return false;
    CHECK(json_at(answer, "/result/payload") == "1");
    return true;
  };
  CHECK(allowed(R"({"call":"*"})", "lift"));
  CHECK(allowed(R"({"call":"lift"})", "lift"));
  CHECK(allowed(R"({"call":"drop,lift,rest"})", "lift"));
  CHECK(allowed(R"({"call":"drop,lift"})", "lift"));
  CHECK_FALSE(allowed(R"({"call":"drop,lift"})", "lif"));
  CHECK_FALSE(allowed(R"({"call":"lift2,drop"})", "lift"));
  CHECK_FALSE(allowed(R"({"call":""})", "lift"));
  CHECK_FALSE(allowed(R"({"get":true})", "lift"));
  CHECK_FALSE(allowed(R"({"get":true,"call":null})", "lift"));
  CHECK_FALSE(allowed("{}", "lift"));
}

TEST_CASE("auth needs no access") {
  stage s;
  auto c = s.client();
  s.method("crane", "login", "1");
  CHECK(c.result("auth.test.crane.login") == R"({"payload":1})"_json);
  s.pass(c);
  CHECK(s.test.seen("access.test.crane") == 0);
}

TEST_CASE("a resource response subscribes, and carries what is new to the client") {
  stage s;
  auto c = s.client();
  s.access("cranes");
  s.model("crane", R"({"cab":{"rid":"test.cab"}})");
  s.model("cab", R"({"seats":1})");
  for (std::string type : {"call", "auth"}) {
    CAPTURE(type);
    const std::string find = std::string(type) + ".test.cranes.find";
    s.test.on(find, R"({"resource":{"rid":"test.crane"}})");
    CHECK(c.result(find) == R"({"rid":"test.crane","models":{"test.crane":{"cab":{"rid":"test.cab"}},
                                                             "test.cab":{"seats":1}}})"_json);
    CHECK(c.result(find) == R"({"rid":"test.crane"})"_json);
    s.test.event("cab", "change", R"({"values":{"seats":2}})");
    CHECK(next(c) == event("test.cab.change", R"({"values":{"seats":2}})"));
    CHECK(c.result("unsubscribe.test.crane", R"({"count":2})").empty());
    s.test.event("cab", "change", R"({"values":{"seats":1}})");
    s.pass(c, "cab");
  }
}

TEST_CASE("a resource response that may not be read, or cannot be had, carries the error") {
  stage s;
  auto c = s.client();
  s.access("cranes");
  s.model("secret", "{}");
  s.access("secret", R"({"get":false})");
  s.failing("lost", "test.lost");
  s.test.on("call.test.cranes.hide", R"({"resource":{"rid":"test.secret"}})");
  s.test.on("auth.test.cranes.lose", R"({"resource":{"rid":"test.lost"}})");
  CHECK(c.result("call.test.cranes.hide") ==
        R"({"rid":"test.secret","errors":{"test.secret":
            {"code":"system.accessDenied","message":"Access denied"}}})"_json);
  CHECK(c.result("auth.test.cranes.lose") ==
        R"({"rid":"test.lost","errors":{"test.lost":{"code":"test.lost","message":"Error"}}})"_json);
  CHECK(c.error_code("unsubscribe.test.secret") == "system.noSubscription");
  CHECK(c.error_code("unsubscribe.test.lost") == "system.noSubscription");
}

TEST_CASE("a resource response may refer to a collection, with a query") {
  stage s;
  auto c = s.client();
  s.access("cranes");
  s.access("list");
  s.test.on("get.test.list", R"({"result":{"collection":["a"],"query":"q=1"}})");
  s.test.on("call.test.cranes.find", R"({"resource":{"rid":"test.list?q=1"}})");
  CHECK(c.result("call.test.cranes.find") ==
        R"({"rid":"test.list?q=1","collections":{"test.list?q=1":["a"]}})"_json);
  CHECK(c.result("unsubscribe.test.list?q=1").empty());
}

TEST_CASE("a resource response may have the connection id tag, which the client keeps") {
  stage s;
  auto c = s.client();
  const auto cid = s.cid(c);
  s.model("user." + cid, R"({"n":1})");
  s.test.on("auth.test.user.login", R"({"resource":{"rid":"test.user.{cid}"}})");
  CHECK(c.result("auth.test.user.login") ==
        R"({"rid":"test.user.{cid}","models":{"test.user.{cid}":{"n":1}}})"_json);
  s.test.event("user." + cid, "change", R"({"values":{"n":2}})");
  CHECK(next(c) == event("test.user.{cid}.change", R"({"values":{"n":2}})"));
  CHECK(c.result("unsubscribe.test.user.{cid}").empty());
}

TEST_CASE("new calls the method new, with its access and params") {
  stage s;
  auto c = s.client();
  s.model("crane", R"({"a":1})");
  s.access("cranes", R"({"call":"drop"})");
  CHECK(c.error_code("new.test.cranes") == "system.accessDenied");
  s.access("cranes", R"({"call":"new"})");
  const auto id = c.send_request("new.test.cranes", R"({"a":1})");
  const auto create = s.test.take("call.test.cranes.new");
  CHECK(json_at(create.payload, "/params") == R"({"a":1})");
  create.reply(R"({"resource":{"rid":"test.crane"}})");
  CHECK(result_of(c, id) == R"({"rid":"test.crane","models":{"test.crane":{"a":1}}})"_json);
  CHECK(c.result("unsubscribe.test.crane").empty());
}

TEST_CASE("a result that is nothing but a reference is the new resource, for new and for a call of it") {
  stage s;
  auto c = s.client();
  s.access("cranes");
  s.model("crane", R"({"a":1})");
  s.method("cranes", "new", R"({"rid":"test.crane"})");
  CHECK(c.result("new.test.cranes") == R"({"rid":"test.crane","models":{"test.crane":{"a":1}}})"_json);
  CHECK(c.result("call.test.cranes.new") == R"({"rid":"test.crane"})"_json);
  CHECK(c.result("unsubscribe.test.crane", R"({"count":2})").empty());
}

TEST_CASE("a new request that creates no resource is an internal error") {
  stage s;
  auto c = s.client();
  s.access("cranes");
  for (std::string result : {"null", "{}", "7", R"("test.crane")", R"({"rid":""})", R"({"rid":"a..b"})"}) {
    CAPTURE(result);
    s.method("cranes", "new", result);
    CHECK(c.error_code("new.test.cranes") == "system.internalError");
  }
}

TEST_CASE("the method is what follows the last dot, even of a query") {
  stage s;
  auto c = s.client();
  s.access("cranes");
  s.test.on("call.test.cranes.count", [](const request& r) { r.result(json_at(r.payload, "/query")); });
  CHECK(c.result("call.test.cranes?size=1.5.count") == R"({"payload":"size=1.5"})"_json);
}

TEST_CASE("the replies to calls come in the order of the service, between the events of the resource") {
  stage s;
  auto c = s.client();
  s.model("crane", R"({"n":0})");
  c.result("subscribe.test.crane");
  std::vector<std::uint64_t> ids;
  constexpr int count = 100;
  s.test.on("call.test.crane.lift", [&s](const request& r) {
    const auto n = json_at(r.payload, "/params");
    s.test.event("crane", "change", R"({"values":{"n":)" + n + "}}");
    r.result(n);
  });
  for (int i = 1; i <= count; ++i) c.send_request("call.test.crane.lift", std::to_string(i));
  for (int i = 1; i <= count; ++i) {
    const auto n = std::to_string(i);
    REQUIRE(canonical(c.recv()) == event("test.crane.change", R"({"values":{"n":)" + n + "}}"));
    REQUIRE(json_at(c.recv(), "/result/payload") == n);
  }
}

TEST_CASE("calls go on while others wait") {
  stage s;
  auto c = s.client();
  s.access("crane");
  s.method("crane", "lift", "1");
  const auto slow = c.send_request("call.test.crane.rest");
  const auto rest = s.test.take("call.test.crane.rest");
  CHECK(c.result("call.test.crane.lift") == R"({"payload":1})"_json);
  rest.result("2");
  CHECK(result_of(c, slow) == R"({"payload":2})"_json);
}

TEST_CASE("a connection that has too many unanswered requests is refused more") {
  actorgate::actors::settings settings;
  settings.pending_requests = 3;
  stage s{settings};
  auto c = s.client();
  s.access("crane");
  const auto call = c.send_request("call.test.crane.lift");
  const auto get = c.send_request("get.test.crane");
  const auto subscribe = c.send_request("subscribe.test.crane");
  CHECK(c.error_code("auth.test.crane.login") == "system.requestLimitExceeded");
  CHECK(c.error_code("get.test.crane") == "system.requestLimitExceeded");
  CHECK(c.error_code("unsubscribe.test.quay") == "system.noSubscription");
  s.test.take("call.test.crane.lift").result("1");
  s.test.take("get.test.crane").result(R"({"model":{}})");
  for (auto id : {call, get, subscribe}) result_of(c, id);
  CHECK(c.result("get.test.crane") == "{}");
}
