// What strangers cannot make grow.
#include <doctest/doctest.h>

#include "tests/gateway/stage.hpp"

using namespace actorgate::test;

namespace {

constexpr std::size_t mebibyte = 1u << 20;

/// A request of that many bytes.
std::string request_of(std::size_t size, const std::string& id = "7") {
  const auto begin = "{\"id\":" + id + R"(,"method":"version","params":{"more":")";
  return begin + std::string(size - begin.size() - 3, 'x') + "\"}}";
}

}  // namespace

TEST_CASE("a message of a mebibyte is taken, and one byte more is answered with an error") {
  stage s;
  auto c = s.client();
  c.send_text(request_of(mebibyte));
  CHECK(canonical(c.recv()) == R"({"result":{"protocol":"1.2.3"},"id":7})"_json);
  c.send_text(request_of(mebibyte + 1, "18446744073709551615"));
  CHECK(canonical(c.recv()) == R"({"error":{"code":"system.internalError","message":"Internal error"},
                                   "id":18446744073709551615})"_json);
  CHECK(c.result("version") == R"({"protocol":"1.2.3"})"_json);
}

TEST_CASE("a message that is too long and has no id where it can be seen ends the connection") {
  stage s;
  auto c = s.client();
  c.send_text(R"({"method":"auth.test.stage.size","params":")" + std::string(mebibyte, 'x') + R"(","id":7})");
  CHECK(c.recv_close() == 1009);
  CHECK(s.client().result("version") == R"({"protocol":"1.2.3"})"_json);
}

TEST_CASE("a message of more than eight mebibytes ends the connection") {
  stage s;
  auto c = s.client();
  SUBCASE("in one frame") {
    // Its size is in its header.
    c.send_raw(std::string{"\x81\xff\x00\x00\x00\x00\x00\x80\x00\x01", 10});
    c.send_raw(std::string{"\x01\x02\x03\x04{\"id\"", 8});
  }
  SUBCASE("in many frames") {
    c.send_frame(1, R"({"id":7,"method":")", false);
    for (int i = 0; i < 9; ++i) {
      try {
        c.send_frame(0, std::string(mebibyte, 'x'), false);
      } catch (const std::exception&) {
        break;  // closed already
      }
    }
  }
  CHECK(c.recv_close() == 1009);
}

TEST_CASE("a long message does not delay what other clients ask") {
  stage s;
  auto c = s.client(), other = s.client();
  const auto text = request_of(mebibyte);
  c.send_raw(std::string{"\x81\xff\x00\x00\x00\x00\x00\x10\x00\x00\0\0\0\0", 14});
  c.send_raw(text.substr(0, text.size() / 2));
  CHECK(other.result("version") == R"({"protocol":"1.2.3"})"_json);
  c.send_raw(text.substr(text.size() / 2));
  CHECK(canonical(c.recv()) == R"({"result":{"protocol":"1.2.3"},"id":7})"_json);
}

TEST_CASE("binary frames are read like text") {
  stage s;
  auto c = s.client();
  c.send_frame(2, R"({"id":7,"method":"version"})");
  CHECK(canonical(c.recv()) == R"({"result":{"protocol":"1.2.3"},"id":7})"_json);
  c.send_frame(2, "\xff\xfe");
  CHECK(c.result("version") == R"({"protocol":"1.2.3"})"_json);
}

TEST_CASE("a request may come in fragments, with control frames between them") {
  stage s;
  auto c = s.client();
  const std::string text = R"({"id":7,"method":"version"})";
  c.send_frame(1, "", false);
  for (char byte : text) {
    c.send_frame(0, std::string(1, byte), false);
    c.send_frame(9, "are you there?");
  }
  c.send_frame(0, "");
  CHECK(canonical(c.recv()) == R"({"result":{"protocol":"1.2.3"},"id":7})"_json);
}

TEST_CASE("text that is not UTF-8, and frames that break the protocol, end the connection") {
  stage s;
  auto broken = s.client(), unmasked = s.client(), reserved = s.client();
  broken.send_text("{\"id\":1,\"method\":\"\xff\"}");
  CHECK(broken.recv_close() == 1007);
  unmasked.send_frame(1, "{}", true, false);
  CHECK(unmasked.recv_close() == 1002);
  reserved.send_frame(1, "{}", true, true, 4);
  CHECK(reserved.recv_close() == 1002);
}

TEST_CASE("a client that does not read is closed, and the others go on") {
  actorgate::actors::settings settings;
  settings.websocket.queued = mebibyte;
  stage s{settings};
  auto slow = s.client(), quick = s.client();
  s.model("tide", "{}");
  slow.result("subscribe.test.tide");
  quick.result("subscribe.test.tide");
  const auto text = '"' + std::string(256 * 1024, 'x') + '"';
  // The kernel takes up to ten mebibytes before anything waits here. Not many more: the slow one has to read
  // its close frame in time.
  constexpr int count = 48;
  for (int i = 0; i < count; ++i) {
    s.test.event("tide", "surge", text);
    CHECK(text_at(quick.next_event(), "/event") == "test.tide.surge");
  }
  CHECK(slow.recv_close() == 4001);
  s.test.event("tide", "change", R"({"values":{"n":1}})");
  CHECK(next(quick) == event("test.tide.change", R"({"values":{"n":1}})"));
}

