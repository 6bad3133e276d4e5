// Random clients, services and networks against one client view, compared with what a client makes of the
// messages.
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cache/client_view.hpp"
#include "protocol/json.hpp"
#include "tests/cache/replica.hpp"

namespace actorgate::tests {
namespace {

using namespace cache;
using protocol::access_rights;
using protocol::value;
using protocol::value_kind;

struct wire_event : relayed_event {
  wire_event(resource_event_ptr e, std::string r) : relayed_event(std::move(e)), rid(std::move(r)) {}
  std::string rid;
};

/// What the random world does more or less of.
struct temper {
  int resources = 8;
  double failing_gets = 0;
  double denied = 0;
  double deletes = 0;
  double reaccess = 0;
  bool throttled = false;
};

/// Services, relays and one client around a view. Resources deliver in their own order, and nothing else is
/// in order.
class world : client_view_port {
public:
  world(std::uint32_t seed, temper t)
      : random_(seed), temper_(t), view_(*this, {.throttle_references = t.throttled}) {
    view_.set_version({1, 2, 3});
    for (int i = 0; i < t.resources; ++i) create(name(static_cast<std::size_t>(i)), i % 2 == 0);
  }

  void step() {
    const double dice = fraction();
    if (dice < 0.10) return subscribe();
    if (dice < 0.14) return get();
    if (dice < 0.17) return respond();
    if (dice < 0.25) return unsubscribe();
    if (dice < 0.29) return call();
    if (dice < 0.50) return change(pick_rid());
    if (dice < 0.65) return answer_get();
    if (dice < 0.77) return answer_access();
    if (chance(temper_.deletes)) return erase(pick_rid());
    if (chance(temper_.reaccess)) return reaccess();
    deliver();
  }

  /// Answers and delivers everything that is under way.
  void calm_down() {
    while (!gets_.empty() || !asks_.empty() || under_way() > 0) {
      const double dice = fraction();
      if (dice < 0.3) {
        answer_get();
      } else if (dice < 0.6) {
        answer_access();
      } else {
        deliver();
      }
    }
  }

  void unsubscribe_all() {
    const auto direct = client_.direct();
    for (const auto& [rid, count] : direct) {
      if (count > 0) unsubscribe(rid, count);
    }
  }

  /// Nothing is under way: does the client know what there is, and nobody else more than that?
  void check_calm() {
    expect(client_.unanswered() == 0, "a request was not answered");
    expect(calls_.empty(), "a call was neither granted nor refused");
    expect(replies_.empty(), "a reply did not pass");
    expect(view_.size() == client_.known().size(), "the view holds other resources than the client");
    std::multiset<std::string> alive, watched;
    for (const auto& [rid, each] : client_.known()) {
      if (each.dead || each.is == replica::kind::error) continue;
      alive.insert(rid);
      check_content(rid, each);
    }
    for (const auto& [slot, w] : watches_) watched.insert(w.rid);
    expect(alive == watched, "other resources are watched than the client knows");
  }

  void check_over() {
    expect(view_.idle(), "the view is not idle");
    expect(view_.size() == 0, "the view is not empty");
    expect(watches_.empty(), "something is still watched");
    expect(client_.known().empty(), "the client knows something");
  }

  bool failed() const { return !complaints_.empty() || !client_.complaints().empty(); }
  std::string report() const {
    std::string out;
    for (const auto& line : trace_) out += line + '\n';
    for (const auto& what : complaints_) out += "!! " + what + '\n';
    for (const auto& what : client_.complaints()) out += "!! " + what + '\n';
    return out;
  }

private:
  struct service_side {
    bool exists = false;
    bool is_model = true;
    int changes = 0;
    std::unique_ptr<resource> content;
  };
  struct watch_state {
    std::string rid;
    bool open = false;
  };
  struct delivery {
    enum { loaded, failed, event, reaccess, reply } what;
    slot_id slot = no_slot;
    snapshot_ptr content = nullptr;
    relayed_event_ptr said = nullptr;
    std::uint64_t ticket = 0;
    int changes = 0;  ///< of the resource, when the reply was made
  };
  struct pending_reply {
    std::string rid;
    int changes;
  };

