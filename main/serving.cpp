#include "main/serving.hpp"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>

#include <spdlog/spdlog.h>

#include "actors/gateway.hpp"
#include "main/files.hpp"
#include "main/log.hpp"
#include "main/notify.hpp"
#include "main/page_files.hpp"
#include "main/reload.hpp"
#include "main/stop_request.hpp"
#include "main/usable_files.hpp"
#include "main/waiting_door.hpp"
#include "net/embedded_nats.hpp"
#include "net/tls_context.hpp"

namespace actorgate {
namespace {

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

std::unique_ptr<actors::gateway> start_gateway(const actors::gateway_options& options, stop_request& stop) {
  return std::make_unique<actors::gateway>(
      options, [&stop](const std::string& why) { stop.fail("NATS is lost: " + why); });
}

/// Null if the end is asked for while NATS is waited for.
std::unique_ptr<actors::gateway> await_gateway(const notifier& manager, actors::gateway_options options,
                                               stop_request& stop) {
  constexpr std::chrono::seconds pause{1};
  constexpr std::chrono::minutes longest_try{1};
  std::optional<waiting_door> door;
  if (options.operator_door) door.emplace(*options.operator_door);
  options.before_doors = [&door] { door.reset(); };
  do {
    manager.starting(longest_try, "waiting for NATS");
    try {
      return start_gateway(options, stop);
    } catch (const net::nats_error& e) {
      spdlog::warn("{}; trying again", e.what());
    }
  } while (!stop.is_asked_within(pause));
  return nullptr;
}

/// Returns where clients find it.
std::string log_places(const options& o, const actors::gateway& gateway) {
  const auto& place = gateway.place();
  spdlog::info("Connected to NATS at {}", gateway.nats_url());
  if (gateway.operator_port() > 0) spdlog::info("Metrics and health on port {}", gateway.operator_port());
  if (gateway.inspection_port() > 0) {
    spdlog::info("May be inspected at {}", gateway.inspection_place());
  }
  const char* s = o.told.tls ? "s" : "";
  spdlog::info("Listening on http{}://{}{}, WebSocket ws{}://{}{}", s, place, o.gateway.actors.http.api_path,
               s, place, o.gateway.door.ws_path);
  if (o.gateway.page) spdlog::info("Cluster page at http{}://{}{}", s, place, actors::admin_page::root);
  return place;
}

void read_again(const told_by_starter& from, configuration& running) {
  const auto again = from.read();
  const auto result = reload(again, running);
  adjust_log(running);
  if (const auto* o = std::get_if<options>(&again); o && result.good) {
    for (const auto& warning : o->warnings) spdlog::warn("{}", warning);
  }
  spdlog::log(result.good ? spdlog::level::info : spdlog::level::err, "{}", result.text);
}

/// For the connections that come from now on.
void read_again(net::tls_context& tls) {
  try {
    tls.reload();
    spdlog::info("reloaded the TLS certificate");
  } catch (const net::tls_error& e) {
    spdlog::error("{}; the TLS certificate stays as it is", e.what());
  }
}

/// Until something asks for the end.
stop_reason serve_until_stop(const told_by_starter& from, const options& o, actors::gateway& gateway,
                             net::tls_context* tls, stop_request& stop) {
  const auto shared = std::make_shared<const notifier>(from.variables);
  const auto& manager = *shared;
  const auto status = "listening on " + log_places(o, gateway);
  auto running = o.told;
  meanwhile todo;
  todo.on_reload = [&] {
    manager.reloading();
    read_again(from, running);
    if (tls) read_again(*tls);
    manager.ready(status);
  };
  todo.period = manager.watchdog_period();
  // All shards have to answer for it.
  todo.on_period = [&] { gateway.report([shared](const auto&) { shared->alive(); }); };
  manager.ready(status);
  auto why = stop.wait(todo);
  manager.stopping();
  spdlog::info("stopping ({})", why.error.empty() ? ::strsignal(why.signal) : why.error);
  gateway.drain(why.error.empty() ? std::chrono::milliseconds{o.told.drain_timeout}
                                  : std::chrono::milliseconds{0});
  return why;
}

}  // namespace

understanding told_by_starter::read() const {
  return read_options(arguments, variables, read_file, require_usable);
}

int serve(const told_by_starter& from, options o) {
  // First: it blocks signals for all threads.
  stop_request stop{std::chrono::seconds{10} +
                    std::chrono::ceil<std::chrono::seconds>(std::chrono::milliseconds{o.told.drain_timeout})};
  std::shared_ptr<net::tls_context> tls;
  if (o.told.tls)
    o.gateway.door.tls = tls = std::make_shared<net::tls_context>(o.told.tls_cert, o.told.tls_key);
  if (shows_page(o.told)) {
    o.gateway.page = std::make_shared<const actors::admin_page>(read_page(o.told.admin_page), o.told.ws_path,
                                                                o.told.admin_login.value_or(""));
  }
  std::unique_ptr<net::embedded_nats> nats_server;
  if (o.embedded_nats) {
    nats_server = start_embedded_nats(stop);
    o.gateway.nats.urls = {nats_server->url()};
  }
  const auto gateway = o.told.wait_for_nats ? await_gateway(notifier(from.variables), o.gateway, stop)
                                            : start_gateway(o.gateway, stop);
  if (!gateway) return EXIT_SUCCESS;
  const auto why = serve_until_stop(from, o, *gateway, tls.get(), stop);
  if (why.error.empty()) return EXIT_SUCCESS;
  spdlog::error("{}", why.error);
  return EXIT_FAILURE;
}

}  // namespace actorgate
