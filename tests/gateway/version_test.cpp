#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

TEST_CASE("a version of the same major number is answered with our own version") {
  stage s;
  auto c = s.client("");
  for (std::string theirs : {"1.2.3", "1.2.0", "1.0.0", "1.1.1", "1.999.999"}) {
    CAPTURE(theirs);
    CHECK(c.result("version", "{\"protocol\":\"" + std::string(theirs) + "\"}") ==
          R"({"protocol":"1.2.3"})"_json);
  }
}

TEST_CASE("a version request that tells no version is answered, too") {
  stage s;
  auto c = s.client("");
  for (std::string params : {"", "null", "{}", R"({"protocol":null})", R"({"protocol":"","other":[1]})"}) {
    CAPTURE(params);
    CHECK(c.result("version", params) == R"({"protocol":"1.2.3"})"_json);
  }
}

TEST_CASE("a version that is none, or of another major number, is refused as unsupported") {
  stage s;
  auto c = s.client("");
  for (std::string theirs :
       {"2.0.0", "0.9.9", "1.2", "1.2.3.4", "1.1000.0", "latest", "1.2.x", "1..1", "-1.2.3"}) {
    CAPTURE(theirs);
    CHECK(error(c, "version", "{\"protocol\":\"" + std::string(theirs) + "\"}") ==
          R"({"code":"system.unsupportedProtocol","message":"Unsupported protocol"})"_json);
  }
}

TEST_CASE("version params of the wrong type are invalid params") {
  stage s;
  auto c = s.client("");
  for (std::string params : {"7", "[]", R"("1.2.3")", R"({"protocol":1.2})", R"({"protocol":["1.2.3"]})"}) {
    CAPTURE(params);
    CHECK(c.error_code("version", params) == "system.invalidParams");
  }
}

TEST_CASE("a refused version leaves the one before") {
  stage s;
  auto c = s.client("1.2.3");
  s.access("crane");
  s.method("crane", "lift", "12");
  CHECK(c.error_code("version", R"({"protocol":"2.0.0"})") == "system.unsupportedProtocol");
  CHECK(c.error_code("version", R"({"protocol":7})") == "system.invalidParams");
  CHECK(c.result("call.test.crane.lift") == R"({"payload":12})"_json);
}

TEST_CASE("a version counts from when it is told") {
  stage s;
  auto c = s.client("");
  s.access("crane");
  s.method("crane", "lift", "12");
  s.model("log", R"({"a":{"data":[1]}})");
  CHECK(c.result("call.test.crane.lift") == "12");
  c.handshake("1.2.3");
  CHECK(c.result("call.test.crane.lift") == R"({"payload":12})"_json);
  CHECK(c.result("subscribe.test.log") == R"({"models":{"test.log":{"a":{"data":[1]}}}})"_json);
}

TEST_CASE("a client that never tells its version gets results without an envelope") {
  stage s;
  auto c = s.client("");
  s.access("crane");
  s.method("crane", "lift", R"({"height":12})");
  CHECK(c.result("call.test.crane.lift") == R"({"height":12})"_json);
  CHECK(c.result("auth.test.crane.lift") == R"({"height":12})"_json);
  s.method("crane", "rest", "null");
  CHECK(c.result("call.test.crane.rest") == "null");
}

TEST_CASE(
    "a client that never tells its version is told the rid of a resource response, and not subscribed to "
    "it") {
  stage s;
  auto c = s.client("");
  s.access("cranes");
  s.model("crane", R"({"a":1})");
  s.test.on("call.test.cranes.find", R"({"resource":{"rid":"test.crane"}})");
  s.test.on("auth.test.cranes.find", R"({"resource":{"rid":"test.crane"}})");
  CHECK(c.result("call.test.cranes.find") == R"({"rid":"test.crane"})"_json);
  CHECK(c.result("auth.test.cranes.find") == R"({"rid":"test.crane"})"_json);
  CHECK(c.error_code("unsubscribe.test.crane") == "system.noSubscription");
  s.pass(c);
  CHECK(s.test.seen("get.test.crane") == 0);
}