  // -- chance -----------------------------------------------------------------------------------------------
  double fraction() { return std::uniform_real_distribution{}(random_); }
  bool chance(double of) { return fraction() < of; }
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random_); }
  static std::string name(std::size_t i) { return std::string{'r'} += std::to_string(i); }
  std::string pick_rid() { return name(below(static_cast<std::size_t>(temper_.resources))); }
  void note(std::string line) { trace_.push_back(std::move(line)); }
  void expect(bool good, const std::string& what) {
    if (!good) complaints_.push_back(what);
  }

  // -- the service ------------------------------------------------------------------------------------------
  value random_value(std::string_view key = {}) {
    if (chance(0.55)) {
      const auto rid = pick_rid();
      if (chance(0.1))
        return value::make(value_kind::soft_reference, R"({"rid":")" + rid + R"(","soft":true})", rid, key);
      return value::make(value_kind::reference, R"({"rid":")" + rid + R"("})", rid, key);
    }
    return value::make(value_kind::primitive, std::to_string(below(5)), {}, key);
  }

  void create(const std::string& rid, bool is_model) {
    auto& to = services_[rid];
    protocol::resource_content content{.is_model = is_model, .values = {}, .query = {}};
    if (is_model) {
      content.values.push_back(value::make(value_kind::primitive, std::to_string(to.changes), {}, "n"));
      for (const char* key : {"a", "b", "c"}) {
        if (chance(0.5)) content.values.push_back(random_value(key));
      }
    } else {
      for (auto count = below(4); count > 0; --count) content.values.push_back(random_value());
    }
    to.exists = true;
    to.is_model = is_model;
    to.content = std::make_unique<resource>(std::move(content));
  }

  void change(const std::string& rid) {
    auto& at = services_[rid];
    if (!at.exists) {
      if (chance(0.3)) create(rid, at.is_model);
      return;
    }
    if (chance(0.1)) {
      return tell(rid, std::make_shared<resource_event>(
                           resource_event{protocol::event_kind::custom, "rang", "null", {}, {}}));
    }
    resource_event_ptr event;
    if (at.is_model) {
      std::vector<value> values{value::make(value_kind::primitive, std::to_string(++at.changes), {}, "n")};
      for (const char* key : {"a", "b", "c"}) {
        if (chance(0.6)) continue;
        const bool deletes = chance(0.3);
        values.push_back(deletes ? value::make(value_kind::deleted, R"({"action":"delete"})", {}, key)
                                 : random_value(key));
      }
      event = at.content->change(std::move(values));
    } else if (at.content->size() > 0 && chance(0.55)) {
      event = at.content->remove(below(at.content->size()));
    } else {
      event = at.content->add({below(at.content->size() + 1), random_value()});
    }
    tell(rid, std::move(event));
  }

  void erase(const std::string& rid) {
    auto& at = services_[rid];
    if (!at.exists) return;
    at.exists = false;
    tell(rid, std::make_shared<resource_event>(
                  resource_event{protocol::event_kind::deleted, "delete", "null", {}, {}}));
    std::erase_if(watches_, [&rid](const auto& w) { return w.second.rid == rid && w.second.open; });
  }

  void tell(const std::string& rid, resource_event_ptr event) {
    note("service: " + rid + '.' + event->name + ' ' + event->data);
    for (const auto& [slot, w] : watches_) {
      if (w.rid != rid || !w.open) continue;
      queues_[rid].push_back(
          {.what = delivery::event, .slot = slot, .said = std::make_shared<wire_event>(event, rid)});
    }
  }

  void answer_get() {
    if (gets_.empty()) return;
    const auto chosen = gets_.begin() + static_cast<std::ptrdiff_t>(below(gets_.size()));
    const auto slot = *chosen;
    gets_.erase(chosen);
    const auto w = watches_.find(slot);
    if (w == watches_.end()) return;
    const auto rid = w->second.rid;
    if (!services_[rid].exists || chance(temper_.failing_gets)) {
      note("service: no " + rid);
      watches_.erase(w);
      queues_[rid].push_back({.what = delivery::failed, .slot = slot});
    } else {
      w->second.open = true;
      note("service: " + rid + " is " + std::string{services_[rid].content->current()->json});
      queues_[rid].push_back(
          {.what = delivery::loaded, .slot = slot, .content = services_[rid].content->current()});
    }
  }

  void answer_access() {
    if (asks_.empty()) return;
    const auto chosen = asks_.begin() + static_cast<std::ptrdiff_t>(below(asks_.size()));
    const auto ticket = *chosen;
    asks_.erase(chosen);
    const bool denied = chance(temper_.denied);
    if (denied && chance(0.4)) {
      note("service: time-out for " + std::to_string(ticket));
      return view_.on_access(ticket, protocol::errors::timeout());
    }
    note((denied ? "service: no access for " : "service: access for ") + std::to_string(ticket));
    view_.on_access(ticket, denied ? access_rights{} : access_rights{true, "*"});
  }

