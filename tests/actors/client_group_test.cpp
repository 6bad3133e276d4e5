#include "actors/client_group.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "tests/actors/stage.hpp"

namespace actorgate::test {
namespace {

using slots = std::vector<cache::slot_id>;

slots slots_of(actors::client_group& group) {
  slots all;
  for (const auto& c : group.clients()) all.push_back(c.slot);
  return all;
}

/// A group of one connection under many slots.
struct group_of {
  stage s;
  actors::connection_actor who = s.connect(s.new_log());
  actors::client_group group;

  void add(cache::slot_id first, cache::slot_id last) {
    for (auto slot = first; slot <= last; ++slot) group.add({who, slot, slot % 2 == 0});
  }
};

}  // namespace

TEST_CASE("clients are in their group in the order in which they came, one or several") {
  group_of g;
  CHECK(g.group.clients().empty());
  g.add(1, 1);
  CHECK(slots_of(g.group) == slots{1});
  CHECK(g.group.clients()[0].connection == g.who);
  g.add(2, 4);
  CHECK(slots_of(g.group) == slots{1, 2, 3, 4});
  CHECK(g.group.clients()[0].connection == g.who);
}

TEST_CASE("the only client of a group leaves, and another one may come") {
  group_of g;
  g.add(1, 1);
  g.group.leave(g.who, 2);
  CHECK(slots_of(g.group) == slots{1});
  g.group.leave(g.s.connect(g.s.new_log()), 1);
  CHECK(slots_of(g.group) == slots{1});
  g.group.leave(g.who, 1);
  CHECK(g.group.clients().empty());
  g.group.settle();
  g.add(3, 3);
  CHECK(slots_of(g.group) == slots{3});
}

TEST_CASE(
    "of many clients, those who leave have gone when the group is settled, and all when nobody is left") {
  group_of g;
  g.add(1, 9);
  g.group.leave(g.who, 2);
  g.group.leave(g.who, 7);
  g.group.leave(g.who, 20);
  g.group.settle();
  CHECK(slots_of(g.group) == slots{1, 3, 4, 5, 6, 8, 9});
  for (auto slot : slots{1, 3, 4, 5, 6, 8, 9}) g.group.leave(g.who, slot);
  CHECK(g.group.clients().empty());
  g.add(5, 5);
  CHECK(slots_of(g.group) == slots{5});
}

TEST_CASE("those who have been told of the resource are removed, the others stay") {
  group_of g;
  g.add(1, 1);
  g.group.remove_loaded();
  CHECK(slots_of(g.group) == slots{1});
  g.add(2, 5);
  g.group.remove_loaded();
  CHECK(slots_of(g.group) == slots{1, 3, 5});
  group_of one;
  one.add(2, 2);
  one.group.remove_loaded();
  CHECK(one.group.clients().empty());
}

}  // namespace actorgate::test
