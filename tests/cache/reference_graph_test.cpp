#include "cache/reference_graph.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace actorgate::cache;
using names = std::set<std::string>;

namespace {

/// A graph of subscriptions with names of one letter.
struct graph_of {
  reference_graph graph;
  std::map<std::string, std::unique_ptr<subscription>> all;

  subscription& at(const std::string& name) {
    auto& s = all[name];
    if (!s) s = std::make_unique<subscription>(name);
    return *s;
  }
  /// "ab bc": a refers to b, and b to c.
  void link(std::string_view edges) {
    for (std::size_t i = 0; i + 1 < edges.size(); i += 3) {
      graph.link(at(std::string{edges[i]}), at(std::string{edges[i + 1]}));
    }
  }
  void load(const std::string& name) { at(name).state = subscription::loaded{}; }
  void know(std::string_view which) {
    for (char name : which) load({name}), graph.make_known(at({name}));
  }
  struct found {
    names dead, forgotten, unwanted;
  };
  found suspect(std::string_view which) {
    for (char name : which) graph.suspect(at({name}));
    const auto result = graph.collect();
    const auto named = [](const std::vector<subscription*>& list) {
      names out;
      for (const auto* s : list) out.emplace(s->rid.view());
      return out;
    };
    return {named(result.dead), named(result.forgotten), named(result.unwanted)};
  }
};

}  // namespace

TEST_CASE("what nothing keeps is dead, with all that only it keeps") {
  graph_of g;
  g.link("ab bc xc");
  g.at("x").direct = 1;
  CHECK(g.suspect("a").dead == names{"a", "b"});
}

TEST_CASE("what is direct, pinned, or kept by such lives") {
  graph_of g;
  g.link("ab bc ca");
  SUBCASE("direct") { g.at("b").direct = 1; }
  SUBCASE("pinned") { g.at("c").pins = 1; }
  SUBCASE("kept from outside") { g.link("xa"); }
  CHECK(g.suspect("abc").dead.empty());
}

TEST_CASE("a circle does not keep itself") {
  graph_of g;
  g.link("ab bc ca aa");
  CHECK(g.suspect("b").dead == names{"a", "b", "c"});
}

TEST_CASE("a reference counts as often as it is there") {
  graph_of g;
  g.link("ab ab");
  g.at("a").direct = 1;
  CHECK(g.at("b").holders == 2);
  CHECK(g.at("a").references.size() == 1);
  g.graph.unlink(g.at("a"), g.at("b"));
  CHECK(g.suspect("").dead.empty());
  g.graph.unlink(g.at("a"), g.at("b"));
  CHECK(g.at("b").holders == 0);
  CHECK(g.suspect("").dead == names{"b"});
  g.graph.unlink(g.at("a"), g.at("b"));
  CHECK(g.at("b").holders == 0);
}

TEST_CASE("one who has many references, few or none knows each of them") {
  std::mt19937 random{3};
  const auto below = [&random](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>{0, n - 1}(random);
  };
  graph_of g;
  auto& from = g.at("from");
  std::map<std::string, std::uint32_t> expected;
  for (int step = 0; step < 60'000; ++step) {
    const auto name = std::to_string(below(200));
    const bool grows = step / 2000 % 2 == 0;
    if (below(10) < (grows ? 6u : 3u)) {
      g.graph.link(from, g.at(name));
      ++expected[name];
    } else if (auto count = expected.find(name); count != expected.end()) {
      g.graph.unlink(from, g.at(name));
      if (--count->second == 0) expected.erase(count);
    } else {
      g.graph.unlink(from, g.at(name));
    }
    if (below(5000) == 0) {
      g.graph.release(g.graph.take_references(from), false);
      expected.clear();
    }
    REQUIRE(from.references.size() == expected.size());
    if (step % 100 > 0) continue;
    for (const auto& edge : from.references) {
      REQUIRE(edge.count == expected.at(std::string{edge.to->rid.view()}));
      REQUIRE(edge.to->holders == edge.count);
    }
  }
}

TEST_CASE("one of several references to the same is lost without suspicion") {
  graph_of g;
  g.link("ab ab");
  g.graph.unlink(g.at("a"), g.at("b"));
  CHECK_FALSE(g.graph.has_suspects());
  g.graph.unlink(g.at("a"), g.at("b"));
  CHECK(g.graph.has_suspects());
}

TEST_CASE("a suspicion is looked into once") {
  graph_of g;
  g.graph.suspect(g.at("a"));
  g.graph.suspect(g.at("a"));
  CHECK(g.graph.has_suspects());
  CHECK(g.graph.collect().dead.size() == 1);
  CHECK_FALSE(g.graph.has_suspects());
  CHECK(g.graph.collect().dead.empty());
}

TEST_CASE("what the client knows only through what it has let go of is forgotten by it") {
  graph_of g;
  g.link("ab bc xb");  // x is loading and refers to b as well
  g.know("abc");
  g.at("x").pins = 1;
  const auto found = g.suspect("a");
  CHECK(found.dead == names{"a"});
  CHECK(found.forgotten == names{"b", "c"});
}

TEST_CASE("what the client knows through another direct subscription is not forgotten") {
  graph_of g;
  g.link("ab bc xb yc");
  g.know("abcy");
  g.at("x").pins = 1;
  g.at("y").direct = 1;
  const auto found = g.suspect("a");
  CHECK(found.forgotten == names{"b"});
}

