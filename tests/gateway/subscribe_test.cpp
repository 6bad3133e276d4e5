#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

namespace {
constexpr auto lamp = R"({"models":{"test.lamp":{"n":1}}})";
}

TEST_CASE("a subscribe request is answered with the resource, and its events follow") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  s.collection("list", R"(["a",1,null])");
  CHECK(c.result("subscribe.test.lamp") == canonical(lamp));
  CHECK(c.result("subscribe.test.list") == R"({"collections":{"test.list":["a",1,null]}})"_json);
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"n":2}})"));
}

TEST_CASE("get and access are asked at the same time, and the answer waits for both") {
  stage s;
  auto c = s.client();
  SUBCASE("access last") {
    const auto id = c.send_request("subscribe.test.lamp");
    const auto access = s.test.take("access.test.lamp");
    s.test.take("get.test.lamp").result(R"({"model":{"n":1}})");
    s.pass(c, "lamp");
    access.result(R"({"get":true})");
    CHECK(result_of(c, id) == canonical(lamp));
  }
  SUBCASE("get last") {
    const auto id = c.send_request("subscribe.test.lamp");
    const auto get = s.test.take("get.test.lamp");
    s.test.take("access.test.lamp").result(R"({"get":true})");
    s.pass(c, "lamp");
    get.result(R"({"model":{"n":1}})");
    CHECK(result_of(c, id) == canonical(lamp));
  }
}

TEST_CASE("what the client has is left out of a second answer") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  CHECK(c.result("subscribe.test.lamp") == canonical(lamp));
  CHECK(c.result("subscribe.test.lamp") == "{}");
  CHECK(c.result("get.test.lamp") == "{}");
  CHECK(s.test.seen("get.test.lamp") == 1);
}

TEST_CASE("two subscribe requests under way at once share the resource") {
  stage s;
  auto c = s.client();
  s.access("lamp");
  const auto first = c.send_request("subscribe.test.lamp");
  const auto second = c.send_request("subscribe.test.lamp");
  s.test.take("get.test.lamp").result(R"({"model":{"n":1}})");
  CHECK(result_of(c, first) == canonical(lamp));
  CHECK(result_of(c, second) == "{}");
  CHECK(s.test.seen("access.test.lamp") == 1);
  CHECK(c.result("unsubscribe.test.lamp", R"({"count":2})").empty());
}

TEST_CASE("answers come when they can, whatever the order of the requests") {
  stage s;
  auto c = s.client();
  s.access("slow");
  s.model("lamp", R"({"n":1})");
  const auto slow = c.send_request("subscribe.test.slow");
  CHECK(c.result("subscribe.test.lamp") == canonical(lamp));
  s.test.take("get.test.slow").result(R"({"model":{}})");
  CHECK(result_of(c, slow) == R"({"models":{"test.slow":{}}})"_json);
}

TEST_CASE("what a service writes is what a client reads, digit by digit and escape by escape") {
  stage s;
  auto c = s.client();
  s.model("log",
          R"({"z":1.10,"big":12345678901234567891,"huge":-1E+400,"text":"\u00e5\/\"\n\u2028","a":true})");
  s.collection("list", R"([0.1000000000000000055511151231257827,{"data":{"b":1.0,"a":[2e0]}}])");
  // Raw: what reads JSON for the tests refuses the number that is too big for it.
  c.send_request("subscribe.test.log");
  const auto model = c.recv();
  for (std::string part : {R"("z":1.10)", R"("big":12345678901234567891)", R"("huge":-1E+400)",
                           R"("text":"\u00e5\/\"\n\u2028")", R"("a":true)"}) {
    CAPTURE(part);
    CHECK(model.find(part) != model.npos);
  }
  const auto collection = c.request("subscribe.test.list");
  CHECK(collection.find(R"([0.1000000000000000055511151231257827,{"data":{"b":1.0,"a":[2e0]}}])") !=
        collection.npos);
  s.test.event("log", "change", R"({"values":{"z":1.1,"big":12345678901234567892}})");
  const auto change = c.next_event();
  CHECK(change.find(R"("z":1.1)") != change.npos);
  CHECK(change.find(R"("big":12345678901234567892)") != change.npos);
}

TEST_CASE("an unsubscribe request is answered without a result, and no event follows") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  s.model("other", "{}");
  c.result("subscribe.test.other");
  c.result("subscribe.test.lamp");
  const auto answer = c.request("unsubscribe.test.lamp");
  CHECK(json_at(answer, "/result").empty());
  CHECK(json_at(answer, "/error").empty());
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  s.pass(c, "lamp");
  CHECK(s.no_events(c, "other"));
  CHECK(c.error_code("unsubscribe.test.lamp") == "system.noSubscription");
  CHECK(c.result("subscribe.test.lamp") == R"({"models":{"test.lamp":{"n":2}}})"_json);
}

TEST_CASE("unsubscribe params without a count mean one") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  for (std::string params : {"", "null", "{}", R"({"count":null})", R"({"other":3})", R"({"count":1})"}) {
    CAPTURE(params);
    c.result("subscribe.test.lamp");
    CHECK(c.result("unsubscribe.test.lamp", params).empty());
    CHECK(c.error_code("unsubscribe.test.lamp") == "system.noSubscription");
  }
}

TEST_CASE("a resource stays subscribed until it has been unsubscribed as often") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  for (int i = 0; i < 5; ++i) c.result("subscribe.test.lamp");
  CHECK(c.result("unsubscribe.test.lamp").empty());
  CHECK(c.result("unsubscribe.test.lamp", R"({"count":3})").empty());
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"n":2}})"));
  CHECK(c.result("unsubscribe.test.lamp").empty());
  CHECK(c.error_code("unsubscribe.test.lamp") == "system.noSubscription");
}

