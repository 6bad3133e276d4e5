#include "main/config_file.hpp"
#include "main/secrets.hpp"
#include "tests/main/told.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

information checked(arguments told, const files& there = {}, const environment& variables = {}) {
  told.push_back("--check-config");
  const auto result = read(told, there, variables);
  if (const auto* why = std::get_if<refusal>(&result)) FAIL("refused: " << why->text);
  return std::get<information>(result);
}

}  // namespace

TEST_CASE("a check prints what is in effect, from all places") {
  const auto result = checked({"-c", "a.json", "-p", "83"}, {{"a.json", R"({"port": 81, "wsPath": "/a"})"}},
                              {{"ACTORGATE_PORT", "82"}, {"ACTORGATE_API_PATH", "/b"}});
  configuration printed;
  CHECK(apply_config_file(result.text, printed).empty());
  CHECK(printed == changed([](auto& c) { c.port = 83, c.ws_path = "/a", c.api_path = "/b"; }));
  CHECK(result.warnings.empty());
}

TEST_CASE("a check warns of what a start would warn of, and of a file that it would write") {
  const auto lamp = checked({"-c", "a.json"}, {{"a.json", R"({"lamp": 1})"}});
  REQUIRE(lamp.warnings.size() == 1);
  CHECK(contains(lamp.warnings[0], "lamp"));
  const auto missing = checked({"-c", "new.json"});
  REQUIRE(missing.warnings.size() == 1);
  CHECK(contains(missing.warnings[0], "new.json does not exist"));
}

TEST_CASE("a check finds what a start would find") {
  const std::vector<std::pair<arguments, std::string>> cases{
      {{"-p", "x"}, "-p"},
      {{"--lighthouse"}, "--lighthouse"},
      {{"-c", "broken.json"}, "broken.json"},
      {{"-u", "login"}, "headerAuth"},
      {{"--creds", "missing"}, "natsCreds: missing: no such file"},
      {{"--tls", "--tlscert", "c.pem", "--tlskey", "missing"}, "tlsKey: missing: no such file"},
  };
  for (auto [told, part] : cases) {
    told.push_back("--check-config");
    CHECK(contains(refused(told, {{"broken.json", "{"}}).text, part));
  }
}

TEST_CASE("a check shows no password and no token") {
  const auto text = checked({"-n", "nats://ann:secret@a:1,nats://hush@b"}).text;
  CHECK(contains(text, R"("nats://ann:***@a:1,nats://***@b")"));
}

TEST_CASE("passwords and tokens of NATS are masked, and nothing else is") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"embedded", "embedded"},
      {"nats://127.0.0.1:4222", "nats://127.0.0.1:4222"},
      {"a:1,b:2", "a:1,b:2"},
      {"nats://u:p@a:1", "nats://u:***@a:1"},
      {"nats://token@a:1", "nats://***@a:1"},
      {"u:p@a:1", "u:***@a:1"},
      {"token@a", "***@a"},
      {"tls://u:p:q@[::1]:1", "tls://u:***@[::1]:1"},
      {"nats://u:p@q@a", "nats://u:***@a"},
      {"nats://u:@a", "nats://u:***@a"},
      {"nats://:p@a", "nats://:***@a"},
      {"nats://a,nats://u:p@b,t@c", "nats://a,nats://u:***@b,***@c"},
      {"", ""},
  };
  for (const auto& [url, shown] : cases) {
    CHECK(without_secrets(changed([&](auto& c) { c.nats_url = url; })).nats_url == shown);
  }
  const auto told = changed([](auto& c) { c.header_auth = "auth.a", c.nats_creds = "a.creds"; });
  CHECK(without_secrets(told) == told);
}
