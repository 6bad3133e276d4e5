#include "actors/exposition.hpp"

#include <cstdio>
#include <string_view>
#include <sys/resource.h>
#include <sys/stat.h>

#include "actors/resident_memory.hpp"
#include "protocol/version.hpp"

namespace actorgate::actors {
namespace {

std::string text_of(double value) {
  char text[32];
  const int size = std::snprintf(text, sizeof text, "%.9g", value);
  return {text, static_cast<std::size_t>(size)};
}
template <std::integral T>
std::string text_of(T value) {
  return std::to_string(value);
}

/// Writes families: first `begin`, then their samples.
class exposition {
public:
  void begin(std::string_view family, std::string_view type, std::string_view help) {
    family_ = family;
    is_counter_ = type == "counter";
    out_.append("# TYPE ").append(family).append(" ").append(type).append("\n");
    out_.append("# HELP ").append(family).append(" ").append(help).append("\n");
  }

  template <class T>
  void sample(T value, std::string_view label = {}, std::string_view label_value = {}) {
    line(is_counter_ ? "_total" : "", labels(label, label_value), text_of(value));
  }

  /// A counter with two labels.
  void sample(std::uint64_t value, std::string_view label, std::string_view label_value,
              std::string_view second, std::string_view second_value) {
    line("_total", labels(label, label_value) + ',' + labels(second, second_value), text_of(value));
  }

  template <class T>
  void single(std::string_view family, std::string_view type, std::string_view help, T value) {
    begin(family, type, help);
    sample(value);
  }

  void histogram(const latency_histogram& h, std::string_view label, std::string_view label_value) {
    std::uint64_t sum = 0;
    const auto own = labels(label, label_value);
    for (std::size_t i = 0; i < h.counts.size(); ++i) {
      sum += h.counts[i];
      const auto bound = i < h.bounds.size() ? text_of(h.bounds[i]) : "+Inf";
      line("_bucket", own + ",le=\"" + bound + '"', text_of(sum));
    }
    line("_sum", own, text_of(h.sum));
    line("_count", own, text_of(sum));
  }

  void line(std::string_view suffix, std::string_view labels, std::string_view value) {
    out_.append(family_).append(suffix);
    if (!labels.empty()) out_.append("{").append(labels).append("}");
    out_.append(" ").append(value).append("\n");
  }

  std::string finish() { return std::move(out_.append("# EOF\n")); }

private:
  static std::string labels(std::string_view name, std::string_view value) {
    if (name.empty()) return {};
    return std::string{name} + "=\"" + std::string{value} + '"';
  }

