#include "net/deflate.hpp"

#include <random>
#include <string>

#include <doctest/doctest.h>

using namespace actorgate::net;
using namespace std::string_literals;
using verdict = inflated_message::verdict;

namespace {

constexpr std::size_t much = 1u << 20;

std::string noise(std::size_t size) {
  std::mt19937 random(1);
  std::string out;
  while (out.size() < size) out += static_cast<char>(random() & 0xff);
  return out;
}

}  // namespace

TEST_CASE("the examples of RFC 7692, section 7.2.3, are messages") {
  for (const auto& payload : {
           "\xf2\x48\xcd\xc9\xc9\x07\x00"s,                          // one block
           "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s,          // without compression
           "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s,                      // that says it is the last block
           "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s,  // two blocks
       }) {
    const auto m = inflate_message(payload, much);
    CHECK(m.what == verdict::whole);
    CHECK(m.text == "Hello");
  }
  const auto empty = inflate_message("\x00"s, much);
  CHECK(empty.what == verdict::whole);
  CHECK(empty.text == "");
}

TEST_CASE("what is compressed comes back, whatever came before it") {
  for (const auto& text :
       {""s, "a"s, std::string(100'000, 'x'), noise(70'000), noise(1) + std::string(5000, '{')}) {
    const std::string payload(deflate_message(text));
    CHECK(payload == deflate_message(text));
    const auto m = inflate_message(payload, much);
    CHECK(m.what == verdict::whole);
    CHECK((m.text == text));
  }
}

TEST_CASE("no more than the limit is inflated, however small the payload is") {
  const std::string bomb(deflate_message(std::string(20'000'000, 'x')));
  CHECK(bomb.size() < 100'000);
  for (const std::size_t limit : {1u, 4096u, 1u << 20}) {
    const auto m = inflate_message(bomb, limit);
    CHECK(m.what == verdict::too_long);
    CHECK((m.text == std::string(limit, 'x')));
    const std::string fits(deflate_message(std::string(limit, 'y')));
    CHECK(inflate_message(fits, limit).what == verdict::whole);
    CHECK((inflate_message(fits, limit).text == std::string(limit, 'y')));
  }
}

TEST_CASE("what is not a whole message is none") {
  for (const auto& bad : {"\xff\xff\xff"s, "hello"s, "\x05"s, noise(100)}) {
    CHECK(inflate_message(bad, much).what == verdict::invalid);
  }
  const std::string payload(
      deflate_message("a message that is long enough to be cut off somewhere, somehow"));
  for (std::size_t size = 1; size + 1 < payload.size(); ++size) {
    CAPTURE(size);
    CHECK(inflate_message(std::string_view(payload).substr(0, size), much).what == verdict::invalid);
  }
}

TEST_CASE("the beginning of a payload tells the beginning of a message") {
  const auto text = "{\"id\":1,\"method\":\"call\"}" + noise(50'000);
  const std::string payload(deflate_message(text));
  const auto beginning = std::string(inflate_beginning(std::string_view(payload).substr(0, 4096), 1000));
  CHECK((beginning == text.substr(0, 1000)));
  CHECK(inflate_beginning("\xff\xff", 10) == "");
}
