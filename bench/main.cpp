#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/check.hpp"
#include "bench/limit.hpp"
#include "bench/scenarios.hpp"
#include "bench/socket.hpp"
#include "bench/stage.hpp"

namespace {

using namespace actorgate::bench;

constexpr std::array scenarios{
    scenario{"start", &run_start, true, false},
    scenario{"idle", &run_idle, true, false},
    scenario{"large-idle", &run_large_idle, false, false},
    scenario{"fanout", &run_fanout, true, true},
    scenario{"large-fanout", &run_large_fanout, false, true},
    scenario{"growth", &run_growth, false, false},
    scenario{"event", &run_event, true, false},
    scenario{"get", &run_get, true, false},
    scenario{"subscribe", &run_subscribe, true, false},
    scenario{"cache", &run_cache, true, false},
    scenario{"call", &run_call, true, false},
    scenario{"many", &run_many, true, false},
    scenario{"collection", &run_collection, true, false},
    scenario{"http", &run_http, true, false},
    scenario{"churn", &run_churn, true, false},
    scenario{"long-churn", &run_long_churn, false, false},
    scenario{"slow", &run_slow, true, false},
    scenario{"reset", &run_reset, true, false},
    scenario{"large-reset", &run_large_reset, false, false},
};

constexpr const char* usage = R"(Usage:
  bench_load list
      names the scenarios; * for those of a usual run, + for those that the limit is measured in, too
  bench_load run SCENARIO --nats URL --directory DIR [--gateway FILE] [--name NAME] [--quick]
      starts the gateway (without one: the limit) and prints a line of JSON
  bench_load limit --port PORT
      is the limit: a server that only sends
  bench_load check --directory DIR
      ends with 1 if the load generator does not notice wrong counts
)";

int list() {
  for (const auto& s : scenarios) {
    std::printf("%.*s %s%s\n", static_cast<int>(s.name.size()), s.name.data(), s.by_default ? "*" : "",
                s.for_limit ? "+" : "");
  }
  return 0;
}

int run(const scenario& chosen, const settings& options) {
  allow_many_files();
  stage s(options);
  std::string why;
  try {
    s.start_gateway();
    chosen.run(s);
  } catch (const failure& f) {
    why = f.what();
    if (!s.gateway_alive()) why += "; it has ended";
    std::fprintf(stderr, "FAILED: %s\n", why.c_str());
  }
  std::puts(s.out.json(options.name, std::string(chosen.name), why).c_str());
  return why.empty() ? 0 : 1;
}

int misused() {
  std::fputs(usage, stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  std::string port, name = command == "run" && argc > 2 ? argv[2] : "";
  settings options;
  for (int i = command == "run" ? 3 : 2; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--quick") {
      options.quick = true;
      continue;
    }
    std::string* value = word == "--nats"        ? &options.nats
                         : word == "--directory" ? &options.directory
                         : word == "--gateway"   ? &options.gateway
                         : word == "--name"      ? &options.name
                         : word == "--port"      ? &port
                                                 : nullptr;
    if (!value || ++i == argc) return misused();
    *value = argv[i];
  }
  try {
    if (command == "list") return list();
    if (command == "limit") {
      allow_many_files();
      serve_limit(static_cast<std::uint16_t>(std::atoi(port.c_str())));
    }
    if (command == "check" && !options.directory.empty()) {
      check_the_checks(options.directory);
      return 0;
    }
    const auto* chosen =
        std::find_if(scenarios.begin(), scenarios.end(), [&](const auto& s) { return s.name == name; });
    if (command != "run" || chosen == scenarios.end() || options.directory.empty()) return misused();
    return run(*chosen, options);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_load: %s\n", e.what());
    return 1;
  }
}