TEST_CASE("one message above the limit of what may wait reaches a client that reads") {
  actorgate::actors::settings settings;
  settings.websocket.queued = 64 * 1024;
  stage s{settings};
  auto c = s.client();
  s.model("lamp", R"({"n":1})");
  CHECK(c.result("subscribe.test.lamp") == R"({"models":{"test.lamp":{"n":1}}})"_json);
  s.test.event("lamp", "ring", '"' + std::string(60 * 1024, 'x') + '"');
  CHECK(next(c).size() > 60 * 1024);
}

TEST_CASE("a connection may subscribe to so many resources, and no more") {
  actorgate::actors::settings settings;
  settings.subscriptions = 3;
  stage s{settings};
  auto c = s.client();
  for (std::string name : {"a", "b", "c", "d"}) s.model(name, "{}");
  for (std::string name : {"a", "b", "c"}) c.result("subscribe.test." + name);
  CHECK(c.error_code("subscribe.test.d") == "system.subscriptionLimitExceeded");
  CHECK(c.error_code("subscribe.test.a") == "system.subscriptionLimitExceeded");
  CHECK(c.result("get.test.d") == R"({"models":{"test.d":{}}})"_json);
  c.result("unsubscribe.test.b");
  CHECK(c.result("subscribe.test.d") == R"({"models":{"test.d":{}}})"_json);
}

TEST_CASE("long queries are served until they take too much") {
  actorgate::actors::settings settings;
  settings.rid_bytes = 10'000;
  stage s{settings};
  auto c = s.client();
  s.model("lamp", "{}");
  const auto query = [](char fill) { return "?q=" + std::string(4'900, fill); };
  c.result("subscribe.test.lamp" + query('a'));
  c.result("subscribe.test.lamp" + query('b'));
  CHECK(c.error_code("subscribe.test.lamp" + query('c')) == "system.requestLimitExceeded");
  CHECK(c.error_code("get.test.lamp" + query('c')) == "system.requestLimitExceeded");
  c.result("subscribe.test.lamp?q=short");
  c.result("unsubscribe.test.lamp" + query('a'));
  c.result("subscribe.test.lamp" + query('c'));
}

TEST_CASE("params that wait for access are held until they are too many") {
  actorgate::actors::settings settings;
  settings.pending_bytes = 10'000;
  stage s{settings};
  auto c = s.client();
  const auto params = '"' + std::string(6'000, 'x') + '"';
  const auto waiting = c.send_request("call.test.lamp.set", params);
  auto access = s.test.take("access.test.lamp");
  CHECK(c.error_code("call.test.lamp.set", params) == "system.requestLimitExceeded");
  s.test.on("call.test.lamp.set", R"({"result":null})");
  access.result(R"({"call":"*"})");
  actorgate::test::result_of(c, waiting);
  s.access("lamp");
  c.result("call.test.lamp.set", params);
}

TEST_CASE("deep JSON passes, and JSON that is too deep harms nobody") {
  stage s;
  auto c = s.client();
  const auto deep = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  s.access("well");
  s.method("well", "dig", "1");
  s.model("well", R"({"water":{"data":)" + deep(500) + "}}");
  CHECK(c.result("get.test.well") ==
        canonical(R"({"models":{"test.well":{"water":{"data":)" + deep(500) + "}}}}"));
  CHECK(c.result("call.test.well.dig", deep(500)) == R"({"payload":1})"_json);
  c.send_text(R"({"id":99,"method":"version","params":)" + deep(400'000) + '}');
  s.test.on("get.test.abyss", R"({"result":{"model":{"a":{"data":)" + deep(300'000) + "}}}}");
  s.access("abyss");
  CHECK(c.error_code("get.test.abyss") == "system.internalError");
  CHECK(c.result("version") == R"({"protocol":"1.2.3"})"_json);
}

TEST_CASE("a connection may make so many requests in a second") {
  actorgate::actors::settings settings;
  settings.request_rate = 5;
  stage s{settings};
  auto c = s.client(), other = s.client();
  s.model("lamp", "{}");
  // Twenty take less than three seconds: at least one second has more than its share, and none more.
  std::size_t served = 0;
  for (int i = 0; i < 20; ++i)
    served += c.request("get.test.lamp").find("requestLimitExceeded") == std::string::npos;
  CHECK(served >= 5);
  CHECK(served < 20);
  other.result("get.test.lamp");
}