  void reaccess() {
    if (chance(0.3)) {
      note("service: another token");
      return view_.on_token_changed();
    }
    const auto rid = pick_rid();
    for (const auto& [slot, w] : watches_) {
      if (w.rid == rid) queues_[rid].push_back({.what = delivery::reaccess, .slot = slot});
    }
  }

  // -- the network ------------------------------------------------------------------------------------------
  std::size_t under_way() const {
    std::size_t all = 0;
    for (const auto& [rid, queue] : queues_) all += queue.size();
    return all;
  }

  void deliver() {
    std::vector<std::string> ready;
    for (const auto& [rid, queue] : queues_) {
      if (!queue.empty()) ready.push_back(rid);
    }
    if (ready.empty()) return;
    const auto rid = ready[below(ready.size())];
    auto d = std::move(queues_[rid].front());
    queues_[rid].pop_front();
    constexpr const char* names[] = {"loaded", "failed", "event", "reaccess", "reply"};
    note(std::string{"deliver: "} + names[d.what] + ' ' + rid + ' ' + std::to_string(d.slot) +
         (d.said ? ' ' + d.said->event->name + ' ' + d.said->event->data : "") +
         (d.content ? ' ' + std::string{d.content->json} : ""));
    switch (d.what) {
      case delivery::loaded:
        return view_.on_loaded(d.slot, d.content);
      case delivery::failed:
        return view_.on_failed(d.slot, protocol::errors::not_found());
      case delivery::event:
        return view_.on_event(d.slot, d.said);
      case delivery::reaccess:
        return view_.on_reaccess(d.slot, 0);
      case delivery::reply:
        replies_[d.ticket] = {rid, d.changes};
        return view_.on_reply(d.ticket, rid);
    }
  }

  // -- the client -------------------------------------------------------------------------------------------
  void subscribe() {
    const auto rid = pick_rid();
    note("client: subscribe " + rid + " as " + std::to_string(++last_id_));
    client_.asks_subscribe(last_id_, rid);
    view_.subscribe(last_id_, rid);
  }
  void get() {
    const auto rid = pick_rid();
    note("client: get " + rid + " as " + std::to_string(++last_id_));
    client_.asks_get(last_id_, rid);
    view_.get(last_id_, rid);
  }
  void respond() {
    const auto rid = pick_rid();
    note("client: resource response " + rid + " to " + std::to_string(++last_id_));
    client_.asks_call(last_id_, rid);
    view_.subscribe_response(last_id_, rid);
  }
  void unsubscribe() { unsubscribe(pick_rid(), 1 + below(2)); }
  void unsubscribe(const std::string& rid, std::uint64_t count) {
    note("client: unsubscribe " + rid + " x " + std::to_string(count) + " as " + std::to_string(++last_id_));
    client_.asks_unsubscribe(last_id_, rid, count);
    view_.unsubscribe(last_id_, rid, count);
  }
  void call() {
    const auto rid = pick_rid();
    note("client: call " + rid + " with ticket " + std::to_string(++last_id_));
    calls_[last_id_] = rid;
    view_.call(last_id_, rid, "set");
  }