TEST_CASE("a new request subscribes whatever the version") {
  stage s;
  s.access("cranes");
  s.model("crane", R"({"a":1})");
  s.test.on("call.test.cranes.new", R"({"resource":{"rid":"test.crane"}})");
  for (std::string version : {"", "1.1.1", "1.2.0", "1.2.3"}) {
    CAPTURE(version);
    auto c = s.client(version);
    CHECK(c.result("new.test.cranes") == R"({"rid":"test.crane","models":{"test.crane":{"a":1}}})"_json);
    CHECK(c.result("unsubscribe.test.crane").empty());
  }
}

TEST_CASE("before 1.2.1 a soft reference is its rid and a data value a text, in resources and events") {
  stage s;
  for (std::string version : {"", "1.1.1", "1.2.0"}) {
    CAPTURE(version);
    auto c = s.client(version);
    s.model("log",
            R"({"page":{"rid":"test.page","soft":true},"map":{"data":{"x":[1]}},"n":1,"p":{"data":7}})");
    s.collection("list", R"([{"rid":"test.page","soft":true},{"data":["x"]},null])");
    s.model("pen", R"({"ink":{"data":["blue"]}})");
    CHECK(c.result("subscribe.test.log") ==
          R"({"models":{"test.log":{"page":"test.page","map":"[Data]","n":1,"p":7}}})"_json);
    CHECK(c.result("get.test.list") == R"({"collections":{"test.list":["test.page","[Data]",null]}})"_json);
    CHECK(c.result("subscribe.test.list") ==
          R"({"collections":{"test.list":["test.page","[Data]",null]}})"_json);

    s.test.event("log", "change", R"({"values":{"page":{"rid":"test.next","soft":true},"map":{"data":{}}}})");
    CHECK(next(c) == event("test.log.change", R"({"values":{"page":"test.next","map":"[Data]"}})"));
    s.test.event("log", "change",
                 R"({"values":{"pen":{"rid":"test.pen"},"map":{"data":[2]},"n":{"action":"delete"}}})");
    CHECK(next(c) == event("test.log.change", R"({"values":{"pen":{"rid":"test.pen"},"map":"[Data]",
                                                  "n":{"action":"delete"}},
                                                  "models":{"test.pen":{"ink":"[Data]"}}})"));
    s.test.event("list", "add", R"({"idx":0,"value":{"rid":"test.next","soft":true}})");
    CHECK(next(c) == event("test.list.add", R"({"idx":0,"value":"test.next"})"));
    s.test.event("list", "add", R"({"idx":1,"value":{"data":[1]}})");
    CHECK(next(c) == event("test.list.add", R"({"idx":1,"value":"[Data]"})"));
    CHECK(c.result("unsubscribe.test.log").empty());
    CHECK(c.result("unsubscribe.test.list").empty());
    // For the next round it has to be as it was.
    s.test.event("log", "delete");
    s.test.event("list", "delete");
    s.pass(c, "log");
    s.pass(c, "list");
  }
}

TEST_CASE("1.2.0 has results in an envelope, and resource responses subscribe") {
  stage s;
  auto c = s.client("1.2.0");
  s.access("cranes");
  s.method("cranes", "count", "2");
  s.model("crane", R"({"a":{"data":[1]}})");
  s.test.on("call.test.cranes.find", R"({"resource":{"rid":"test.crane"}})");
  CHECK(c.result("call.test.cranes.count") == R"({"payload":2})"_json);
  CHECK(c.result("auth.test.cranes.count") == R"({"payload":2})"_json);
  CHECK(c.result("call.test.cranes.find") ==
        R"({"rid":"test.crane","models":{"test.crane":{"a":"[Data]"}}})"_json);
  CHECK(c.result("unsubscribe.test.crane").empty());
}

TEST_CASE("clients of different versions get the same event each in its way") {
  stage s;
  auto old = s.client("1.2.0");
  auto current = s.client("1.2.1");
  s.model("log", R"({"a":{"data":[1]}})");
  CHECK(old.result("subscribe.test.log") == R"({"models":{"test.log":{"a":"[Data]"}}})"_json);
  CHECK(current.result("subscribe.test.log") == R"({"models":{"test.log":{"a":{"data":[1]}}}})"_json);
  s.test.event("log", "change", R"({"values":{"a":{"data":[2]}}})");
  CHECK(next(old) == event("test.log.change", R"({"values":{"a":"[Data]"}})"));
  CHECK(next(current) == event("test.log.change", R"({"values":{"a":{"data":[2]}}})"));
}
