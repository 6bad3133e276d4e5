#include <doctest/doctest.h>
#include <spdlog/spdlog.h>

#include "tests/gateway/inspection.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

int close_code_of(const ws_frame& f) {
  if (f.opcode != 8 || f.payload.size() < 2) return 0;
  return static_cast<unsigned char>(f.payload[0]) << 8 | static_cast<unsigned char>(f.payload[1]);
}

}  // namespace

TEST_CASE("a connection is closed, with the reason that is given") {
  stage s(inspected());
  auto one = s.client(), two = s.client();
  inspecting_program program(s.inspection_port());
  CHECK(program.refusal(i::close_connection{s.cid(one), "because"}) ==
        "\"because\" is no reason to close a connection");
  program.ask(i::close_connection{s.cid(one), {}});
  CHECK(close_code_of(one.recv_frame()) == 4003);
  program.ask(i::close_connection{s.cid(two), "try_again_later"});
  CHECK(close_code_of(two.recv_frame()) == 1013);
  CHECK(program.refusal(i::close_connection{"nobody", {}}) == "there is no such connection");
}

TEST_CASE("an entry is dropped if nobody uses it, and asked for anew by the next who does") {
  stage s(inspected());
  s.model("model", R"({"a":1})");
  auto c = s.client();
  c.result("subscribe.test.model");
  inspecting_program program(s.inspection_port());
  CHECK(program.refusal(i::drop_entry{"test.model"}) == "it is in use; it may be refetched");
  c.result("unsubscribe.test.model");
  REQUIRE(comes_true([&] { return program.refusal(i::drop_entry{"test.model"}).empty(); }));
  REQUIRE(comes_true([&] { return !program.refusal(i::get_entry{"test.model"}).empty(); }));
  CHECK(program.refusal(i::drop_entry{"test.model"}) == "nothing is cached under that name");
  s.model("model", R"({"a":2})");
  CHECK(c.result("subscribe.test.model") == R"({"models":{"test.model":{"a":2}}})"_json);
  CHECK(s.test.seen("get.test.model") == 2);
}

TEST_CASE("an entry that is refetched tells its clients what has changed") {
  stage s(inspected());
  s.model("model", R"({"a":1})");
  auto c = s.client();
  c.result("subscribe.test.model");
  s.model("model", R"({"a":2})");
  inspecting_program program(s.inspection_port());
  program.ask(i::refetch_entry{"test.model"});
  CHECK(next(c) == event("test.model.change", R"({"values":{"a":2}})"));
  CHECK(program.refusal(i::refetch_entry{"test.nothing"}) == "nothing is cached under that name");
}

TEST_CASE("the log level is changed") {
  stage s(inspected());
  inspecting_program program(s.inspection_port());
  program.ask(i::set_log_level{"critical"});
  CHECK(spdlog::get_level() == spdlog::level::critical);
  CHECK(program.ask(i::get_summary{}).log_level == "critical");
  CHECK(program.refusal(i::set_log_level{"loud"}) == "\"loud\" is no log level");
  program.ask(i::set_log_level{"off"});
  CHECK(spdlog::get_level() == spdlog::level::off);
}
