// How many requests are under way at once: after a system reset, and for the references of one tree.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

namespace {

constexpr std::size_t limit = 3;

actorgate::actors::settings throttled() {
  auto result = impatient();
  result.request_timeout = std::chrono::seconds{30};
  result.reset_throttle = limit;
  result.reference_throttle = limit;
  return result;
}

std::string item(int i) { return "item" + std::to_string(i); }

/// Takes `count` requests to `<type>.test.item<i>`, and answers each when no more are under way than may be.
template <class Answer>
void answer_all(stage& s, res_client& c, std::size_t count, Answer answer) {
  std::vector<request> open;
  for (std::size_t done = 0; done < count;) {
    while (open.size() < std::min(limit, count - done)) open.push_back(s.test.take_next());
    // Were there more, they would come before this.
    s.test.off("auth.test.stage.look");
    const auto look = c.send_request("auth.test.stage.look");
    const auto next = s.test.take_next();
    CHECK(next.subject == "auth.test.stage.look");
    next.result("null");
    result_of(c, look);
    answer(open.front());
    open.erase(open.begin());
    ++done;
  }
  s.pass(c);
  CHECK_THROWS(s.test.take_next(std::chrono::milliseconds{0}));
}

}  // namespace

TEST_CASE("the references of a tree are fetched so many at a time, nested ones included") {
  stage s{throttled()};
  auto c = s.client();
  std::string list, models;
  for (int i = 0; i < 8; ++i) list += (i ? "," : "") + ("{\"rid\":\"test." + item(i)) + "\"}";
  s.collection("list", '[' + list + ']');
  const auto id = c.send_request("subscribe.test.list");
  answer_all(s, c, 12, [](const request& r) {
    // Each of the first four refers to one more.
    const auto i = r.subject.back() - '0';
    const bool nests = r.subject.size() == std::string("get.test.item0").size() && i < 4;
    r.result(nests ? R"({"model":{"more":{"rid":"test.item1)" + std::to_string(i) + R"("}}})"
                   : R"({"model":{}})");
  });
  const auto result = result_of(c, id);
  CHECK(json::parse(result).find("/models")->members().size() == 12);
}

TEST_CASE("a reference that fails makes room for the next") {
  auto settings = throttled();
  settings.request_timeout = std::chrono::milliseconds{300};
  stage s{settings};
  auto c = s.client();
  std::string list;
  for (int i = 0; i < 12; ++i) {
    const std::string who = i % 3 == 0 ? "nobody." : "test.";
    if (i % 3 == 1) s.failing(item(i), "test.broken");
    list += (i ? ",{\"rid\":\"" : "{\"rid\":\"") + who + item(i) + "\"}";
  }
  s.collection("list", '[' + list + ']');
  const auto result = c.result("subscribe.test.list");
  CHECK(json::parse(result).find("/errors")->members().size() == 12);
  CHECK(text_at(result, "/errors/nobody.item0/code") == "system.notFound");
  CHECK(text_at(result, "/errors/test.item1/code") == "test.broken");
  CHECK(text_at(result, "/errors/test.item2/code") == "system.timeout");
}

TEST_CASE("an event that brings references has a throttle of its own") {
  stage s{throttled()};
  auto c = s.client();
  s.model("top", "{}");
  c.result("subscribe.test.top");
  std::string values;
  for (int i = 0; i < 6; ++i) values += (i ? ",\"" : "\"") + item(i) + R"(":{"rid":"test.)" + item(i) + "\"}";
  s.test.event("top", "change", "{\"values\":{" + values + "}}");
  answer_all(s, c, 6, [](const request& r) { r.result(R"({"model":{}})"); });
  CHECK(json::parse(next(c)).find("/data/models")->members().size() == 6);
}

TEST_CASE("trees of different requests do not hold up each other") {
  stage s{throttled()};
  auto c = s.client();
  s.collection("slow",
               R"([{"rid":"test.item0"},{"rid":"test.item1"},{"rid":"test.item2"},{"rid":"test.item3"}])");
  s.collection("fast", R"([{"rid":"test.quick"}])");
  s.model("quick", "{}");
  const auto id = c.send_request("subscribe.test.slow");
  for (std::size_t i = 0; i < limit; ++i) s.test.take_next();
  CHECK(c.result("subscribe.test.fast") ==
        R"({"collections":{"test.fast":[{"rid":"test.quick"}]},"models":{"test.quick":{}}})"_json);
  CHECK(c.result("unsubscribe.test.slow").empty());
  CHECK(error_of(c, id) == "system.unsubscribed");
}

TEST_CASE("the gets and accesses of a reset are sent so many at a time") {
  stage s{throttled()};
  auto c = s.client();
  constexpr int count = 8;
  for (int i = 0; i < count; ++i) {
    s.model(item(i), R"({"n":1})");
    c.result("subscribe.test." + item(i));
    s.test.off("get.test." + item(i));
    s.test.off("access.test." + item(i));
  }
  s.reset(">", ">");
  answer_all(s, c, 2 * count, [](const request& r) {
    r.result(r.subject.starts_with("get") ? R"({"model":{"n":2}})" : R"({"get":true,"call":"*"})");
  });
  for (int i = 0; i < count; ++i) CHECK(json_at(next(c), "/data") == R"({"values":{"n":2}})"_json);
}

TEST_CASE("a burst of time-outs of a throttled reset blocks nothing") {
  auto settings = throttled();
  settings.request_timeout = std::chrono::milliseconds{100};
  stage s{settings};
  auto c = s.client();
  constexpr int count = 12;
  for (int i = 0; i < count; ++i) {
    s.model(item(i), R"({"n":1})");
    c.result("subscribe.test." + item(i));
    s.test.off("get.test." + item(i));
  }
  s.reset(">");
  for (int i = 0; i < count; ++i) s.test.take_next();
  for (int i = 0; i < count; ++i) s.model(item(i), R"({"n":2})");
  s.reset(">");
  for (int i = 0; i < count; ++i) CHECK(json_at(next(c), "/data") == R"({"values":{"n":2}})"_json);
}
