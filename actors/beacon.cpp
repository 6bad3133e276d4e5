#include "actors/beacon.hpp"

#include <array>
#include <unistd.h>
#include <utility>

#include <spdlog/spdlog.h>

namespace actorgate::actors {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

bool is_same_process(const protocol::node_report& a, const protocol::node_report& b) {
  return a.started == b.started && a.pid == b.pid && a.host == b.host;
}

}  // namespace

beacon::beacon(caf::actor_config& config, caf::execution_unit* home, const address_book& book)
    : lean_actor(config, home), book_(book) {
  using namespace std::chrono;
  self_.id = book.config.node_id;
  self_.version = ACTORGATE_VERSION;
  self_.host = host_name();
  self_.pid = ::getpid();
  self_.started = duration_cast<milliseconds>(system_clock::now().time_since_epoch());
  self_.interval = book.config.cluster_heartbeat;
}

void beacon::on(start_beacon& command) {
  self_.clients = std::move(command.clients);
  self_.inspect = book_.config.inspect_address;
  count_ = std::move(command.count);
  list(self_, true);
  if (!speaks()) return;
  // At once, with nothing to count yet: services are to know of this process before they hear of its clients.
  is_deaf_ = true;
  publish(self_);
  latest_tick_ = now();
  send_later(self_.interval, tick{});
}

void beacon::on(leave_cluster& command) {
  auto farewell = self_;
  farewell.state = protocol::node_state::gone;
  speaks() ? publish(farewell, std::move(command.done)) : command.done();
  count_ = nullptr;
}

// -- what is said -------------------------------------------------------------

void beacon::on(tick&) {
  if (!count_) return;
  const auto time = now();
  // A process that was stopped for a while finds its clock first, and what the others have said behind it.
  const bool slept = time - std::exchange(latest_tick_, time) > 2 * self_.interval;
  if (is_deaf_ || slept) {
    for (auto& [id, other] : others_) other.heard = time;
  }
  bury_silent();
  count_(nullptr);
  send_later(self_.interval, tick{});
}

void beacon::on(node_counted& fact) {
  if (fact.take) return fact.take(table(own_report(fact)));
  if (!speaks()) return;
  is_deaf_ = true;
  publish(own_report(fact));
}

void beacon::on(list_nodes& command) { count_ ? count_(std::move(command.take)) : command.take({}); }

protocol::node_report beacon::own_report(const node_counted& counts) const {
  auto report = self_;
  report.connections = counts.connections;
  report.subscriptions = counts.subscriptions;
  report.resources = counts.resources;
  if (counts.draining) report.state = protocol::node_state::draining;
  return report;
}

std::vector<known_node> beacon::table(protocol::node_report own) {
  using std::chrono::milliseconds;
  std::vector<known_node> all{{std::move(own), milliseconds{0}}};
  for (const auto& [id, other] : others_) {
    all.push_back({other.report, std::chrono::duration_cast<milliseconds>(now() - other.heard)});
  }
  return all;
}

void beacon::publish(const protocol::node_report& report, std::function<void()> sent) {
  send(book_.nats, publish_event{protocol::node_subject(report.id), protocol::write_node_report(report),
                                 std::move(sent)});
}

/// Has it served, or not any more.
void beacon::list(const protocol::node_report& report, bool is_there) {
  if (book_.admin) send(book_.admin, node_listed{report, is_there});
}

// -- what is heard ------------------------------------------------------------

void beacon::on(event_arrived& event) {
  auto report = protocol::read_node_report(event.message->data());
  if (!report || event.message->subject() != protocol::node_subject(report->id)) {
    return spdlog::debug("a node's report makes no sense: {}", event.message->subject());
  }
  report->id == self_.id ? hear_own(*report) : hear(*std::move(report));
}

void beacon::hear_own(const protocol::node_report& report) {
  if (is_same_process(report, self_)) {
    is_deaf_ = false;
  } else if (!std::exchange(warned_of_twin_, true)) {
    spdlog::warn("another gateway calls itself {}: process {} on {}", report.id, report.pid, report.host);
  }
}

void beacon::hear(protocol::node_report report) {
  const auto found = others_.find(report.id);
  const bool is_last = report.state == protocol::node_state::gone;
  if (found == others_.end()) {
    if (!is_last) welcome(std::move(report));
    return;
  }
  auto& before = found->second.report;
  const bool same = is_same_process(before, report);
  if (is_last) {
    // Of one before it under the same name, it may come late.
    if (!same) return;
    spdlog::info("node {} has gone", report.id);
    list(report, false);
    others_.erase(found);
    return;
  }
  if (!same) spdlog::info("node {} has been started anew", report.id);
  if (before.state != report.state) spdlog::info("node {} is {}", report.id, to_string(report.state));
  found->second = {std::move(report), now()};
}

void beacon::welcome(protocol::node_report report) {
  if (others_.size() < max_nodes) {
    spdlog::info("node {} is there: {}, clients at {}", report.id, report.host, report.clients);
    list(report, true);
    auto id = report.id;
    others_.emplace(std::move(id), known{std::move(report), now()});
  } else if (!std::exchange(warned_of_crowd_, true)) {
    spdlog::warn("more than {} nodes: {} is ignored, and others may be", max_nodes, report.id);
  }
}

/// Forgets who has been silent for too long.
void beacon::bury_silent() {
  for (auto i = others_.begin(); i != others_.end();) {
    auto& [report, heard] = i->second;
    const bool silent = now() - heard > 3 * report.interval;
    if (silent) {
      spdlog::warn("node {} is missing: silent for three intervals", i->first);
      list(report, false);
    }
    i = silent ? others_.erase(i) : std::next(i);
  }
}

}  // namespace actorgate::actors
