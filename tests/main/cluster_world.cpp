#include "tests/main/cluster_world.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <poll.h>
#include <stdexcept>
#include <utility>

#include "tests/support/json.hpp"

namespace actorgate::test {

using tests::replica;

// -- nodes --------------------------------------------------------------------

namespace {

arguments with_cluster(const std::string& name, std::uint16_t metrics, const arguments& more) {
  arguments all{"--cluster",
                "--node-id",
                name,
                "--cluster-heartbeat",
                "300",
                "--drain-timeout",
                "500",
                "--metricsport",
                std::to_string(metrics)};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

node::node(std::string called, const std::string& nats, arguments more)
    : name(std::move(called)),
      metrics(free_port()),
      gateway("{}", {}, nats, with_cluster(name, metrics, more)) {}

bool node::is_ready() const {
  try {
    return http_client{metrics}.get("/readyz").status == 200;
  } catch (const std::runtime_error&) {
    return false;
  }
}

void node::crash() {
  gateway.runs.signal(SIGKILL);
  CHECK(gateway.runs.wait() == 1000 + SIGKILL);
}

void node::end() {
  gateway.ask_to_end();
  CHECK(gateway.runs.wait() == 0);
}

// -- NATS ---------------------------------------------------------------------

nats_cluster::nats_cluster() {
  std::array<std::string, 3> places;
  for (auto& place : places) place = "nats://127.0.0.1:" + std::to_string(free_port());
  const auto all = places[0] + ',' + places[1] + ',' + places[2];
  for (const auto& place : places) {
    servers_.push_back(std::make_unique<nats_server>(
        std::vector<std::string>{"--cluster_name", "test", "--cluster", place, "--routes", all}));
  }
  // Until everybody hears everybody.
  service first{servers_[0]->url(), "a"}, second{servers_[1]->url(), "b"}, third{servers_[2]->url(), "c"};
  const std::array<service*, 3> ends{&first, &second, &third};
  for (auto* each : ends) {
    each->listen("probe.*");
    each->flush();
  }
  const bool joined = becomes([&] {
    for (auto* each : ends) {
      each->publish("probe." + each->name(), "");
      each->flush();
    }
    return std::ranges::all_of(ends, [](const service* each) {
      return each->seen("probe.a") > 0 && each->seen("probe.b") > 0 && each->seen("probe.c") > 0;
    });
  });
  if (!joined) throw std::runtime_error("the NATS servers do not find each other");
}

std::string nats_cluster::urls(std::size_t first) const {
  std::string result;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    result += (i == 0 ? "" : ",") + servers_[(first + i) % servers_.size()]->url();
  }
  return result;
}

nats_server& nats_cluster::of(const node& n) {
  for (auto& server : servers_) {
    if (n.gateway.says("Connected to NATS at " + server->url())) return *server;
  }
  throw std::runtime_error("the gateway is at none of the NATS servers");
}

// -- the service --------------------------------------------------------------

namespace {

std::string model_rid(std::size_t i) { return "test.m" + std::to_string(i); }

constexpr std::size_t longest_list = 8;

}  // namespace

busy_service::busy_service(const std::string& nats) : test(nats, "test") {
  for (const auto& rid : rids()) test.on("access." + rid, R"({"result":{"get":true}})");
  for (std::size_t i = 0; i < models; ++i) {
    test.on("get." + model_rid(i), [this, i](const request& q) {
      const std::lock_guard lock{mutex_};
      q.result(R"({"model":{"n":)" + std::to_string(numbers_[i]) + "}}");
    });
  }
  test.on("get.test.list", [this](const request& q) {
    const std::lock_guard lock{mutex_};
    q.result(R"({"collection":[)" + list() + "]}");
  });
}

std::vector<std::string> busy_service::rids() {
  std::vector<std::string> all{"test.list"};
  for (std::size_t i = 0; i < models; ++i) all.push_back(model_rid(i));
  return all;
}

std::string busy_service::list() const {
  std::string text;
  for (const auto& element : elements_) text += (text.empty() ? "" : ",") + element;
  return text;
}

void busy_service::step() {
  const std::lock_guard lock{mutex_};
  random_() % 3 == 0 ? change_list() : change_model(random_() % models);
}

void busy_service::change_model(std::size_t which) {
  const auto n = std::to_string(++numbers_[which]);
  test.event('m' + std::to_string(which), "change", R"({"values":{"n":)" + n + "}}");
}

void busy_service::change_list() {
  const bool full = elements_.size() == longest_list;
  const auto place = random_() % (elements_.size() + (full ? 0 : 1));
  const auto at = elements_.begin() + static_cast<std::ptrdiff_t>(place);
  const auto index = R"("idx":)" + std::to_string(place);
  if (full) {
    elements_.erase(at);
    return test.event("list", "remove", '{' + index + '}');
  }
  const auto value =
      ++added_ % 4 == 0 ? R"({"rid":")" + model_rid(random_() % models) + "\"}" : std::to_string(added_);
  elements_.insert(at, value);
  test.event("list", "add", '{' + index + R"(,"value":)" + value + '}');
}

void busy_service::reset() {
  test.flush();
  test.publish("system.reset", R"({"resources":["test.>"]})");
}

bool busy_service::is_known(const replica& client) const {
  const std::lock_guard lock{mutex_};
  const auto& known = client.known();
  if (client.unanswered() > 0 || known.size() != models + 1) return false;
  for (std::size_t i = 0; i < models; ++i) {
    const auto found = known.find(model_rid(i));
    if (found == known.end() || found->second.properties.at("n") != std::to_string(numbers_[i])) return false;
  }
  const auto all = known.find("test.list");
  return all != known.end() && all->second.elements == elements_;
}

// -- clients ------------------------------------------------------------------

travellers::travellers(const std::vector<std::uint16_t>& gateways, std::size_t each) : gateways_(gateways) {
  all_.resize(gateways.size() * each);
  for (std::size_t i = 0; i < all_.size(); ++i) {
    all_[i].at = i / each;
    settle(all_[i]);
  }
}

/// At its gateway, or at the next that lets it in.
void travellers::settle(traveller& t) {
  for (std::size_t tries = 0; tries < gateways_.size(); ++tries, t.at = (t.at + 1) % gateways_.size()) {
    try {
      t.socket = ws_client{gateways_[t.at]};
    } catch (const std::runtime_error&) {
      continue;
    }
    std::ranges::copy(t.knows.complaints(), std::back_inserter(old_complaints_));
    t.knows = {};
    t.socket.send_text(R"({"id":1,"method":"version","params":{"protocol":"1.2.3"}})");
    std::uint64_t id = 1;
    for (const auto& rid : busy_service::rids()) {
      t.knows.asks_subscribe(++id, rid);
      t.socket.send_text(R"({"id":)" + std::to_string(id) + R"(,"method":"subscribe.)" + rid + "\"}");
    }
    return;
  }
  throw std::runtime_error("travellers: no gateway is open");
}

