#pragma once
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cache/client_view.hpp"
#include "tests/cache/content.hpp"
#include "tests/cache/said.hpp"

namespace actorgate::tests {

/// A dialogue with a client's view: each function tells it something, and returns what it wants done.
///
///     watch SLOT RID [throttle N]    unwatch SLOT RID    ask TICKET RID [throttle N]
///     grant TICKET    refuse TICKET CODE    pass TICKET    anything else: a message to the client
class view_dialogue : cache::client_view_port {
public:
  explicit view_dialogue(cache::client_view_limits limits = {}) : view(*this, limits) {
    view.set_version({1, 2, 3});
  }

  // -- what the service has
  /// The service has this resource, or has it anew.
  void has(const std::string& rid, std::string_view json) {
    services_.insert_or_assign(rid, cache::resource{content(json)});
  }

  // -- from the client
  said subscribe(std::uint64_t id, std::string_view rid) { return view.subscribe(id, rid), take(); }
  said get(std::uint64_t id, std::string_view rid) { return view.get(id, rid), take(); }
  said unsubscribe(std::uint64_t id, std::string_view rid, std::uint64_t count = 1) {
    return view.unsubscribe(id, rid, count), take();
  }
  said subscribe_response(std::uint64_t id, std::string_view rid) {
    return view.subscribe_response(id, rid), take();
  }
  said call(std::uint64_t ticket, std::string_view rid, std::string_view method = "set") {
    return view.call(ticket, rid, method), take();
  }

  // -- from relays
  said loaded(const std::string& rid) { return load(slot(rid), rid), take(); }
  said failed(const std::string& rid, const protocol::error& why = protocol::errors::not_found()) {
    return fail(slot(rid), why), take();
  }
  said change(const std::string& rid, std::string_view payload) {
    return event(rid, services_.at(rid).apply(protocol::event_kind::change, payload));
  }
  said add(const std::string& rid, std::string_view payload) {
    return event(rid, services_.at(rid).apply(protocol::event_kind::add, payload));
  }
  said remove(const std::string& rid, std::size_t index) {
    return event(rid, services_.at(rid).remove(index));
  }
  said rang(const std::string& rid) { return event(rid, plain(protocol::event_kind::custom, "rang")); }
  said deleted(const std::string& rid) { return event(rid, plain(protocol::event_kind::deleted, "delete")); }
  said reaccess(const std::string& rid, cache::throttle_id throttle = 0) {
    return view.on_reaccess(slot(rid), throttle), take();
  }

  // -- from services
  said grant(std::uint64_t ticket, const protocol::access_rights& rights = {true, ""}) {
    return answer(ticket, rights), take();
  }
  said deny(std::uint64_t ticket, const protocol::error& why) { return answer(ticket, why), take(); }
  said reply(std::uint64_t ticket, std::string_view rid) { return view.on_reply(ticket, rid), take(); }
  said token_changed() { return view.on_token_changed(), take(); }

  // -- abbreviations
  /// Subscribes, and answers everything that this asks for.
  void subscribed(std::uint64_t id, const std::string& rid) {
    subscribe(id, rid);
    answer_all();
  }
  /// Grants and loads, until nothing is asked for any more; what the service does not have fails.
  void answer_all() {
    while (!waiting_.empty() || !asked_.empty()) {
      if (!asked_.empty()) {
        answer(asked_.begin()->first, protocol::access_rights{true, "*"});
      } else {
        const auto [slot, rid] = *waiting_.begin();
        services_.contains(rid) ? load(slot, rid) : fail(slot, protocol::errors::not_found());
      }
    }
    lines_.clear();
  }

  /// The slot under which the resource has been watched latest.
  cache::slot_id slot(const std::string& rid) const { return slots_.at(rid); }
  /// The slots and rids of what is watched.
  const std::map<cache::slot_id, std::string>& watched() const { return watched_; }
  /// What the view has wanted since the last time. What is left together is sorted, for it is left in no
  /// order.
  said take() {
    const auto leaves = [](const std::string& line) { return line.starts_with("unwatch "); };
    for (auto i = lines_.begin(); i != lines_.end();) {
      const auto begin = std::find_if(i, lines_.end(), leaves);
      i = std::find_if_not(begin, lines_.end(), leaves);
      std::sort(begin, i);
    }
    return std::exchange(lines_, {});
  }

private:
  struct wire_event : cache::relayed_event {
    wire_event(cache::resource_event_ptr e, std::string r) : relayed_event(std::move(e)), rid(std::move(r)) {}
    std::string rid;
  };

  void load(cache::slot_id slot, const std::string& rid) {
    waiting_.erase(slot);
    view.on_loaded(slot, services_.at(rid).current());
  }
  void fail(cache::slot_id slot, const protocol::error& why) {
    waiting_.erase(slot);
    watched_.erase(slot);
    view.on_failed(slot, why);
  }
  void answer(std::uint64_t ticket, protocol::outcome<protocol::access_rights> answer) {
    asked_.erase(ticket);
    view.on_access(ticket, std::move(answer));
  }
  static cache::resource_event_ptr plain(protocol::event_kind kind, std::string name) {
    return std::make_shared<cache::resource_event>(
        cache::resource_event{kind, std::move(name), "null", {}, {}});
  }
  said event(const std::string& rid, cache::resource_event_ptr e) {
    const auto to = slot(rid);
    if (e->kind == protocol::event_kind::deleted) watched_.erase(to);
    return view.on_event(to, std::make_shared<wire_event>(std::move(e), rid)), take();
  }
  void say(std::string line, cache::throttle_id throttle = 0) {
    if (throttle) line += " throttle " + std::to_string(throttle);
    lines_.push_back(std::move(line));
  }

  void watch(cache::slot_id slot, const protocol::shared_text& rid, cache::throttle_id throttle) override {
    slots_[std::string{rid}] = slot;
    watched_[slot] = rid;
    waiting_[slot] = rid;
    say("watch " + std::to_string(slot) + ' ' + std::string{rid}, throttle);
  }
  void unwatch(cache::slot_id slot, const protocol::shared_text& rid) override {
    watched_.erase(slot);
    waiting_.erase(slot);
    say("unwatch " + std::to_string(slot) + ' ' + std::string{rid});
  }
  void ask_access(std::uint64_t ticket, std::string_view rid, cache::throttle_id throttle) override {
    asked_[ticket] = rid;
    say("ask " + std::to_string(ticket) + ' ' + std::string{rid}, throttle);
  }
  void call_granted(std::uint64_t ticket) override { say("grant " + std::to_string(ticket)); }
  void call_refused(std::uint64_t ticket, const protocol::error& why) override {
    say("refuse " + std::to_string(ticket) + ' ' + why.code);
  }
  void pass(std::uint64_t ticket) override { say("pass " + std::to_string(ticket)); }
  void send(const cache::relayed_event& e) override {
    const auto& wire = static_cast<const wire_event&>(e);
    say(protocol::event_begin(wire.rid, e.event->name) + e.event->data + std::string{protocol::event_end});
  }
  void send(std::string message) override { say(std::move(message)); }

  std::map<std::string, cache::resource> services_;
  std::map<std::string, cache::slot_id> slots_;
  std::map<cache::slot_id, std::string> watched_, waiting_;
  std::map<std::uint64_t, std::string> asked_;
  said lines_;

public:
  cache::client_view view;
};

}  // namespace actorgate::tests
