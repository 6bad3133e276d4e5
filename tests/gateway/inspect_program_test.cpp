#include <doctest/doctest.h>

#include "tests/gateway/inspection.hpp"
#include "tests/main/process.hpp"
#include "tests/support/authority.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

struct told_by_program {
  int code;
  std::string output, errors;
};

/// Where its threads are concerned: see inspect_tsan.cpp.
const environment quiet{{"TSAN_OPTIONS", "report_bugs=0"}};

told_by_program run(arguments words, environment variables = {}) {
  variables.insert(*quiet.begin());
  words.insert(words.begin(), "inspect");
  process p(words, variables);
  const int code = p.wait();
  return {code, p.output(), p.errors()};
}

/// Behind the address of whom it says it of.
std::string reason_in(const std::string& errors) {
  const auto at = errors.find(": ", errors.find("127.0.0.1:"));
  return at == errors.npos ? errors : errors.substr(at + 2);
}

}  // namespace

TEST_CASE("the program prints tables for people and JSON for programs") {
  stage s(inspected());
  s.model("parent", R"({"child":{"rid":"test.child"}})");
  s.model("child", R"({"a":1})");
  auto c = s.client();
  c.result("subscribe.test.parent");
  const auto cid = s.cid(c);
  const auto port = "--port=" + std::to_string(s.inspection_port());
  const environment by_variable{{"ACTORGATE_INSPECT_PORT", std::to_string(s.inspection_port())}};

  auto told = run({"summary"}, by_variable);
  CHECK(told.code == 0);
  CHECK(contains(told.output, "websockets          1\n"));
  CHECK(contains(told.output, "\nshards (2)\nshard  connections"));

  told = run({port, "--json", "summary"});
  CHECK(told.code == 0);
  CHECK(json_at(told.output, "/websockets") == "1");
  CHECK(json_at(told.output, "/shards/1/shard") == "1");

  told = run({port, "connections"});
  CHECK(told.code == 0);
  CHECK(told.output.starts_with("cid "));
  CHECK(contains(told.output, cid));

  told = run({port, "connection", cid, "--json"});
  CHECK(told.code == 0);
  CHECK(text_at(told.output, "/connection/cid") == cid);
  CHECK(contains(told.output, R"("rid":"test.child")"));

  told = run({port, "--json", "--limit", "1", "entries"});
  CHECK(told.code == 0);
  CHECK(json_at(told.output, "/cut") == "true");

  told = run({port, "why", cid, "test.child"});
  CHECK(told.code == 0);
  CHECK(contains(told.output, "test.parent -> test.child\n"));

  for (const auto& words : std::vector<arguments>{
           {port, "actors"}, {port, "entry", "test.parent"}, {port, "subscriptions"}, {port, "requests"}}) {
    told = run(words);
    CHECK(told.code == 0);
    CHECK(told.errors.empty());
  }
  told = run({port, "close", cid});
  CHECK(told.output == "closing " + cid + "\n");
  CHECK(c.recv_frame().payload ==
        "\x0f\xa3"
        "closed by operator");
}

TEST_CASE("the program says in one line what does not work") {
  stage s(inspected());
  const auto port = "--port=" + std::to_string(s.inspection_port());
  auto told = run({port, "connection", "nobody"});
  CHECK(told.code == 1);
  CHECK(told.output.empty());
  CHECK(told.errors == "actorgate inspect: there is no such connection\n");
  told = run({"--port", std::to_string(s.port()), "summary"});
  CHECK(told.code == 1);
  CHECK(reason_in(told.errors) == "that is no inspector of Actorgate\n");
  for (const auto& [words, why] : std::vector<std::pair<arguments, std::string>>{
           {{port}, "a command is missing"},
           {{port, "everything"}, "unknown command everything"},
           {{"summary"}, "--port is missing: the gateway's inspectPort"},
           {{port, "why", "a"}, "usage: actorgate inspect why CID RID"},
           {{port, "summary", "--tls-ca", "a.pem"}, "TLS takes --tls-cert, --tls-key and --tls-ca"},
           {{port, "summary", "--watch", "often"}, "--watch: \"often\" is no number that fits"},
           {{port, "close", "a", "--watch", "1"}, "--watch repeats questions: not with close"},
           {{port, "summary", "--colour"}, "unknown option --colour"}}) {
    told = run(words);
    CHECK(told.code == 1);
    CHECK(told.errors.starts_with("actorgate inspect: " + why + "\n\nUsage: actorgate inspect"));
  }
  told = run({"--help"});
  CHECK(told.code == 0);
  CHECK(told.output.starts_with("Usage: actorgate inspect"));
}

TEST_CASE("the program watches until it is stopped") {
  stage s(inspected());
  process p({"inspect", "--port", std::to_string(s.inspection_port()), "--json", "--watch", "1", "summary"},
            quiet);
  CHECK(comes_true([&] {
    const auto text = p.output();
    return std::count(text.begin(), text.end(), '\n') >= 2;
  }));
  p.signal(SIGTERM);
  p.wait();
}

TEST_CASE("the program traces, and ends with the trace") {
  stage s(inspected());
  s.model("traced", R"({"a":1})");
  auto c = s.client();
  inspecting_program program(s.inspection_port());
  process p(
      {"inspect", "--port", std::to_string(s.inspection_port()), "--lines", "1", "trace", "test.traced"},
      quiet);
  // It listens from some moment on.
  CHECK(comes_true([&] {
    c.result("subscribe.test.traced");
    c.result("unsubscribe.test.traced");
    return !p.output().empty();
  }));
  CHECK(p.wait() == 0);
  CHECK(contains(p.output(), "test.traced"));
  CHECK(p.errors() == "(it has all its lines)\n");
}

TEST_CASE("the program shows its certificate") {
  const authority ours("ours");
  const auto gateway = ours.issue("gateway", "gateway"), person = ours.issue("operator", "operator");
  auto options = inspected();
  options.inspection->who = {gateway.certificate, gateway.key, ours.certificate()};
  stage s(options);
  const auto port = std::to_string(s.inspection_port());
  const auto told = run({"--port", port, "--tls-cert", person.certificate, "--tls-key", person.key,
                         "--tls-ca", ours.certificate(), "--json", "summary"});
  CHECK(told.code == 0);
  CHECK(json_at(told.output, "/websockets") == "0");
  CHECK(run({"--port", port, "summary"}).code == 1);
}
