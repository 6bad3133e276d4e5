#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

#include <spdlog/spdlog.h>

#include "actors/gateway.hpp"
#include "main/log.hpp"
#include "main/option_table.hpp"
#include "main/options.hpp"
#include "main/stop_request.hpp"
#include "net/embedded_nats.hpp"

namespace actorgate {
namespace {

struct file {
  explicit file(int fd) : descriptor(fd) {}
  file(const file&) = delete;
  file& operator=(const file&) = delete;
  ~file() {
    if (descriptor >= 0) ::close(descriptor);
  }
  const int descriptor;
};

std::system_error last_error() { return {errno, std::generic_category()}; }

/// A `file_reader`.
std::optional<std::string> read_file(const std::string& path) {
  const file from(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (from.descriptor < 0 && errno == ENOENT) return std::nullopt;
  if (from.descriptor < 0) throw last_error();
  std::string text;
  char part[4096];
  for (;;) {
    const auto size = ::read(from.descriptor, part, sizeof part);
    if (size < 0) throw last_error();
    if (size == 0) return text;
    text.append(part, static_cast<std::size_t>(size));
  }
}

/// Never over a file that has come into being meanwhile; and not for everybody to read, because the URL of
/// NATS may hold a password.
void write_file(const new_config_file& what) {
  const file to(::open(what.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  const auto size = static_cast<ssize_t>(what.text.size());
  if (to.descriptor < 0 || ::write(to.descriptor, what.text.data(), what.text.size()) != size) {
    spdlog::warn("config file {} is not written: {}", what.path, last_error().code().message());
  } else {
    spdlog::info("config file {} is written", what.path);
  }
}

spdlog::level::level_enum log_level(const configuration& told) {
  if (told.trace) return spdlog::level::trace;
  return told.debug ? spdlog::level::debug : spdlog::level::info;
}

std::unique_ptr<net::embedded_nats> start_embedded_nats(stop_request& stop) {
  net::embedded_nats_options options;
  options.on_log = [](std::string_view line) { spdlog::debug("nats-server: {}", line); };
  options.on_exit = [&stop](std::string_view why) {
    stop.fail("the embedded NATS server has ended: " + std::string(why));
  };
  auto server = std::make_unique<net::embedded_nats>(std::move(options));
  spdlog::info("Embedded NATS server at {}", server->url());
  return server;
}

void log_places(const options& o, const actors::gateway& gateway) {
  const auto& address = o.gateway.door.address;
  const auto host = address.find(':') == address.npos ? address : '[' + address + ']';
  const auto port = gateway.port();
  spdlog::info("Connected to NATS at {}", gateway.nats_url());
  spdlog::info("Listening on http://{}:{}{}, WebSocket ws://{}:{}{}", host, port,
               o.gateway.actors.http.api_path, host, port, o.gateway.door.ws_path);
}

/// From start to end. What cannot be started is thrown.
int serve(options o) {
  // Never in the clear where somebody has asked for TLS.
  if (o.told.tls) throw std::runtime_error("tls: clients cannot be served over TLS by this version yet");
  stop_request stop;  // first: it blocks signals for all threads
  std::unique_ptr<net::embedded_nats> nats_server;
  if (o.embedded_nats) {
    nats_server = start_embedded_nats(stop);
    o.gateway.nats.urls = {nats_server->url()};
  }
  const actors::gateway gateway{o.gateway,
                                [&](const std::string& why) { stop.fail("NATS is lost: " + why); }};
  log_places(o, gateway);
  const auto why = stop.wait();
  if (why.error.empty()) {
    spdlog::info("stopping ({})", ::strsignal(why.signal));
    return EXIT_SUCCESS;
  }
  spdlog::error("{}", why.error);
  return EXIT_FAILURE;
}

int run(options o) {
  log_to_stderr(log_level(o.told));
  for (const auto& warning : o.warnings) spdlog::warn("{}", warning);
  if (o.file) write_file(*o.file);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return serve(std::move(o));
  } catch (const std::exception& e) {
    spdlog::error("{}", e.what());
    return EXIT_FAILURE;
  }
}

int print(const information& what) {
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
  auto told = read_options({argv + std::min(argc, 1), argv + argc}, read_file);
  if (const auto* text = std::get_if<information>(&told)) return print(*text);
  if (const auto* why = std::get_if<refusal>(&told)) return refuse(*why);
  return run(std::get<options>(std::move(told)));
}
