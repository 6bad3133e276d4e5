#include "net/frame.hpp"

#include <random>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "net/close_reason.hpp"
#include "net/deflate.hpp"

using namespace actorgate::net;
using namespace std::string_literals;

TEST_CASE("a text frame has the shortest header for its length and is not masked") {
  struct row {
    std::size_t payload;
    std::string header;
  };
  const std::vector<row> rows = {
      {0, "\x81\x00"s},
      {1, "\x81\x01"},
      {125, "\x81\x7d"},
      {126, "\x81\x7e\x00\x7e"s},
      {65535, "\x81\x7e\xff\xff"},
      {65536, "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s},
      {1000000, "\x81\x7f\x00\x00\x00\x00\x00\x0f\x42\x40"s},
  };
  for (const auto& r : rows) {
    CAPTURE(r.payload);
    const std::string payload(r.payload, 'x');
    CHECK((frame::text({payload})->bytes() == r.header + payload));
  }
}

TEST_CASE("the parts of a text frame follow one another") {
  CHECK(frame::text({R"({"event":)", "\"a\"", "", "}"})->bytes() == "\x81\x0d{\"event\":\"a\"}");
}

TEST_CASE("a control frame carries its opcode and at most 125 bytes") {
  CHECK(frame::control(8, "")->bytes() == "\x88\x00"s);
  CHECK(frame::control(9, "hi")->bytes() == "\x89\x02hi");
  CHECK(frame::control(10, "hi")->bytes() == "\x8a\x02hi");
  CHECK(frame::control(9, std::string(200, 'x'))->bytes() == "\x89\x7d" + std::string(125, 'x'));
}

TEST_CASE("a frame is shared by several threads and freed once") {
  auto f = frame::text({"shared"});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([f] {
      for (int n = 0; n < 1000; ++n) const frame_ptr copy = f;
    });
  }
  f.reset();
  for (auto& t : threads) t.join();
}

TEST_CASE(
    "every close reason has a text that fits a close frame and a code that may travel, but for a lost peer") {
  for (int i = 0; i <= static_cast<int>(close_reason::peer_gone); ++i) {
    const auto reason = static_cast<close_reason>(i);
    CAPTURE(i);
    CHECK_FALSE(to_string(reason).empty());
    CHECK(to_string(reason).size() <= 123);
    if (reason == close_reason::peer_gone) {
      CHECK(close_code(reason) == 1006);
    } else {
      CHECK((close_code(reason) >= 1000 && close_code(reason) != 1005 && close_code(reason) != 1006));
    }
  }
}

TEST_CASE("a failure's code finds its reason") {
  CHECK(close_reason_of(1002) == close_reason::protocol_error);
  CHECK(close_reason_of(1007) == close_reason::invalid_payload);
  CHECK(close_reason_of(1009) == close_reason::too_big);
  CHECK(close_reason_of(4321) == close_reason::internal_error);
}

TEST_CASE("a compressed twin is made once, for text that gets shorter") {
  const std::string text(10'000, 'x');
  const auto f = frame::text({text});
  const auto twin = f->compressed(512);
  CHECK(twin != f);
  CHECK(twin->bytes().size() < 100);
  CHECK(twin == f->compressed(512));
  CHECK(twin->bytes()[0] == '\xc1');  // FIN, RSV1, text
  CHECK(inflate_message(twin->bytes().substr(2), 100'000).text == text);
  CHECK(f->bytes().ends_with(text));
  CHECK(twin->compressed(0) == twin);
}

TEST_CASE("a frame that is short, no text or does not get shorter is its own twin") {
  std::string noise;
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) noise += static_cast<char>(random() & 0xff);
  for (const auto& f : {frame::text({std::string(500, 'x')}), frame::text({noise}), frame::text({""}),
                        frame::control(9, std::string(125, 'x')), frame::raw({std::string(1000, 'x')})}) {
    CHECK(f->compressed(512) == f);
    if (f->bytes().size() > 600 || f->bytes().size() < 200) CHECK(f->compressed(0) == f);
  }
}

TEST_CASE("a twin may be asked for by several threads at a time") {
  for (int i = 0; i < 50; ++i) {
    const auto f = frame::text({std::string(5000, 'x'), std::to_string(i)});
    frame_ptr one, two;
    std::thread first([&] { one = f->compressed(0); });
    std::thread second([&] { two = f->compressed(0); });
    first.join();
    second.join();
    CHECK(one == two);
    CHECK(one != f);
  }
}
