// What the path of an event allocates: a number that is the same on every machine, and grows when somebody
// adds a copy to the hot path.
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>

#include <doctest/doctest.h>

#include "tests/actors/stage.hpp"

namespace {
std::atomic<std::size_t> allocations{0};
}

[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace actorgate::test {
namespace {

/// A connection that takes everything and keeps nothing.
class listener final : public actors::lean_actor<listener, actors::connection_actor> {
public:
  static constexpr auto actor_name = "listener";
  listener(caf::actor_config& config, caf::execution_unit* home, std::size_t& events)
      : lean_actor(config, home), events_(events) {}

  void on(actors::slot_event&) { ++events_; }
  template <class Message>
  void on(Message&) {}

private:
  std::size_t& events_;
};

/// One model, and clients that are subscribed to it.
struct audience : stage {
  audience(std::size_t clients, std::size_t properties) {
    for (std::size_t i = 0; i < clients; ++i) {
      subscribe(0, actors::spawn_lean<listener>(*system, nullptr, events), 1, "model");
    }
    run();
    std::string model = R"({"result":{"model":{"value":0)";
    for (std::size_t i = 0; i < properties; ++i)
      model += ",\"p" + std::to_string(i) + "\":" + std::to_string(i);
    reply(bus->take(), model + "}}}");
    run();
    // What is made once, has been made from here on.
    cost();
    cost();
  }

  void cache_others(std::size_t count) {
    const auto other = actors::spawn_lean<listener>(*system, nullptr, events);
    for (std::size_t i = 0; i < count; ++i) {
      subscribe(0, other, static_cast<cache::slot_id>(i + 2), "other." + std::to_string(i));
    }
    run();
    while (!bus->quiet()) reply(bus->take(), R"({"result":{"model":{"n":1}}})");
    run();
  }

  /// Allocations from an event's arrival until all clients have been told.
  std::size_t cost() {
    const auto before = allocations.load(), heard = events;
    deliver("event.model.change", R"({"values":{"value":)" + std::to_string(++value) + "}}");
    run();
    REQUIRE(events > heard);
    return allocations - before;
  }

  std::size_t events = 0;
  int value = 0;
};

}  // namespace

TEST_CASE("an event costs one allocation for each client: the message that tells it") {
  audience few{100, 5}, many{1'100, 5};
  const auto more = many.cost() - few.cost();
  CHECK(more >= 1'000);
  // The scheduler of the tests has a queue, which grows now and then.
  CHECK(more <= 1'050);
}

TEST_CASE("without clients to tell, an event costs a handful of allocations") {
  audience one{1, 5};
  CHECK(one.cost() <= 32);
}

TEST_CASE("an event of a large model costs what that of a small one does") {
  audience small{10, 5}, large{10, 10'000};
  CHECK(large.cost() <= small.cost() + 2);
}

TEST_CASE("an event costs the same, however much else is cached") {
  audience alone{10, 5}, among_others{10, 5};
  among_others.cache_others(2'000);
  among_others.cost();
  CHECK(among_others.cost() <= alone.cost() + 2);
}

}  // namespace actorgate::test
