#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/entry.hpp"
#include "tests/cache/content.hpp"
#include "tests/cache/said.hpp"

namespace actorgate::tests {

/// Writes down what an entry wants. Tickets count from 1, for gets and queries alike; resources too.
class entry_recorder : public cache::entry_port {
public:
  /// What has been said since the last time.
  said take() { return std::exchange(lines_, {}); }
  std::size_t complaints() { return std::exchange(complaints_, 0); }

  void send_get(std::uint64_t ticket, std::string_view query, cache::throttle_id throttle) override {
    say("get " + std::to_string(ticket), query, throttle ? "throttle " + std::to_string(throttle) : "");
  }
  void send_query(std::uint64_t ticket, std::string_view subject, std::string_view query) override {
    say("query " + std::to_string(ticket), subject, query);
  }
  void loaded(cache::watcher_id to, std::string_view query, cache::resource_id resource,
              cache::snapshot_ptr now) override {
    say("loaded " + std::to_string(to), query, std::to_string(resource).append(" ").append(now->json));
  }
  void failed(cache::watcher_id to, std::string_view query, const protocol::error& why) override {
    say("failed " + std::to_string(to), query, why.code);
  }
  void event(cache::watcher_id to, cache::resource_id resource, cache::resource_event_ptr e) override {
    say("event " + std::to_string(to), std::to_string(resource) + ' ' + e->name, e->data);
  }
  void reaccess(cache::watcher_id to, cache::throttle_id throttle) override {
    say("reaccess " + std::to_string(to), throttle ? "throttle " + std::to_string(throttle) : "", "");
  }
  void pass(std::uint64_t ticket) override { say("pass " + std::to_string(ticket), "", ""); }
  void complain(std::string_view) override { ++complaints_; }

private:
  void say(std::string line, std::string_view second, std::string_view third) {
    for (auto more : {second, third}) {
      if (!more.empty()) line += ' ' + std::string{more};
    }
    lines_.push_back(std::move(line));
  }

  said lines_;
  std::size_t complaints_ = 0;
};

/// Each function tells an entry something, and returns what it wants done.
struct entry_dialogue {
  entry_recorder port;
  cache::entry machine{port};

  said open(cache::watcher_id who, std::string_view query = "", cache::throttle_id throttle = 0) {
    machine.open(who, query, throttle);
    return port.take();
  }
  said get(std::uint64_t ticket, std::string_view json, std::optional<std::string> query = {}) {
    machine.on_get_response(ticket, content(json, std::move(query)));
    return port.take();
  }
  said get(std::uint64_t ticket, const protocol::error& why) {
    machine.on_get_response(ticket, why);
    return port.take();
  }
  said event(std::string_view name, std::string_view payload = "") {
    machine.on_event(name, payload);
    return port.take();
  }
  said query_event() { return event("query", R"({"subject":"inbox"})"); }
  said query(std::uint64_t ticket, std::vector<protocol::query_event> events) {
    machine.on_query_response(ticket, protocol::query_result{std::move(events)});
    return port.take();
  }
  said query(std::uint64_t ticket, protocol::resource_content anew) {
    machine.on_query_response(ticket, protocol::query_result{std::move(anew)});
    return port.take();
  }
  said query_failed(std::uint64_t ticket, const protocol::error& why) {
    machine.on_query_response(ticket, why);
    return port.take();
  }
  said reply(std::uint64_t ticket) {
    machine.on_reply(ticket);
    return port.take();
  }
  said reset(bool resources, bool access, cache::throttle_id throttle = 0) {
    machine.reset(resources, access, throttle);
    return port.take();
  }
};

inline const std::vector<protocol::query_event> no_events;

/// An entry whose plain resource is open to watcher 1; the next ticket is 2.
struct plain_dialogue : entry_dialogue {
  explicit plain_dialogue(std::string_view json) { open(1), get(1, json); }
};

/// An entry whose resource of the query q is open to watcher 1; the next ticket is 2.
struct query_dialogue : entry_dialogue {
  explicit query_dialogue(std::string_view json) { open(1, "q"), get(1, json, "q"); }
};

}  // namespace actorgate::tests
