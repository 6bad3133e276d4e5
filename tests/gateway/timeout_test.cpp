#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

namespace {

/// Lets the time pass in which an unanswered request times out.
void let_time_out(stage& s, res_client& c) {
  s.test.off("auth.test.stage.silence");
  CHECK(c.error_code("auth.test.stage.silence") == "system.timeout");
}

/// A gateway that waits so long that nothing times out while a test runs.
actorgate::actors::settings patient() {
  actorgate::actors::settings result;
  result.request_timeout = std::chrono::minutes{10};
  return result;
}

}  // namespace

TEST_CASE("a pre-response gives any request more time") {
  stage s{impatient()};
  auto c = s.client();
  const auto subscribe = c.send_request("subscribe.test.lamp");
  const auto login = c.send_request("auth.test.user.login");
  const auto access = s.test.take("access.test.lamp");
  const auto get = s.test.take("get.test.lamp");
  const auto auth = s.test.take("auth.test.user.login");
  for (const auto* r : {&access, &get, &auth}) r->reply(R"(timeout:"600000")");
  let_time_out(s, c);
  access.result(R"({"get":true,"call":"*"})");
  get.result(R"({"model":{"n":1}})");
  auth.result("1");
  CHECK(result_of(c, subscribe) == R"({"models":{"test.lamp":{"n":1}}})"_json);
  CHECK(result_of(c, login) == R"({"payload":1})"_json);
  const auto id = c.send_request("call.test.lamp.light");
  const auto call = s.test.take("call.test.lamp.light");
  call.reply(R"(timeout:"600000")");
  let_time_out(s, c);
  call.result("2");
  CHECK(result_of(c, id) == R"({"payload":2})"_json);
}

TEST_CASE("a pre-response may shorten the time") {
  stage s{patient()};
  auto c = s.client();
  s.access("lamp");
  for (std::string time : {"50", "1", "0"}) {
    CAPTURE(time);
    const auto id = c.send_request("call.test.lamp.light");
    s.test.take("call.test.lamp.light").reply("timeout:\"" + time + '"');
    CHECK(error_of(c, id) == "system.timeout");
  }
}

TEST_CASE("each pre-response counts from when it comes") {
  stage s{impatient()};
  auto c = s.client();
  const auto id = c.send_request("auth.test.user.login");
  const auto auth = s.test.take("auth.test.user.login");
  for (int i = 0; i < 3; ++i) {
    auth.reply(R"(timeout:"1500")");
    for (int n = 0; n < 3; ++n) let_time_out(s, c);
  }
  auth.reply(R"(timeout:"600000")");
  auth.reply(R"(timeout:"20")");
  CHECK(error_of(c, id) == "system.timeout");
}

TEST_CASE("a pre-response that makes no sense is no answer") {
  stage s{patient()};
  auto c = s.client();
  const auto id = c.send_request("auth.test.user.login");
  const auto auth = s.test.take("auth.test.user.login");
  for (const char* text :
       {R"(timeout:"soon")", "timeout:500", R"(patience:"9")", "timeout", "x", R"(timeout:")",
        R"(timeout:"-1")", R"(timeout:"12)", R"(timeout:"99999999999999999999")"}) {
    auth.reply(text);
  }
  auth.result("1");
  CHECK(result_of(c, id) == R"({"payload":1})"_json);
}

TEST_CASE("without a service nobody waits for the time-out") {
  stage s{patient()};
  auto c = s.client();
  for (std::string method :
       {"subscribe.nobody.a", "get.nobody.a", "call.nobody.a.b", "auth.nobody.a.b", "new.nobody.a"}) {
    CAPTURE(method);
    CHECK(c.error_code(method) == "system.notFound");
  }
  s.model("top", R"({"a":{"rid":"nobody.a"}})");
  CHECK(text_at(c.result("subscribe.test.top"), "/errors/nobody.a/code") == "system.notFound");
}

TEST_CASE("late answers are dropped") {
  stage s{impatient()};
  auto c = s.client();
  const auto failing = c.send_request("subscribe.test.lamp");
  const auto old_access = s.test.take("access.test.lamp");
  const auto old_get = s.test.take("get.test.lamp");
  CHECK(error_of(c, failing) == "system.timeout");
  // The get request was sent later than the access request, and may have a moment left.
  let_time_out(s, c);
  const auto again = c.send_request("subscribe.test.lamp");
  const auto access = s.test.take("access.test.lamp");
  const auto get = s.test.take("get.test.lamp");
  old_access.result(R"({"get":false})");
  old_get.result(R"({"model":{"n":"late"}})");
  access.result(R"({"get":true,"call":"*"})");
  get.result(R"({"model":{"n":"in time"}})");
  CHECK(result_of(c, again) == R"({"models":{"test.lamp":{"n":"in time"}}})"_json);
  const auto id = c.send_request("call.test.lamp.light");
  const auto call = s.test.take("call.test.lamp.light");
  CHECK(error_of(c, id) == "system.timeout");
  call.result("late");
  CHECK(s.no_events(c, "lamp"));
}

TEST_CASE("second answers are dropped") {
  stage s;
  auto c = s.client();
  const auto id = c.send_request("subscribe.test.lamp");
  const auto access = s.test.take("access.test.lamp");
  const auto get = s.test.take("get.test.lamp");
  for (const char* n : {"1", "2"}) {
    access.result(n == std::string("1") ? R"({"get":true,"call":"*"})" : "{}");
    get.result(R"({"model":{"n":)" + std::string(n) + "}}");
  }
  CHECK(result_of(c, id) == R"({"models":{"test.lamp":{"n":1}}})"_json);
  const auto lift = c.send_request("call.test.lamp.light");
  const auto call = s.test.take("call.test.lamp.light");
  call.result("1");
  call.error("test.second");
  call.reply(R"(timeout:"1")");
  CHECK(result_of(c, lift) == R"({"payload":1})"_json);
  CHECK(s.no_events(c, "lamp"));
}

TEST_CASE("a request that times out in one connection does not hold up another") {
  stage s{impatient()};
  auto c = s.client(), other = s.client();
  s.access("lamp");
  const auto one = c.send_request("subscribe.test.lamp");
  const auto two = other.send_request("subscribe.test.lamp");
  CHECK(error_of(c, one) == "system.timeout");
  CHECK(error_of(other, two) == "system.timeout");
  CHECK(s.test.seen("get.test.lamp") == 1);
  s.model("lamp", "{}");
  CHECK(c.result("subscribe.test.lamp") == R"({"models":{"test.lamp":{}}})"_json);
  CHECK(other.result("subscribe.test.lamp") == R"({"models":{"test.lamp":{}}})"_json);
}
