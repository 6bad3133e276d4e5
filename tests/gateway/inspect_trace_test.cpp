#include <doctest/doctest.h>

#include "tests/gateway/inspection.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

/// What a trace has told.
struct heard {
  std::vector<std::string> lines;
  std::string end;

  bool has(std::string_view text) const {
    for (const auto& line : lines) {
      if (line.find(text) != std::string::npos) return true;
    }
    return false;
  }
};

class tracing_program : public inspecting_program {
public:
  using inspecting_program::inspecting_program;

  void trace(const std::string& subject, std::uint32_t seconds = 60, std::uint32_t lines = 100) {
    ask(start(subject, seconds, lines));
  }
  i::start_trace start(const std::string& subject, std::uint32_t seconds, std::uint32_t lines) {
    return {subject, seconds, lines, listener()};
  }
  /// Hears until a line has `text` in it, or the trace ends.
  heard hear(std::string_view text) {
    heard all;
    bool more = true;
    self()->receive_while(more)(
        [&](const i::trace_line& line) {
          all.lines.push_back(line.text);
          more = text.empty() || line.text.find(text) == std::string::npos;
        },
        [&](const i::trace_ended& end) { all.end = end.why, more = false; },
        caf::after(patience) >> [&] { throw std::runtime_error("the trace says nothing"); });
    return all;
  }
};

}  // namespace

TEST_CASE("a traced resource shows what clients and services say of it, and nothing else") {
  stage s(inspected());
  s.model("traced", R"({"a":1})");
  s.model("other", R"({"a":1})");
  auto c = s.client();
  tracing_program program(s.inspection_port());
  program.trace("test.traced");
  c.result("subscribe.test.other");
  c.result("subscribe.test.traced");
  s.test.event("traced", "change", R"({"values":{"a":2}})");
  next(c);
  const auto all = program.hear("is told: {\"event\"");
  CHECK(all.has(" says: {\"id\":"));
  CHECK(all.has(": get.test.traced"));
  CHECK(all.has(" to get.test.traced: {\"result\":"));
  CHECK(all.has(": access.test.traced"));
  CHECK(all.has("event: event.test.traced.change"));
  CHECK_FALSE(all.has("test.other"));
}

TEST_CASE("a traced connection shows its messages, without tokens and what auth requests carry") {
  stage s(inspected());
  s.model("model", R"({"a":1})");
  s.method("model", "go", "null");
  s.method("login", "in", R"({"answer":"4n5w3r"})");
  auto c = s.client(), other = s.client();
  const auto cid = s.cid(c);
  tracing_program program(s.inspection_port());
  program.trace(cid);
  other.result("subscribe.test.model");
  c.result("auth.test.login.in", R"({"password":"p4ssw0rd"})");
  // However it is spelled.
  c.send_text(R"({"id":77,"method":"\u0061uth.test.login.in","params":{"password":"p4ssw0rd"}})");
  c.recv();
  s.token(c, R"({"token":{"key":"s3cr3t"}})");
  c.result("call.test.model.go");
  const auto all = program.hear("call.test.model.go");
  CHECK(all.has(cid));
  CHECK(all.has("auth request (hidden)"));
  CHECK_FALSE(all.has("p4ssw0rd"));
  CHECK_FALSE(all.has("s3cr3t"));
  CHECK_FALSE(all.has("4n5w3r"));
}

TEST_CASE("a trace ends with its lines, and with its time") {
  stage s(inspected());
  s.model("traced", R"({"a":1})");
  auto c = s.client();
  tracing_program program(s.inspection_port());
  program.trace("test.traced", 60, 3);
  c.result("subscribe.test.traced");
  auto all = program.hear({});
  CHECK(all.lines.size() == 3);
  CHECK(all.end == "it has all its lines");
  program.trace("test.traced", 1);
  CHECK(program.hear({}).end == "its time is over");
}

TEST_CASE("a trace without bounds is refused") {
  stage s(inspected());
  tracing_program program(s.inspection_port());
  CHECK(program.refusal(program.start("a", 1, 1)) == "\"a\" is too short for a trace");
  CHECK(program.refusal(program.start("test.a", 0, 1)) == "a trace takes 1 to 3600 seconds");
  CHECK(program.refusal(program.start("test.a", 1, 100'000)) == "a trace has 1 to 10,000 lines");
  CHECK(program.refusal(i::start_trace{"test.a", 1, 1, {}}) == "a trace needs a listener");
  for (int n = 0; n < 10; ++n) program.trace("test.a");
  CHECK(program.refusal(program.start("test.a", 1, 1)) == "there are enough traces already");
}

TEST_CASE("traces end when nobody listens any more") {
  stage s(inspected());
  {
    tracing_program gone(s.inspection_port());
    for (int n = 0; n < 10; ++n) gone.trace("test.a");
  }
  tracing_program program(s.inspection_port());
  CHECK(comes_true([&] { return program.refusal(program.start("test.a", 60, 1)).empty(); }));
}
