#include "actors/gateway.hpp"

#include <algorithm>
#include <future>
#include <thread>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "actors/admin_service.hpp"
#include "actors/beacon.hpp"
#include "actors/cache_directory.hpp"
#include "actors/frequent_names.hpp"
#include "actors/http_exchange.hpp"
#include "actors/http_plan.hpp"
#include "actors/hub.hpp"
#include "actors/identity.hpp"
#include "actors/nats_gateway.hpp"
#include "actors/nats_subscription.hpp"
#include "actors/websocket_connection.hpp"

namespace actorgate::actors {
namespace {

/// How long clients have for the closing handshake at the end; a little more than the sockets' own patience.
constexpr auto closing_patience = net::websocket::close_wait + std::chrono::milliseconds{500};

/// Does something on a shard's thread and waits for it.
template <class F>
void run_on(shard& where, F what) {
  std::packaged_task<void()> task{std::move(what)};
  auto done = task.get_future();
  boost::asio::post(where.loop().context(), [&task] { task(); });
  done.get();
}

std::string host_and_port(const std::string& address, std::uint16_t port) {
  return (address.find(':') == address.npos ? address : '[' + address + ']') + ':' + std::to_string(port);
}

/// How long requests under way may take once everybody has been asked to leave.
constexpr std::chrono::milliseconds longest_answer{5'000};

/// To whoever wants to stay.
net::http_response going_away() {
  auto answer = net::error_response(503, {"system.serviceUnavailable", "Going away"});
  answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

}  // namespace

gateway::config::config(std::size_t shards, std::chrono::microseconds busy_poll) {
  load<actors::scheduler>();
  const auto cores = std::thread::hardware_concurrency();
  // The other half of the cores is the kernel's: it spends more on a message than we do.
  if (shards == 0) shards = std::max(1u, cores / 2);
  set("scheduler.max-threads", shards);
  // With a single core, whoever is to answer waits for it.
  if (cores > 1) caf::put(content, scheduler::patience_key, caf::timespan{busy_poll});
}

gateway::gateway(const gateway_options& options, std::function<void(std::string)> on_lost)
    : on_lost_(std::move(on_lost)),
      config_(options.shards, options.busy_poll),
      admission_(options.admission),
      page_(options.page),
      system_(config_),
      nats_window_(options.nats_window) {
  book_.config = options.actors;
  if (auto& id = book_.config.node_id; id.empty()) {
    const auto random = make_cid();
    id.assign(random.data(), random.size());
  }
  try {
    start_nats(options.nats);
    start_actors();
    if (options.inspection) open_inspection_door(*options.inspection);
    options.before_doors();
    // Before a client can come, unless only the door knows its port.
    const bool knows_place = options.door.port != 0;
    if (knows_place) start_beacon(options.door.address, options.door.port);
    open_doors(options);
    if (!knows_place) start_beacon(options.door.address, port());
    start_admin();
  } catch (...) {
    stop();
    throw;
  }
}

void gateway::open_inspection_door(const inspection_options& options) {
  inspected_gateway here{book_, {}, nats_url_, [this] {
                           return inspected_gateway::condition{nats_connected_, draining_, nats_reconnects_};
                         }};
  auto& shards = scheduler::of(system_);
  for (std::size_t i = 0; i < shards.size(); ++i) here.shards.push_back(&shards.at(i));
  inspection_door_ = std::make_unique<inspection_door>(options, std::move(here));
  book_.config.inspect_address = host_and_port(options.host, inspection_door_->port());
}

void gateway::open_doors(const gateway_options& options) {
  std::vector<net::loop*> loops;
  auto& shards = scheduler::of(system_);
  for (std::size_t i = 0; i < shards.size(); ++i) loops.push_back(&shards.at(i).loop());
  if (options.operator_door) {
    operator_door_ = std::make_unique<operator_door>(
        nats_shard().loop(), *options.operator_door,
        operator_door::sources{[this] { return ready(); }, [this](auto take) { report(std::move(take)); }});
  }
  door_ = std::make_unique<net::http_door>(loops, static_cast<net::http_door_owner&>(*this), options.door);
  place_ = host_and_port(options.door.address, door_->port());
}

void gateway::start_nats(const net::nats_options& options) {
  run_on(nats_shard(), [&] {
    bus_ = std::make_shared<nats_bus>(
        nats_shard().loop(), options,
        [this](net::nats_event event, std::string detail) { on_nats(event, detail); });
  });
  nats_url_ = bus_->url();
}

void gateway::start_actors() {
  auto& shards = scheduler::of(system_);
  for (std::size_t i = 0; i < shards.size(); ++i) {
    auto* unit = &shards.at(i);
    const auto index = static_cast<cache::watcher_id>(i);
    shard_of_.emplace(&unit->loop(), index);
    book_.places.push_back({unit, spawn_lean<hub>(system_, unit, book_, index),
                            spawn_lean<cache_directory>(system_, unit, book_)});
  }
  book_.nats_unit = &nats_shard();
  auto system = spawn_lean<system_subscription>(system_, book_.nats_unit, book_);
  book_.nats = spawn_lean<nats_gateway>(system_, book_.nats_unit, book_, bus_);
  bus_->deliver_to(book_.nats);
  book_.beacon = spawn_lean<beacon>(system_, book_.nats_unit, book_);
  if (book_.config.admin.enabled) {
    book_.busiest = std::make_shared<frequent_names>();
    book_.admin = spawn_lean<admin_service>(system_, book_.nats_unit, book_);
  }
  tell(book_.nats, subscribe_system{std::move(system), book_.config.cluster ? book_.beacon : beacon_actor{},
                                    book_.admin});
  started_ = true;
}

void gateway::start_beacon(const std::string& address, std::uint16_t port) {
  tell(book_.beacon, actors::start_beacon{host_and_port(address, port),
                                          [this](node_list_taker take) { count_node(std::move(take)); }});
}

void gateway::start_admin() {
  if (!book_.admin) return;
  tell(book_.admin, actors::start_admin{[this](auto take) { report(std::move(take)); }});
}

/// Has the beacon told what there is to tell of this node.
void gateway::count_node(node_list_taker take) {
  report([to = book_.beacon, take = std::move(take)](const gateway_report& r) {
    const auto count = [](std::int64_t number) {
      return static_cast<std::uint64_t>(std::max(number, std::int64_t{0}));
    };
    tell(to, node_counted{count(r.total.websockets + r.total.streams), count(r.total.subscriptions),
                          count(r.total.resources), r.draining, take});
  });
}

/// Behind everything that the connections had to say.
void gateway::leave_cluster() {
  if (!book_.beacon) return;
  const auto done = std::make_shared<std::promise<void>>();
  tell(book_.beacon, actors::leave_cluster{[done] { done->set_value(); }});
  done->get_future().wait();
}

gateway::~gateway() { stop(); }

void gateway::stop() {
  if (door_) door_->stop();
  if (operator_door_) operator_door_->close();
  if (inspection_door_) inspection_door_->close();
  stop_connections();
  if (book_.admin) tell(book_.admin, actors::start_admin{nullptr});
  leave_cluster();
  if (bus_) run_on(nats_shard(), [this] { bus_->close(); });
  scheduler::of(system_).halt();
  // While the system is still there to be told, and nobody runs any more.
  book_.places.clear();
  book_.nats = nats_gateway_actor{};
  book_.beacon = beacon_actor{};
  book_.admin = admin_actor{};
  door_ = nullptr;
}

void gateway::drain(std::chrono::milliseconds patience) {
  draining_ = true;
  count_node(nullptr);
  door_->drain();
  auto end = std::chrono::steady_clock::now() + closing_patience;
  for (const auto& place : book_.places) {
    patience.count() > 0 ? tell(place.hub, drain_connections{patience})
                         : tell(place.hub, close_connections{net::close_reason::going_away});
  }
  if (patience.count() > 0) end += patience + std::min(book_.config.request_timeout, longest_answer);
  while (book_.guests->connections + door_->sessions() > 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

void gateway::report(std::function<void(gateway_report)> take) {
  struct collection {
    gateway_report report;
    std::size_t missing;
    std::function<void(gateway_report)> take;
  };
  auto& shards = scheduler::of(system_);
  const auto all = std::make_shared<collection>(collection{{}, shards.size(), std::move(take)});
  all->report.shards.resize(shards.size());
  all->report.nats_connected = nats_connected_;
  all->report.nats_reconnects = nats_reconnects_;
  all->report.draining = draining_;
  const auto asked = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < shards.size(); ++i) {
    boost::asio::post(shards.at(i).loop().context(), [this, all, asked, i, &from = shards.at(i)] {
      const std::chrono::duration<double> lag = std::chrono::steady_clock::now() - asked;
      // By the first shard's thread, one after the other.
      boost::asio::post(nats_shard().loop().context(),
                        [all, i, counts = *book_.places[i].counts,
                         one = gateway_report::shard{lag.count(), from.queue_depth()}] {
                          all->report.shards[i] = one;
                          all->report.total += counts;
                          if (--all->missing == 0) all->take(std::move(all->report));
                        });
    });
  }
}

void gateway::stop_connections() {
  for (const auto& place : book_.places) tell(place.hub, close_connections{net::close_reason::going_away});
  const auto end = std::chrono::steady_clock::now() + closing_patience;
  while (book_.guests->connections > 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

void gateway::on_nats(net::nats_event event, const std::string& detail) {
  switch (event) {
    case net::nats_event::disconnected:
      spdlog::error("disconnected from NATS: {}", detail);
      return await_nats();
    case net::nats_event::error:
      return spdlog::error("NATS: {}", detail);
    case net::nats_event::closed:
      return on_lost_(detail);
    case net::nats_event::reconnected:
      ++nats_reconnects_;
      nats_connected_ = true;
      boost::asio::post(nats_shard().loop().context(), [this] { nats_absence_.reset(); });
      break;
    case net::nats_event::messages_lost:
      break;
  }
  // Nothing has been asked so far, and the address book is still being written.
  if (!started_) return;
  // Whatever was said meanwhile has not been heard: everything has to be asked again.
  spdlog::warn("NATS: {}; all cached resources are fetched anew", detail);
  static const auto everything =
      std::make_shared<const protocol::reset_event>(protocol::reset_event{{">"}, {">"}});
  for (const auto& place : book_.places) tell(place.directory, reset_resources{everything, after_outage});
  if (book_.admin) tell(book_.admin, renew_admin{});
}

/// Clients stay: what they have is old for a while.
void gateway::await_nats() {
  nats_connected_ = false;
  if (nats_window_.count() == 0) return on_lost_("the connection has ended");
  boost::asio::post(nats_shard().loop().context(), [this] {
    nats_absence_.emplace(nats_shard().loop().context(), nats_window_);
    nats_absence_->async_wait([this](boost::system::error_code cancelled) {
      if (!cancelled) on_lost_("away for more than " + std::to_string(nats_window_.count()) + " ms");
    });
  });
}

/// On the thread of the loop, where the connection is to live: so it may be begun by a call.
template <class Connection, class Begin, class... Args>
void gateway::spawn_connection(net::loop& l, Begin begin, Args&&... args) {
  const auto index = shard_of_.at(&l);
  const auto spawned =
      spawn_lean<Connection>(system_, book_.places[index].unit, book_, index, l, std::forward<Args>(args)...);
  begin(neighbour<Connection>(spawned));
}

void gateway::on_upgrade(net::loop& l, const net::handshake& said, net::http_responder_ptr responder) {
  if (draining_) return responder->respond(going_away());
  spawn_connection<websocket_connection>(
      l, [&](websocket_connection& c) { c.open(std::move(responder)); }, said);
}

void gateway::on_request(net::loop& l, const net::http_request& request, net::http_responder_ptr responder) {
  auto& counts = *book_.places[shard_of_.at(&l)].counts;
  const auto verb = verb_of(request.method);
  ++counts.http_requests[static_cast<std::size_t>(verb)];
  if (auto shown = page_ ? page_->answer(request) : std::nullopt) {
    counts.count(verb, outcome_of_status(shown->status));
    return responder->respond(*std::move(shown));
  }
  auto planned = plan(book_.config.http, request);
  if (auto* answer = std::get_if<net::http_response>(&planned)) {
    counts.count(verb, outcome_of_status(answer->status));
    return responder->respond(std::move(*answer));
  }
  spawn_connection<http_exchange>(
      l, [](http_exchange& e) { e.begin(); }, request, std::move(responder),
      std::get<http_task>(std::move(planned)));
}

}  // namespace actorgate::actors
