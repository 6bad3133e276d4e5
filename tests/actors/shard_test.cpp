// The real scheduler: actors stay on their shard, messages of one sender keep their order.
#include <atomic>
#include <set>
#include <thread>

#include <caf/actor_system_config.hpp>
#include <doctest/doctest.h>

#include "actors/lean_actor.hpp"
#include "actors/messages.hpp"
#include "actors/scheduler.hpp"

using namespace actorgate;

namespace {

using counter_actor = caf::typed_actor<caf::reacts_to<actors::slot_reaccess>>;

struct tally {
  std::atomic<std::uint64_t> handled{0};
  std::atomic<bool> in_order{true};
  std::atomic<bool> at_home{true};
};

/// Expects 1, 2, 3, … as slots.
class counter final : public actors::lean_actor<counter, counter_actor> {
public:
  static constexpr auto actor_name = "counter";
  counter(caf::actor_config& config, caf::execution_unit* home, tally& t)
      : lean_actor(config, home), tally_(t) {}
  void on(actors::slot_reaccess& m) {
    const auto me = std::this_thread::get_id();
    if (thread_ == std::thread::id{}) thread_ = me;
    if (thread_ != me) tally_.at_home = false;
    if (m.slot != ++last_) tally_.in_order = false;
    ++tally_.handled;
    tally_.handled.notify_all();
  }

private:
  tally& tally_;
  std::thread::id thread_;
  cache::slot_id last_ = 0;
};

struct config : caf::actor_system_config {
  explicit config(std::size_t shards, caf::timespan patience = caf::timespan{0}) {
    load<actors::scheduler>();
    set("scheduler.max-threads", shards);
    caf::put(content, actors::scheduler::patience_key, patience);
  }
};

void wait_for(std::atomic<std::uint64_t>& value, std::uint64_t target) {
  for (auto now = value.load(); now < target; now = value.load()) value.wait(now);
}

}  // namespace

TEST_CASE("pinned actors run on one thread each and see the messages of a sender in order") {
  constexpr std::size_t actors_count = 40;
  constexpr cache::slot_id messages = 2000;
  config c{3};
  caf::actor_system system{c};
  auto& shards = actors::scheduler::of(system);
  REQUIRE(shards.size() == 3);
  std::vector<tally> tallies(actors_count);
  {
    std::vector<counter_actor> all;
    for (std::size_t i = 0; i < actors_count; ++i) {
      all.push_back(actors::spawn_lean<counter>(system, &shards.at(i % 3), tallies[i]));
    }
    for (cache::slot_id m = 1; m <= messages; ++m) {
      for (const auto& a : all) actors::tell(a, actors::slot_reaccess{m, 0});
    }
    for (auto& t : tallies) wait_for(t.handled, messages);
  }
  for (const auto& t : tallies) {
    CHECK(t.in_order);
    CHECK(t.at_home);
    CHECK(t.handled == messages);
  }
}

TEST_CASE("a shard that stays awake hears others as well as one that sleeps") {
  using namespace std::chrono_literals;
  for (const caf::timespan patience : {0ns, caf::timespan{10ms}}) {
    CAPTURE(patience.count());
    config c{1, patience};
    caf::actor_system system{c};
    tally t;
    const auto actor = actors::spawn_lean<counter>(system, &actors::scheduler::of(system).at(0), t);
    // One at a time: a dialogue.
    for (cache::slot_id m = 1; m <= 200; ++m) {
      actors::tell(actor, actors::slot_reaccess{m, 0});
      wait_for(t.handled, m);
    }
    CHECK(t.in_order);
    CHECK(t.at_home);
  }
}

TEST_CASE("an actor lives until its last message is handled and nobody refers to it") {
  config c{1};
  caf::actor_system system{c};
  tally t;
  caf::weak_actor_ptr weak;
  {
    auto actor = actors::spawn_lean<counter>(system, &actors::scheduler::of(system).at(0), t);
    weak = caf::actor_cast<caf::weak_actor_ptr>(actor);
    actors::tell(actor, actors::slot_reaccess{1, 0});
  }
  wait_for(t.handled, 1);
  for (int i = 0; i < 1000 && caf::actor_cast<caf::strong_actor_ptr>(weak); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  CHECK_FALSE(caf::actor_cast<caf::strong_actor_ptr>(weak));
}

TEST_CASE("a lean actor takes less than 320 bytes") {
  CHECK(sizeof(counter) + sizeof(caf::actor_control_block) < 320);
}