TEST_CASE("a circle of known resources that only something loading needs is forgotten") {
  graph_of g;
  g.link("ab ba xa");
  g.know("ab");
  g.at("x").pins = 1;
  CHECK(g.suspect("a").forgotten == names{"a", "b"});
}

TEST_CASE("references of what the client does not know are not known to it either") {
  graph_of g;
  g.link("ab");
  g.load("a"), g.know("b");
  CHECK(g.at("b").known_holders == 0);
  g.graph.make_known(g.at("a"));
  CHECK(g.at("b").known_holders == 1);
  g.graph.make_known(g.at("a"));
  CHECK(g.at("b").known_holders == 1);
  g.graph.make_unknown(g.at("a"));
  CHECK(g.at("b").known_holders == 0);
  CHECK(g.at("b").holders == 1);
  CHECK(g.graph.has_suspects());
}

TEST_CASE("a failed resource becomes known as a failed one") {
  graph_of g;
  g.at("a").state = subscription::failed{std::make_unique<actorgate::protocol::error>()};
  CHECK_FALSE(g.at("a").known());
  g.graph.make_known(g.at("a"));
  CHECK(g.at("a").is<subscription::failed>());
  CHECK(g.at("a").known());
}

TEST_CASE("a revived resource keeps what the dead copy refers to") {
  graph_of g;
  g.link("pa ab");
  g.know("pab");
  g.at("p").direct = 1;
  g.at("a").state = subscription::deleted{};
  g.graph.revive(g.at("a"));
  g.at("a").pins = 1;
  CHECK_FALSE(g.at("a").known());
  CHECK(g.at("b").known_holders == 1);
  auto found = g.suspect("ab");
  CHECK(found.dead.empty());
  CHECK(found.forgotten.empty());
  CHECK(found.unwanted.empty());
  SUBCASE("until the client is told") {
    g.load("a"), g.graph.make_known(g.at("a"));
    CHECK(g.at("b").holders == 0);
    CHECK(g.at("b").known_holders == 0);
    CHECK(g.suspect("").dead == names{"b"});
  }
  SUBCASE("until nothing under way needs it") {
    g.at("a").pins = 0;
    CHECK(g.suspect("a").unwanted == names{"a"});
    g.graph.stay_dead(g.at("a"));
    CHECK(g.at("a").is<subscription::deleted>());
    CHECK(g.at("b").known_holders == 1);
    found = g.suspect("ab");
    CHECK(found.dead.empty());
    CHECK(found.unwanted.empty());
  }
  SUBCASE("until the client lets go of the dead copy") {
    g.at("p").direct = 0;
    found = g.suspect("p");
    CHECK(found.dead == names{"p"});
    CHECK(found.forgotten == names{"a", "b"});
  }
  SUBCASE("and is needed as long as something that loads refers to it") {
    g.link("xa");
    g.at("x").pins = 1;
    g.at("a").pins = 0;
    CHECK(g.suspect("a").unwanted.empty());
    CHECK(g.suspect("ax").unwanted.empty());
  }
}

TEST_CASE("marks of walks differ") {
  reference_graph graph;
  CHECK(graph.next_mark() != graph.next_mark());
}

TEST_CASE("a random graph is judged as by looking at all of it") {
  std::mt19937 random{5};
  const auto below = [&random](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>{0, n - 1}(random);
  };
  for (int round = 0; round < 3000; ++round) {
    graph_of g;
    const auto count = 2 + below(7);
    const auto name = [](std::size_t i) { return std::string{static_cast<char>('a' + i)}; };
    std::vector<std::pair<std::string, std::string>> edges;
    for (auto left = below(14); left > 0; --left) {
      edges.emplace_back(name(below(count)), name(below(count)));
      g.graph.link(g.at(edges.back().first), g.at(edges.back().second));
    }
    for (std::size_t i = 0; i < count; ++i) {
      g.at(name(i));
      if (below(2) == 0) g.know(name(i));
      if (below(5) == 0) g.at(name(i)).pins = 1;
      if (below(5) == 0 && g.at(name(i)).known()) g.at(name(i)).direct = 1;
    }
    const auto reach = [&](auto root, auto passes) {
      names reached;
      std::vector<std::string> open;
      for (std::size_t i = 0; i < count; ++i) {
        if (root(g.at(name(i)))) open.push_back(name(i));
      }
      while (!open.empty()) {
        const auto from = open.back();
        open.pop_back();
        if (!reached.insert(from).second || !passes(g.at(from))) continue;
        for (const auto& [a, b] : edges) {
          if (a == from) open.push_back(b);
        }
      }
      return reached;
    };
    const auto alive =
        reach([](const auto& s) { return s.direct + s.pins > 0; }, [](const auto&) { return true; });
    const auto known =
        reach([](const auto& s) { return s.direct > 0; }, [](const auto& s) { return s.known(); });
    names dead, forgotten;
    for (std::size_t i = 0; i < count; ++i) {
      if (!alive.contains(name(i))) dead.insert(name(i));
      if (alive.contains(name(i)) && g.at(name(i)).known() && !known.contains(name(i)))
        forgotten.insert(name(i));
    }
    std::string everything;
    for (std::size_t i = 0; i < count; ++i) everything += name(i);
    const auto found = g.suspect(everything);
    // What is direct itself is never suspected; what only that reaches is not either.
    REQUIRE(found.dead == dead);
    REQUIRE(found.forgotten == forgotten);
  }
}