TEST_CASE("a count above the number of subscriptions is refused and changes nothing") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  c.result("subscribe.test.lamp");
  c.result("subscribe.test.lamp");
  for (std::string count : {"3", "256", "65538", "4294967298", "18446744073709551615"}) {
    CAPTURE(count);
    CHECK(error(c, "unsubscribe.test.lamp", "{\"count\":" + std::string(count) + '}') ==
          R"({"code":"system.noSubscription","message":"No subscription"})"_json);
  }
  CHECK(s.no_events(c, "lamp"));
  CHECK(c.result("unsubscribe.test.lamp", R"({"count":2})").empty());
}

TEST_CASE("a count that is no whole number above zero is invalid") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  c.result("subscribe.test.lamp");
  for (std::string params :
       {R"({"count":0})", R"({"count":-1})", R"({"count":"1"})", R"({"count":true})", R"({"count":1.5})",
        R"({"count":{}})", R"({"count":[1]})", R"({"count":18446744073709551616})", "[1]", R"("one")", "1"}) {
    CAPTURE(params);
    CHECK(error(c, "unsubscribe.test.lamp", params) ==
          R"({"code":"system.invalidParams","message":"Invalid parameters"})"_json);
  }
  CHECK(c.result("unsubscribe.test.lamp").empty());
}

TEST_CASE("what is not subscribed directly cannot be unsubscribed") {
  stage s;
  auto c = s.client();
  s.model("quay", R"({"crane":{"rid":"test.crane"}})");
  s.model("crane", "{}");
  CHECK(c.error_code("unsubscribe.test.quay") == "system.noSubscription");
  c.result("subscribe.test.quay");
  CHECK(c.error_code("unsubscribe.test.crane") == "system.noSubscription");
  c.result("get.test.crane");
  CHECK(c.error_code("unsubscribe.test.crane") == "system.noSubscription");
}

TEST_CASE("unsubscribing what is still loading answers the subscribe request with an error") {
  stage s;
  auto c = s.client();
  const auto subscribe = c.send_request("subscribe.test.lamp");
  const auto access = s.test.take("access.test.lamp");
  const auto get = s.test.take("get.test.lamp");
  CHECK(c.result("unsubscribe.test.lamp").empty());
  CHECK(error_of(c, subscribe) == "system.unsubscribed");
  access.result(R"({"get":true})");
  get.result(R"({"model":{"n":1}})");
  s.pass(c, "lamp");
  CHECK(c.error_code("unsubscribe.test.lamp") == "system.noSubscription");
  s.access("lamp");
  CHECK(c.result("subscribe.test.lamp") == canonical(lamp));
}

TEST_CASE("unsubscribing takes answered subscriptions first, then the latest requests") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  c.result("subscribe.test.lamp");
  s.test.off("access.test.lamp");
  s.test.event("lamp", "reaccess");
  const auto access = s.test.take("access.test.lamp");
  const auto second = c.send_request("subscribe.test.lamp");
  const auto third = c.send_request("subscribe.test.lamp");
  CHECK(c.result("unsubscribe.test.lamp", R"({"count":2})").empty());
  CHECK(error_of(c, third) == "system.unsubscribed");
  access.result(R"({"get":true})");
  s.access("lamp");
  CHECK(result_of(c, second) == canonical(lamp));
}

TEST_CASE("a get request brings the resource once, without events") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  s.model("other", "{}");
  c.result("subscribe.test.other");
  CHECK(c.result("get.test.lamp") == canonical(lamp));
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  s.pass(c, "lamp");
  CHECK(s.no_events(c, "other"));
  CHECK(c.result("get.test.lamp") == R"({"models":{"test.lamp":{"n":2}}})"_json);
  CHECK(s.test.seen("get.test.lamp") == 1);
}

TEST_CASE("get and subscribe requests under way at once do not lose what the other brings") {
  stage s;
  auto c = s.client();
  s.access("lamp");
  const auto get = c.send_request("get.test.lamp");
  const auto subscribe = c.send_request("subscribe.test.lamp");
  s.test.take("get.test.lamp").result(R"({"model":{"n":1}})");
  CHECK(result_of(c, get) == canonical(lamp));
  CHECK(result_of(c, subscribe) == canonical(lamp));
  s.test.event("lamp", "change", R"({"values":{"n":2}})");
  CHECK(next(c) == event("test.lamp.change", R"({"values":{"n":2}})"));
}

TEST_CASE("a connection has at most 256 subscriptions to a resource") {
  stage s;
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  for (int i = 0; i < 256; ++i) c.send_request("subscribe.test.lamp");
  CHECK(error(c, "subscribe.test.lamp") ==
        R"({"code":"system.subscriptionLimitExceeded","message":"Subscription limit exceeded"})"_json);
  CHECK(c.result("unsubscribe.test.lamp", R"({"count":56})").empty());
  CHECK(c.result("subscribe.test.lamp") == "{}");
  CHECK(c.result("unsubscribe.test.lamp", R"({"count":201})").empty());
  CHECK(c.error_code("unsubscribe.test.lamp") == "system.noSubscription");
}

TEST_CASE("a client that leaves while its request loads disturbs nobody") {
  stage s;
  auto stays = s.client();
  s.access("lamp");
  std::uint64_t id = 0;
  request get;
  {
    auto leaves = s.client();
    leaves.send_request("subscribe.test.lamp");
    get = s.test.take("get.test.lamp");
    id = stays.send_request("subscribe.test.lamp");
    s.test.wait_seen("access.test.lamp", 2);
  }
  get.result(R"({"model":{"n":1}})");
  CHECK(result_of(stays, id) == canonical(lamp));
  CHECK(s.test.seen("get.test.lamp") == 1);
}