void travellers::catch_up(int patience_ms) {
  std::vector<pollfd> fds;
  for (const auto& t : all_) fds.push_back({t.socket.fd(), POLLIN, 0});
  if (::poll(fds.data(), fds.size(), patience_ms) <= 0) return;
  for (std::size_t i = 0; i < all_.size(); ++i) {
    if (fds[i].revents != 0) hear(all_[i]);
  }
}

void travellers::hear(traveller& t) {
  const bool open = t.socket.read_some();
  while (const auto text = t.socket.pop()) {
    if (text->find(R"("protocol")") == text->npos) t.knows.on_message(*text);
  }
  if (open && !t.socket.close_code()) return;
  if (open) t.socket.send_close(*t.socket.close_code());
  t.socket.disconnect();
  ++moves_;
  settle(t);
}

bool travellers::get_to_know(const busy_service& truth) {
  constexpr int pause_ms = 20;
  return becomes([&] {
    catch_up(pause_ms);
    return std::ranges::all_of(all_, [&](const traveller& t) { return truth.is_known(t.knows); });
  });
}

std::size_t travellers::at(std::uint16_t gateway) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(all_, [&](const traveller& t) { return gateways_[t.at] == gateway; }));
}

std::vector<std::string> travellers::complaints() const {
  auto all = old_complaints_;
  for (const auto& t : all_) std::ranges::copy(t.knows.complaints(), std::back_inserter(all));
  return all;
}

}  // namespace actorgate::test
