#include "stage.hpp"

#include <doctest/doctest.h>

#include "actors/admin_service.hpp"
#include "actors/beacon.hpp"
#include "actors/cache_directory.hpp"
#include "actors/frequent_names.hpp"
#include "actors/hub.hpp"
#include "actors/nats_gateway.hpp"
#include "actors/nats_subscription.hpp"
#include "actors/outcome.hpp"

namespace actorgate::test {
namespace {

actors::message_ptr make_message(std::string_view subject, std::string_view data, bool no_responders,
                                 const char* reply = nullptr) {
  static const auto opened = nats_Open(-1);  // messages are destroyed by the library's own thread
  REQUIRE(opened == NATS_OK);
  natsMsg* raw = nullptr;
  REQUIRE(natsMsg_Create(&raw, std::string{subject}.c_str(), reply, data.data(),
                         static_cast<int>(data.size())) == NATS_OK);
  if (no_responders) natsMsgHeader_Set(raw, "Status", "503");
  return std::make_shared<const net::nats_message>(raw);
}

}  // namespace

net::nats_subscription_ptr fake_bus::subscribe(std::string_view subject, std::string_view) {
  struct subscription final : net::nats_subscription {
    subscription(fake_bus& bus, std::string_view s) : self(bus), subject(s) {
      self.subscriptions.insert(subject);
    }
    ~subscription() override {
      self.subscriptions.erase(self.subscriptions.find(subject));
      self.log.push_back("UNSUB " + subject);
    }
    fake_bus& self;
    std::string subject;
  };
  log.push_back("SUB " + std::string{subject});
  return std::make_unique<subscription>(*this, subject);
}

net::sent fake_bus::publish(std::string_view subject, std::string_view reply, std::string_view data,
                            const net::shared_headers& headers) {
  if (answer != net::sent::ok) return answer;
  log.push_back("PUB " + std::string{subject});
  published.push_back({std::string{subject}, std::string{reply}, std::string{data}, headers});
  return net::sent::ok;
}

fake_bus::sent_message fake_bus::take() {
  REQUIRE_FALSE(published.empty());
  auto first = published.front();
  published.erase(published.begin());
  return first;
}

void probe::on(actors::slot_loaded& fact) {
  log_.push_back("loaded " + std::to_string(fact.slot) + ' ' + std::string{fact.content->json});
}
void probe::on(actors::slots_loaded& facts) {
  for (auto& fact : facts.slots) on(fact);
}
void probe::on(actors::slot_failed& fact) {
  log_.push_back("failed " + std::to_string(fact.slot) + ' ' + fact.why->code);
}
void probe::on(actors::slot_event& fact) {
  log_.push_back("event " + std::to_string(fact.slot) + ' ' + fact.event->event->name + ' ' +
                 fact.event->event->data);
}
void probe::on(actors::slot_reaccess& fact) { log_.push_back("reaccess " + std::to_string(fact.slot)); }
void probe::on(actors::service_replied& reply) {
  log_.push_back("reply " + std::to_string(reply.ticket) + ' ' +
                 (reply.message ? std::string{reply.message->data()} : actors::error_of(reply.outcome).code));
}
void probe::on(actors::event_arrived& event) {
  log_.push_back("told " + std::string{event.message->subject()});
}

stage::stage(actors::settings settings) {
  config.set("scheduler.policy", caf::atom("testing"));
  system = std::make_unique<caf::actor_system>(config);
  book.config = settings;
  for (cache::watcher_id i = 0; i < 2; ++i) {
    book.places.push_back({nullptr, actors::spawn_lean<actors::hub>(*system, nullptr, book, i),
                           actors::spawn_lean<actors::cache_directory>(*system, nullptr, book)});
  }
  book.nats = actors::spawn_lean<actors::nats_gateway>(*system, nullptr, book, bus);
  book.beacon = actors::spawn_lean<actors::beacon>(*system, nullptr, book);
  if (settings.admin.enabled) {
    book.busiest = std::make_shared<actors::frequent_names>();
    book.admin = actors::spawn_lean<actors::admin_service>(*system, nullptr, book);
  }
  actors::tell(book.nats, actors::subscribe_system{
                              actors::spawn_lean<actors::system_subscription>(*system, nullptr, book),
                              settings.cluster ? book.beacon : actors::beacon_actor{}, book.admin});
  run();
}

stage::~stage() {
  actors::tell(book.beacon, actors::leave_cluster{[] {}});
  // The system would do so itself, when its actors have lost each other.
  do {
    run();
  } while (clockwork().trigger_timeout());
  book.places.clear();
  book.nats = actors::nats_gateway_actor{};
  book.beacon = actors::beacon_actor{};
  book.admin = actors::admin_actor{};
}

actors::hub& stage::hub(cache::watcher_id shard) {
  return actors::neighbour<actors::hub>(book.places[shard].hub);
}

caf::scheduler::test_coordinator& stage::clockwork() {
  return dynamic_cast<caf::scheduler::test_coordinator&>(system->scheduler());
}

void stage::run() { clockwork().run(); }

void stage::run_one() { clockwork().run_once(); }

void stage::pass(std::chrono::milliseconds time) {
  // In small steps: what a timer sets off may set another.
  for (; time.count() > 0; time -= std::chrono::milliseconds{10}) {
    clockwork().advance_time(std::chrono::milliseconds{10});
    run();
  }
}

void stage::deliver(std::string_view subject, std::string_view data, bool no_responders) {
  actors::tell(book.nats, actors::message_arrived{make_message(subject, data, no_responders)});
}

void stage::request(std::string_view subject, std::string_view data, const std::string& reply) {
  actors::tell(book.nats, actors::message_arrived{make_message(subject, data, false, reply.c_str())});
}

actors::connection_actor stage::connect(std::vector<std::string>& log) {
  return actors::spawn_lean<probe>(*system, nullptr, log);
}

void stage::subscribe(cache::watcher_id shard, const actors::connection_actor& who, cache::slot_id slot,
                      const std::string& name, const std::string& query) {
  const auto rid = query.empty() ? name : name + '?' + query;
  auto content = hub(shard).subscribe({who, slot, name, query, rid}, 0);
  if (content) actors::tell(who, actors::slot_loaded{slot, std::move(content)});
}

void stage::unsubscribe(cache::watcher_id shard, const actors::connection_actor& who, cache::slot_id slot,
                        const std::string& name, const std::string& query) {
  const auto rid = query.empty() ? name : name + '?' + query;
  hub(shard).unsubscribe({who, slot, name, query, rid});
}

}  // namespace actorgate::test