  std::string out_;
  std::string_view family_;
  bool is_counter_ = false;
};

/// The count of each name that is not empty.
template <class Counts, class Names>
void samples(exposition& e, const Counts& counts, std::string_view label, const Names& names) {
  for (std::size_t i = 0; i < std::size(names); ++i) {
    if (!std::string_view{names[i]}.empty()) e.sample(counts[i], label, names[i]);
  }
}

constexpr std::string_view verbs[] = {"GET", "POST", "PUT", "DELETE", "PATCH"};

/// Those that Resgate has, for the dashboards that people have.
void expose_resgate(exposition& e, const shard_statistics& s) {
  using protocol::request_kind;
  e.begin("resgate", "info", "What this is.");
  e.line("_info",
         "version=\"actorgate " ACTORGATE_VERSION "\",protocol=\"" + std::string{protocol::own_version} + '"',
         "1");
  e.single("resgate_ws_current_connections", "gauge", "WebSocket clients.", s.websockets);
  e.single("resgate_ws_connections", "counter", "WebSocket clients that have come.", s.websockets_opened);
  e.begin("resgate_ws_requests", "counter", "Requests of WebSocket clients.");
  const auto of = [&](request_kind kind) { return s.requests[static_cast<std::size_t>(kind)]; };
  e.sample(of(request_kind::get), "method", "get");
  e.sample(of(request_kind::subscribe), "method", "subscribe");
  e.sample(of(request_kind::unsubscribe), "method", "unsubscribe");
  e.sample(of(request_kind::call) + of(request_kind::create), "method", "call");
  e.sample(of(request_kind::auth), "method", "auth");
  e.begin("resgate_http_requests", "counter", "HTTP requests for resources and methods.");
  samples(e, s.http_requests, "method", verbs);
  e.single("resgate_cache_resources", "gauge", "Resources in the cache.", s.resources);
  e.single("resgate_cache_subscriptions", "gauge", "Subscriptions of clients, indirect ones included.",
           s.subscriptions);
}

/// By `type` and `outcome`.
template <class Answers, class Types>
void expose_answers(exposition& e, const Answers& answers, const Types& types) {
  constexpr std::string_view outcomes[] = {"ok", "denied", "timeout", "error"};
  for (std::size_t type = 0; type < answers.size(); ++type) {
    for (std::size_t i = 0; i < std::size(outcomes); ++i) {
      e.sample(answers[type][i], "type", types[type], "outcome", outcomes[i]);
    }
  }
}

void expose_clients(exposition& e, const shard_statistics& s) {
  e.begin("actorgate_requests", "counter", "Answered requests of clients.");
  expose_answers(e, s.answers,
                 std::array<std::string_view, 8>{"invalid", "version", "subscribe", "unsubscribe", "get",
                                                 "call", "auth", "new"});
  expose_answers(e, s.http_answers,
                 std::array<std::string_view, 6>{"http_get", "http_post", "http_put", "http_delete",
                                                 "http_patch", "http_other"});
  e.single("actorgate_connection_ids", "gauge", "Connections that services may know.", s.identities);
  e.single("actorgate_streams", "gauge", "Clients that follow a resource over HTTP.", s.streams);
  e.begin("actorgate_clients_closed", "counter", "WebSockets and streams that have ended.");
  for (std::size_t i = 0; i <= static_cast<std::size_t>(net::close_reason::peer_gone); ++i) {
    e.sample(s.closed[i], "reason", net::name_of(static_cast<net::close_reason>(i)));
  }
  e.single("actorgate_events_in", "counter", "Events from services.", s.events_in);
  e.single("actorgate_events_out", "counter", "Events to clients.", s.events_out);
  e.single("actorgate_bytes_in", "counter", "Bytes of messages from WebSocket clients.", s.bytes_in);
  e.single("actorgate_bytes_out", "counter", "Bytes of messages to WebSocket clients and streams.",
           s.bytes_out);
}

void expose_services(exposition& e, const gateway_report& r) {
  constexpr std::string_view types[] = {"get", "access", "call", "auth", "query"};
  e.begin("actorgate_service_request_seconds", "histogram",
          "Answered requests to services, by what they took.");
  for (std::size_t i = 0; i < std::size(types); ++i) e.histogram(r.total.services[i], "type", types[i]);
  e.single("actorgate_service_timeouts", "counter", "Requests that services did not answer in time.",
           r.total.timeouts);
  e.single("actorgate_cache_hits", "counter", "Resources that were there when asked for.",
           r.total.cache_hits);
  e.single("actorgate_cache_misses", "counter", "Resources that services were asked for.",
           r.total.cache_misses);
  e.single("actorgate_nats_connected", "gauge", "Whether NATS is there.", int{r.nats_connected});
  e.single("actorgate_nats_reconnects", "counter", "How often NATS has come back.", r.nats_reconnects);
}

void expose_shards(exposition& e, const gateway_report& r) {
  e.begin("actorgate_shard_queue_depth", "gauge", "Actors that wait for their turn.");
  for (std::size_t i = 0; i < r.shards.size(); ++i)
    e.sample(r.shards[i].queue_depth, "shard", std::to_string(i));
  e.begin("actorgate_shard_lag_seconds", "gauge", "How long a shard takes to get to what it is asked.");
  for (std::size_t i = 0; i < r.shards.size(); ++i)
    e.sample(r.shards[i].lag_seconds, "shard", std::to_string(i));
  e.single("actorgate_draining", "gauge", "Whether clients are sent away.", int{r.draining});
}

/// As other exporters name it.
void expose_process(exposition& e) {
  if (const auto resident = resident_memory()) {
    e.single("process_resident_memory_bytes", "gauge", "Resident memory.", resident);
  }
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  e.single("process_cpu_seconds", "counter", "CPU time.", seconds(used.ru_utime) + seconds(used.ru_stime));
  // Since Linux 6.2 the folder's size is the number of files in it.
  struct stat open_files {};
  if (::stat("/proc/self/fd", &open_files) == 0 && open_files.st_size > 0) {
    e.single("process_open_fds", "gauge", "Open file descriptors.", std::int64_t{open_files.st_size});
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  e.single("process_max_fds", "gauge", "File descriptors that may be open.",
           static_cast<std::uint64_t>(files.rlim_cur));
}

}  // namespace

std::string expose(const gateway_report& report) {
  exposition e;
  expose_resgate(e, report.total);
  expose_clients(e, report.total);
  expose_services(e, report);
  expose_shards(e, report);
  expose_process(e);
  return e.finish();
}

}  // namespace actorgate::actors
