#include "main/reload.hpp"

#include "tests/main/told.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

struct outcome {
  reloaded said;
  configuration running;
};

/// Begins with one file, and finds another one.
outcome reload_file(const std::string& first, const files& then, const arguments& more = {}) {
  arguments told{"-c", "a.json"};
  told.insert(told.end(), more.begin(), more.end());
  auto running = understood(told, {{"a.json", first}}).told;
  auto said = reload(read(told, then), running);
  return {said, running};
}

outcome reload_file(const std::string& first, const std::string& then, const arguments& more = {}) {
  return reload_file(first, files{{"a.json", then}}, more);
}

}  // namespace

TEST_CASE("a reload says what it has changed, and what needs a restart") {
  struct sample {
    std::string first, then, said;
  };
  const std::string said = "configuration is reloaded";
  const std::vector<sample> cases{
      {"{}", "{}", "; nothing has changed"},
      {"{}", R"({"debug": true})", "; changed: debug"},
      {R"({"trace": true, "logFormat": "json"})", "{}", "; changed: trace, logFormat"},
      {R"({"port": 81})", R"({"port": 82})", "; in need of a restart: port"},
      {"{}", R"({"wsPath": "/a", "allowOrigin": "http://a", "logFormat": "json"})",
       "; changed: logFormat; in need of a restart: wsPath, allowOrigin"},
  };
  for (const auto& s : cases) {
    const auto result = reload_file(s.first, s.then);
    CHECK(result.said.good);
    CHECK(result.said.text == said + s.said);
  }
}

TEST_CASE("a reload changes the log, and nothing else") {
  const auto result =
      reload_file("{}", R"({"debug": true, "trace": true, "logFormat": "json", "port": 81, "wsPath": "/a"})");
  CHECK(result.running == changed([](auto& c) { c.debug = c.trace = true, c.log_format = "json"; }));
}

TEST_CASE("what needs a restart is named as often as it is reloaded") {
  auto running = configuration{};
  const auto again = read({"-p", "81"});
  const auto first = reload(again, running);
  CHECK(contains(first.text, "port"));
  CHECK(reload(again, running).text == first.text);
}

TEST_CASE("options stay above the file") {
  const auto result =
      reload_file("{}", R"({"logFormat": "json", "debug": false})", {"--log-format=text", "-D"});
  CHECK(result.said.text == "configuration is reloaded; nothing has changed");
  CHECK(result.running.debug);
}

TEST_CASE("a configuration that makes no sense changes nothing") {
  const std::vector<std::pair<files, std::string>> cases{
      {{{"a.json", "{"}}, "config file a.json"},
      {{{"a.json", R"({"debug": true, "port": "x"})"}}, "port"},
      {{{"a.json", R"({"debug": true, "addr": "x"})"}}, "addr"},
      {{{"a.json", unreadable}}, "Permission denied"},
      {{}, "config file a.json is gone"},
  };
  for (const auto& [then, why] : cases) {
    const auto result = reload_file("{}", then);
    CHECK(!result.said.good);
    CHECK(result.said.text.starts_with("configuration is not reloaded: "));
    CHECK(contains(result.said.text, why));
    CHECK(result.running == configuration{});
  }
}
