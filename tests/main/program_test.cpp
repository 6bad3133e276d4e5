#include <algorithm>
#include <csignal>
#include <filesystem>

#include "tests/main/process.hpp"
#include "tests/main/running_gateway.hpp"
#include "tests/main/told.hpp"

using namespace actorgate;
using namespace actorgate::test;

TEST_CASE("a check prints the configuration without its secrets, and writes no file") {
  const scratch place;
  process p({"--check-config", "-c", place / "new.json"},
            {{"ACTORGATE_NATS_URL", "nats://ann:secret@a"}, {"ACTORGATE_PROT", "1"}});
  CHECK(p.wait() == 0);
  CHECK(contains(p.output(), R"("natsUrl": "nats://ann:***@a")"));
  CHECK(contains(p.errors(), "actorgate: warning: unknown environment variables: ACTORGATE_PROT\n"));
  CHECK(!std::filesystem::exists(place / "new.json"));
}

TEST_CASE("a variable that cannot be read is one line, and exit code 1") {
  for (const arguments& told : {arguments{}, arguments{"--check-config"}}) {
    process p(told, {{"ACTORGATE_PORT", "eighty"}});
    CHECK(p.wait() == 1);
    CHECK(p.output().empty());
    CHECK(p.errors() ==
          "actorgate: environment variable ACTORGATE_PORT: \"eighty\" must be a number from 0 to 65535\n");
  }
}

TEST_CASE(
    "what can never be used is one line, and exit code 1, at a check and at a start that waits for NATS") {
  const scratch place;
  const auto bad = place / "bad.pem";
  write(bad, "nothing of use");
  const std::vector<std::pair<arguments, std::string>> cases{
      {{"--nats", "http://127.0.0.1"}, "natsUrl: "},
      {{"--creds", bad}, "natsCreds: "},
      {{"--natsrootca", bad}, "natsRootCAs: "},
      {{"--natscert", bad, "--natskey", bad}, "natsCert, natsKey: "},
      {{"--tls", "--tlscert", bad, "--tlskey", bad}, "tlsCert, tlsKey: "},
  };
  for (const std::string mode : {"--check-config", "--wait-for-nats"}) {
    for (auto [told, key] : cases) {
      told.push_back(mode);
      process p(told, {});
      CHECK(p.wait() == 1);
      CHECK(p.output().empty());
      CHECK(p.errors().starts_with("actorgate: " + key));
      CHECK(std::ranges::count(p.errors(), '\n') == 1);
    }
  }
}

TEST_CASE("a service begins, reloads and ends in agreement with systemd") {
  running_gateway s("{}");
  write(s.place / "a.json", R"({"logFormat": "json", "wsPath": "/a"})");
  s.reload();
  const std::string changed = "configuration is reloaded; changed: logFormat; in need of a restart: wsPath";
  CHECK(contains(s.runs.errors(), R"("level":"info","msg":")" + changed + "\"}\n"));
  write(s.place / "a.json", "{");
  s.reload();
  CHECK(contains(s.runs.errors(), R"("level":"error","msg":"configuration is not reloaded: config file )"));
  s.ask_to_end();
  CHECK(s.runs.wait() == 0);
}

TEST_CASE("a watchdog is told that the service is alive") {
  const running_gateway s("{}", {{"WATCHDOG_USEC", "20000"}});
  for (int i = 0; i < 3; ++i) CHECK(s.systemd.next() == "WATCHDOG=1");
}
