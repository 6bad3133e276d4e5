// A WebSocket under permessage-deflate (RFC 7692).
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/deflate.hpp"
#include "tests/net/websocket_dialogue.hpp"

using namespace actorgate::net;
using namespace actorgate::net::test;

namespace {

constexpr int text = 1, binary = 2, rsv1 = 0x40;

struct compressed_dialogue : dialogue {
  explicit compressed_dialogue(websocket_limits l = {}) : dialogue(l, 0, true) { start(); }
  void expect_failure(close_reason why) {
    expect(wire_close(why));
    client->disconnect();
    expect_closed(why);
  }
};

std::string deflated(std::string_view message) { return std::string(deflate_message(message)); }
std::string client_deflated(std::string_view message, int opcode = text) {
  return client_frame(fin | rsv1 | opcode, deflated(message));
}

}  // namespace

TEST_CASE("a client may compress a message, or not") {
  compressed_dialogue d;
  const std::string large(200'000, 'x');
  d.client->send(client_deflated("one") + client_text("two") + client_deflated(large) +
                 client_deflated("", text) + client_deflated("\xff\xff", binary));
  d.expect_told({"one", "two", large, "", "\xff\xff"});
}

TEST_CASE("a compressed message may come in fragments, with control frames between") {
  compressed_dialogue d;
  const auto payload = deflated("a message in three fragments, or was it four");
  d.client->send(client_frame(rsv1 | text, payload.substr(0, 5)) + client_frame(0, "") + client_ping("p") +
                 client_frame(0, payload.substr(5, 7)) + client_frame(fin | 0, payload.substr(12)) +
                 client_deflated("next"));
  d.expect_told({"a message in three fragments, or was it four", "next"});
  d.expect(wire_pong("p"));
}

TEST_CASE("RSV1 is for the first frame of a message, and for those who have agreed upon it") {
  bool agreed = true;
  std::string input;
  SUBCASE("on a continuation") { input = client_frame(text, "a") + client_frame(fin | rsv1 | 0, "b"); }
  SUBCASE("on a ping") { input = client_frame(fin | rsv1 | 9, ""); }
  SUBCASE("with RSV2") { input = client_frame(fin | rsv1 | 0x20 | text, deflated("a")); }
  SUBCASE("not agreed upon") {
    input = client_deflated("a");
    agreed = false;
  }
  dialogue d({}, 0, agreed);
  d.start();
  d.client->send(input);
  d.expect(wire_close(close_reason::protocol_error));
  CHECK(d.server->told.empty());
}

TEST_CASE("data that cannot be inflated, or are no UTF-8, end the connection") {
  compressed_dialogue d;
  SUBCASE("garbage") { d.client->send(client_frame(fin | rsv1 | text, "\xff\xff\xff")); }
  SUBCASE("cut off") {
    d.client->send(client_frame(fin | rsv1 | text, deflated("long enough").substr(0, 5)));
  }
  SUBCASE("no UTF-8") { d.client->send(client_deflated("\xff\xff")); }
  SUBCASE("half a character") { d.client->send(client_deflated("a\xc3")); }
  d.expect_failure(close_reason::invalid_payload);
  CHECK(d.server->told.empty());
}

TEST_CASE("a message that is too long when inflated is told as such, and the next one is read") {
  compressed_dialogue d({.message = 100'000});
  std::string input;
  SUBCASE("by a byte") { input = client_deflated(std::string(100'001, 'x')); }
  SUBCASE("a bomb") { input = client_deflated(std::string(50'000'000, 'x')); }
  d.client->send(input + client_deflated(std::string(100'000, 'y')));
  d.expect_told({"oversize 4096", std::string(100'000, 'y')});
}

TEST_CASE("of a message that is too long even compressed, the beginning is told") {
  compressed_dialogue d({.message = 1000});
  std::string noise;
  for (unsigned i = 1; noise.size() < 3000; i = i * 1664525u + 1013904223u)
    noise += static_cast<char>(i >> 24 & 0x7f);
  d.client->send(client_deflated(noise) + client_deflated("next"));
  d.until([&] { return d.server->told.size() == 2; });
  CHECK(d.server->told[0].starts_with("oversize "));
  CHECK(d.server->told[1] == "next");
}

TEST_CASE("long messages go out compressed to those who take it, in their order; control frames never") {
  compressed_dialogue d({.compress_from = 100});
  const auto longer = frame::text({std::string(5000, 'x')});
  const auto shorter = frame::text({"short"});
  d.client->send(client_ping(std::string(125, 'p')));
  d.until([&] {
    d.client->read();
    return !d.client->received.empty();
  });
  d.expect(wire_pong(std::string(125, 'p')));
  d.socket().send(longer);
  d.socket().send(shorter);
  d.socket().send(longer);
  const auto twin = std::string(longer->compressed(100)->bytes());
  CHECK(twin.size() < 100);
  d.expect(twin + std::string(shorter->bytes()) + twin);
  d.socket().close(close_reason::going_away);
  d.expect(wire_close(close_reason::going_away));
}

TEST_CASE("nothing is compressed for a client that has not agreed upon it") {
  dialogue d({.compress_from = 1});
  d.start();
  const auto f = frame::text({std::string(5000, 'x')});
  d.socket().send(f);
  d.expect(f->bytes());
}

TEST_CASE("what is thrown away behind a close is not even inflated") {
  compressed_dialogue d;
  d.socket().close(close_reason::going_away);
  d.client->send(client_frame(fin | rsv1 | text, "\xff\xff\xff") + client_close(1001));
  d.expect(wire_close(close_reason::going_away));
  d.expect_closed(close_reason::going_away);
}
