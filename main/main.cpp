#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <unistd.h>

#include <spdlog/spdlog.h>

#include "main/files.hpp"
#include "main/inspecting.hpp"
#include "main/log.hpp"
#include "main/option_table.hpp"
#include "main/options.hpp"
#include "main/serving.hpp"

namespace actorgate {
namespace {

void try_to_write(const new_config_file& what) {
  try {
    write_file(what);
    spdlog::info("config file {} is written", what.path);
  } catch (const std::system_error& e) {
    spdlog::warn("config file {} is not written: {}", what.path, e.code().message());
  }
}

int run(const told_by_starter& from, options o) {
  log_to_stderr(o.told);
  for (const auto& warning : o.warnings) spdlog::warn("{}", warning);
  if (o.file) try_to_write(*o.file);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return serve(from, std::move(o));
  } catch (const std::exception& e) {
    spdlog::error("{}", e.what());
    return EXIT_FAILURE;
  }
}

int print(const information& what) {
  for (const auto& warning : what.warnings) std::fprintf(stderr, "actorgate: warning: %s\n", warning.c_str());
  return std::fputs(what.text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int refuse(const refusal& why) {
  std::fprintf(stderr, "actorgate: %s\n", why.text.c_str());
  if (why.show_usage) std::fprintf(stderr, "\n%s", usage().c_str());
  return EXIT_FAILURE;
}

}  // namespace
}  // namespace actorgate

int main(int argc, char** argv) {
  using namespace actorgate;
  if (argc > 1 && std::string_view(argv[1]) == "inspect") {
    return inspect({argv + 2, argv + argc}, environment_of(::environ));
  }
  const told_by_starter from{{argv + std::min(argc, 1), argv + argc}, environment_of(::environ)};
  auto told = from.read();
  if (const auto* text = std::get_if<information>(&told)) return print(*text);
  if (const auto* why = std::get_if<refusal>(&told)) return refuse(*why);
  return run(from, std::get<options>(std::move(told)));
}
