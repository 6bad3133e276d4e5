#include "actors/inspector.hpp"

#include <algorithm>
#include <array>

#include <spdlog/spdlog.h>

#include "actors/cache_directory.hpp"
#include "actors/cache_entry.hpp"
#include "actors/connection.hpp"
#include "actors/hub.hpp"
#include "actors/nats_gateway.hpp"

namespace actorgate::actors {
namespace {

constexpr auto no_connection = "there is no such connection";
constexpr auto no_entry = "nothing is cached under that name";

/// Calls `f(errand, connection)` on the connection's thread.
template <class Answer, class F>
void go_to(const errand<Answer>& me, const connection_actor& found, F f) {
  me.visit(neighbour<connection>(found).shard(), [found, f](const auto& there) { f(there, found); });
}

/// Looks for one that services have never heard of, on one shard after the other, a stretch at a time.
template <class Answer, class F>
void search(const errand<Answer>& e, std::size_t shard, std::vector<std::string> trail, std::string cid,
            F f) {
  if (shard == e.shards()) return e.fail(no_connection);
  e.visit(shard, [shard, trail = std::move(trail), cid = std::move(cid), f](const auto& me) mutable {
    connection_actor found;
    const auto end = neighbour<hub>(me.place(shard).hub).find(cid, trail, {.items = 1}, found);
    if (found) return f(me, found);
    end.more ? search(me, shard, std::move(trail), std::move(cid), f)
             : search(me, shard + 1, {}, std::move(cid), f);
  });
}

/// Calls `f(errand, connection)` on the thread of the connection of that cid.
template <class Answer, class F>
void find_connection(const errand<Answer>& e, std::size_t nats_shard, const std::string& cid, F f) {
  e.visit(nats_shard, [cid, f](const auto& me) {
    const auto found = neighbour<nats_gateway>(me.book().nats).find_connection(cid);
    found ? go_to(me, found, f) : search(me, 0, {}, cid, f);
  });
}

/// Calls `f(errand, entry)` on the thread of the entry of that name.
template <class Answer, class F>
void find_entry(const errand<Answer>& e, const std::string& name, F f) {
  const auto shard = e.book().shard_of(name);
  e.visit(shard, [shard, name, f](const auto& me) {
    auto* found = neighbour<cache_directory>(me.place(shard).directory).find(name);
    found ? f(me, *found) : me.fail(no_entry);
  });
}

net::close_reason reason_of(std::string_view name) {
  using net::close_reason;
  for (const auto each : {close_reason::normal, close_reason::going_away, close_reason::policy_violation,
                          close_reason::try_again_later}) {
    if (net::name_of(each) == name) return each;
  }
  return close_reason::closed_by_operator;
}

}  // namespace

std::size_t inspector_state::nats_shard() const {
  const auto& places = where_->book.places;
  const auto at = std::ranges::find(places, where_->book.nats_unit, &address_book::place::unit);
  return static_cast<std::size_t>(at - places.begin());
}

auto inspector_state::answer(const inspection::get_connection& q) -> promise<inspection::connection_detail> {
  return run<inspection::connection_detail>([&](const auto& e) {
    find_connection(e, nats_shard(), q.cid, [q](const auto& me, const connection_actor& found) {
      const auto& who = neighbour<connection>(found);
      inspection::connection_detail told;
      told.connection = who.report();
      auto trail = q.from.trail;
      cache::walk_bounds bounds;
      if (q.limit > 0) bounds.items = std::min<std::size_t>(bounds.items, q.limit);
      const auto end = who.report(trail, bounds, told.items);
      told.more = end.more;
      told.complete = end.complete;
      told.next = {who.shard(), std::move(trail)};
      me.answer(std::move(told));
    });
  });
}

auto inspector_state::answer(const inspection::get_entry& q) -> promise<inspection::entry_detail> {
  return run<inspection::entry_detail>([&](const auto& e) {
    find_entry(e, q.name, [name = q.name](const auto& me, cache_entry& found) {
      me.visit_all(
          [name](const auto& there, std::size_t shard) {
            return neighbour<hub>(there.place(shard).hub).report_subscribers(name);
          },
          [told = found.report_all()](const auto& there, std::vector<inspection::subscribers_row> rows) {
            auto all = told;
            all.subscribers = std::move(rows);
            there.answer(std::move(all));
          });
    });
  });
}

auto inspector_state::answer(const inspection::explain& q) -> promise<inspection::reason> {
  return run<inspection::reason>([&](const auto& e) {
    find_connection(e, nats_shard(), q.cid, [rid = q.rid](const auto& me, const connection_actor& found) {
      me.answer(neighbour<connection>(found).explain(rid));
    });
  });
}

auto inspector_state::answer(const inspection::close_connection& q) -> promise<inspection::done> {
  return run<inspection::done>([&](const auto& e) {
    const auto& known = inspection::close_reasons;
    if (!q.reason.empty() && std::ranges::find(known, q.reason) == known.end()) {
      return e.fail("\"" + q.reason + "\" is no reason to close a connection");
    }
    find_connection(e, nats_shard(), q.cid, [q](const auto& me, const connection_actor& found) {
      const auto why = reason_of(q.reason);
      spdlog::info("the operator closes {}: {}", q.cid, net::name_of(why));
      tell(found, close_connections{why});
      me.answer({"closing " + q.cid});
    });
  });
}

auto inspector_state::answer(const inspection::drop_entry& q) -> promise<inspection::done> {
  return run<inspection::done>([&](const auto& e) {
    find_entry(e, q.name, [name = q.name](const auto& me, cache_entry& found) {
      if (!found.drop()) return me.fail("it is in use; it may be refetched");
      spdlog::info("the operator drops {} from the cache", name);
      me.answer({"dropped " + name});
    });
  });
}

auto inspector_state::answer(const inspection::refetch_entry& q) -> promise<inspection::done> {
  return run<inspection::done>([&](const auto& e) {
    find_entry(e, q.name, [name = q.name](const auto& me, cache_entry& found) {
      found.reset(true, false, 0);
      spdlog::info("the operator has {} fetched anew", name);
      me.answer({"fetching " + name + " anew"});
    });
  });
}

auto inspector_state::answer(const inspection::set_log_level& q) -> promise<inspection::done> {
  return run<inspection::done>([&](const auto& e) {
    const auto level = spdlog::level::from_str(q.level);
    // What it does not know is `off` to it.
    if (level == spdlog::level::off && q.level != "off") return e.fail("\"" + q.level + "\" is no log level");
    spdlog::info("the operator sets the log level to {}", q.level);
    spdlog::set_level(level);
    e.answer({"the log level is " + q.level});
  });
}

void inspector_state::quit() {
  for (auto& [number, refuse] : unanswered_) refuse();
  self_->quit();
}

void end_errand(inspector_state& of, std::uint64_t number) { of.end_errand(number); }

inspector_backstage::behavior_type inspector(inspector_state::pointer self,
                                             std::shared_ptr<const inspected_gateway> where) {
  namespace i = inspection;
  auto& state = self->state;
  state.begin(std::move(where));
  // It is ended by its own process alone.
  self->set_exit_handler([](caf::exit_msg&) {});
  self->set_down_handler([&state](caf::down_msg& gone) { state.end_traces_of(gone.source); });
  return {
      [&state](const i::hello& q) { return state.greet(q); },
      [&state](const i::get_summary& q) { return state.answer(q); },
      [&state](const i::list_nodes& q) { return state.answer(q); },
      [&state](const i::list_actors& q) { return state.answer(q); },
      [&state](const i::list_connections& q) { return state.answer(q); },
      [&state](const i::list_entries& q) { return state.answer(q); },
      [&state](const i::list_subscriptions& q) { return state.answer(q); },
      [&state](const i::list_requests& q) { return state.answer(q); },
      [&state](const i::get_connection& q) { return state.answer(q); },
      [&state](const i::get_entry& q) { return state.answer(q); },
      [&state](const i::explain& q) { return state.answer(q); },
      [&state](const i::close_connection& q) { return state.answer(q); },
      [&state](const i::drop_entry& q) { return state.answer(q); },
      [&state](const i::refetch_entry& q) { return state.answer(q); },
      [&state](const i::set_log_level& q) { return state.answer(q); },
      [&state](const i::start_trace& q) { return state.answer(q); },
      [&state](const inspector_note& told) { told.then(state); },
  };
}

}  // namespace actorgate::actors