  // -- what the view wants ----------------------------------------------------------------------------------
  void watch(slot_id slot, const protocol::shared_text& rid, throttle_id) override {
    note("view: watch " + std::string{rid} + " as " + std::to_string(slot));
    for (const auto& [other, w] : watches_) expect(w.rid != rid, "a resource is watched twice");
    expect(slots_.insert(slot).second, "a slot is used again");
    watches_[slot] = {std::string{rid}};
    gets_.push_back(slot);
  }
  void unwatch(slot_id slot, const protocol::shared_text& rid) override {
    note("view: unwatch " + std::string{rid} + " as " + std::to_string(slot));
    expect(slots_.contains(slot), "a slot is left that was never used");
    watches_.erase(slot);
  }
  void ask_access(std::uint64_t ticket, std::string_view rid, throttle_id) override {
    note("view: ask access to " + std::string{rid} + " as " + std::to_string(ticket));
    asks_.push_back(ticket);
  }
  void call_granted(std::uint64_t ticket) override {
    const auto found = calls_.find(ticket);
    if (found == calls_.end()) return expect(false, "a call is granted that was not asked for");
    const auto rid = found->second;
    calls_.erase(found);
    queues_[rid].push_back({.what = delivery::reply, .ticket = ticket, .changes = services_[rid].changes});
  }
  void call_refused(std::uint64_t ticket, const protocol::error&) override {
    expect(calls_.erase(ticket) == 1, "a call is refused that was not asked for");
  }
  void pass(std::uint64_t ticket) override {
    note("view: pass " + std::to_string(ticket));
    const auto reply = replies_.find(ticket);
    if (reply == replies_.end()) return expect(false, "a reply passes twice");
    const auto known = client_.known().find(reply->second.rid);
    if (known != client_.known().end() && !known->second.dead && known->second.properties.contains("n")) {
      expect(std::stoi(known->second.properties.at("n")) >= reply->second.changes,
             "a reply has overtaken an event");
    }
    replies_.erase(reply);
  }
  void send(const relayed_event& event) override {
    const auto& wire = static_cast<const wire_event&>(event);
    send(protocol::event_begin(wire.rid, wire.event->name) + wire.event->data + '}');
  }
  void send(std::string message) override {
    note("view: send " + message);
    client_.on_message(message);
  }

  void check_content(const std::string& rid, const replica::resource& known) {
    const auto& truth = services_[rid];
    if (!truth.exists) return expect(false, "the client thinks that " + rid + " lives");
    replica reader;  // reads the truth as a client would
    reader.asks_subscribe(1, rid);
    protocol::resource_set set;
    set.add(rid, truth.is_model, truth.content->current()->json);
    reader.on_message(protocol::result_message(1, protocol::set_result(set)));
    const auto& expected = reader.known().at(rid);
    expect(expected.properties == known.properties && expected.elements == known.elements,
           "the client has " + rid + " otherwise than the service");
  }

  std::mt19937 random_;
  temper temper_;
  std::map<std::string, service_side> services_;
  std::map<slot_id, watch_state> watches_;
  std::set<slot_id> slots_;
  std::vector<slot_id> gets_;
  std::vector<std::uint64_t> asks_;
  std::map<std::uint64_t, std::string> calls_;
  std::map<std::uint64_t, pending_reply> replies_;
  std::map<std::string, std::deque<delivery>> queues_;
  std::uint64_t last_id_ = 0;
  replica client_;
  std::vector<std::string> trace_, complaints_;
  client_view view_;
};

void run(std::uint32_t seed, const temper& t) {
  world w{seed, t};
  const auto steps = 5 + seed % 40;
  for (int round = 0; round < 4 && !w.failed(); ++round) {
    for (std::uint32_t i = 0; i < steps && !w.failed(); ++i) w.step();
    if (w.failed()) break;
    w.calm_down();
    w.check_calm();
  }
  if (!w.failed()) {
    w.unsubscribe_all();
    w.calm_down();
    w.check_calm();
    w.check_over();
  }
  REQUIRE_MESSAGE(!w.failed(), "seed ", seed, ":\n", w.report());
}

/// ACTORGATE_TEST_SEEDS sets how many worlds there are.
void run_all(const temper& t) {
  const char* more = std::getenv("ACTORGATE_TEST_SEEDS");
  const auto seeds = more ? std::stoul(more) : 3000;
  for (std::uint32_t seed = 0; seed < seeds; ++seed) run(seed, t);
}

}  // namespace

TEST_CASE("a client of a well-behaved service always has what it is subscribed to") { run_all({}); }

TEST_CASE("a client of few resources that refer to each other always has what it is subscribed to") {
  run_all({.resources = 3});
}

TEST_CASE("a client of many resources always has what it is subscribed to") { run_all({.resources = 24}); }

TEST_CASE("gets that fail leave a client with errors and nothing missing") { run_all({.failing_gets = 0.3}); }

TEST_CASE("refused and forgotten access leaves a client with what it may see") {
  run_all({.resources = 5, .denied = 0.3, .reaccess = 0.4});
}

TEST_CASE("deleted resources come back to a client when they live again") {
  run_all({.resources = 5, .deletes = 0.4});
}

TEST_CASE("everything at once leaves a client with what it is subscribed to") {
  run_all({.resources = 6,
           .failing_gets = 0.2,
           .denied = 0.2,
           .deletes = 0.3,
           .reaccess = 0.3,
           .throttled = true});
}

}  // namespace actorgate::tests
