#include "cache/reference_graph.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace actorgate::cache {
namespace {

/// How often the suspected part of the graph refers to one of its own.
struct inner_holders {
  std::uint32_t all = 0;
  std::uint32_t known = 0;
  bool alive = false;
  bool known_to_client = false;
  bool wanted = false;  ///< by something under way
};
using part = std::unordered_map<subscription*, inner_holders>;

/// From so many references on, searching them costs more than an index.
constexpr std::size_t many = 64;

/// Calls `f(edge, whether the client knows it)` for all that `s` refers to.
template <class F>
void for_each_edge(const subscription& s, F f) {
  const bool known = s.known();
  for (const auto& edge : s.references) f(edge, known);
  for (const auto& edge : s.has().dead_references) f(edge, true);
}

part reachable_from(const std::vector<subscription*>& roots) {
  part reached;
  std::vector<subscription*> open;
  for (auto* root : roots) {
    if (reached.try_emplace(root).second) open.push_back(root);
  }
  while (!open.empty()) {
    auto* from = open.back();
    open.pop_back();
    for_each_edge(*from, [&](const subscription::edge& edge, bool known) {
      const auto [place, is_new] = reached.try_emplace(edge.to);
      place->second.all += edge.count;
      if (known) place->second.known += edge.count;
      if (is_new) open.push_back(edge.to);
    });
  }
  return reached;
}

/// Spreads `flag` from where it is set along the references that `passes` accepts, by whether the client
/// knows them.
template <class Passes>
void spread(part& nodes, bool inner_holders::*flag, Passes passes) {
  std::vector<subscription*> open;
  for (auto& [s, inner] : nodes) {
    if (inner.*flag) open.push_back(s);
  }
  while (!open.empty()) {
    auto* from = open.back();
    open.pop_back();
    for_each_edge(*from, [&](const subscription::edge& edge, bool known) {
      if (passes(known) && !std::exchange(nodes.at(edge.to).*flag, true)) open.push_back(edge.to);
    });
  }
}

}  // namespace

subscription::edge* reference_graph::find(subscription& from, const subscription& to) {
  auto& edges = from.references;
  if (edges.size() < many) {
    const auto edge = std::ranges::find(edges, &to, &subscription::edge::to);
    return edge == edges.end() ? nullptr : &*edge;
  }
  auto& places = from.make_own().places;
  if (!places) {
    places = std::make_unique<std::unordered_map<const subscription*, std::size_t>>();
    for (std::size_t i = 0; i < edges.size(); ++i) places->emplace(edges[i].to, i);
  }
  const auto place = places->find(&to);
  return place == places->end() ? nullptr : &edges[place->second];
}

void reference_graph::link(subscription& from, subscription& to) {
  auto* edge = find(from, to);
  if (!edge) return append(from, to);
  ++edge->count;
  ++to.holders;
  if (from.known()) ++to.known_holders;
}

void reference_graph::append(subscription& from, subscription& to) {
  if (const auto& places = from.has().places) places->emplace(&to, from.references.size());
  from.references.push_back({&to, 1});
  ++to.holders;
  if (from.known()) ++to.known_holders;
}

void reference_graph::unlink(subscription& from, subscription& to) {
  auto* edge = find(from, to);
  if (!edge) return;
  --to.holders;
  if (from.known()) --to.known_holders;
  if (--edge->count > 0) return;
  auto& edges = from.references;
  if (const auto& places = from.has().places) {
    (*places)[edges.back().to] = static_cast<std::size_t>(edge - edges.data());
    places->erase(&to);
    if (edges.size() == many) from.own()->places = nullptr;
  }
  *edge = edges.back();
  edges.pop_back();
  suspect(to);
}

void reference_graph::make_known(subscription& s) {
  if (s.known()) return;
  if (s.is<subscription::failed>()) {
    s.error_known = true;
  } else {
    s.state = subscription::sent{};
  }
  for (const auto& edge : s.references) edge.to->known_holders += edge.count;
  forget_dead_copy(s);
}

void reference_graph::make_unknown(subscription& s) {
  for (const auto& edge : s.references) {
    edge.to->known_holders -= edge.count;
    suspect(*edge.to);
  }
  s.state = subscription::loading{};
}

std::vector<subscription::edge> reference_graph::take_references(subscription& s) {
  if (auto* own = s.own()) own->places = nullptr;
  return std::exchange(s.references, {});
}

void reference_graph::release(std::vector<subscription::edge> edges, bool known) {
  for (const auto& edge : edges) {
    edge.to->holders -= edge.count;
    if (known) edge.to->known_holders -= edge.count;
    suspect(*edge.to);
  }
}

void reference_graph::remove(subscription& s) {
  for_each_edge(s, [](const subscription::edge& edge, bool known) {
    edge.to->holders -= edge.count;
    if (known) edge.to->known_holders -= edge.count;
  });
  take_references(s);
  if (auto* own = s.own()) own->dead_references.clear();
}

void reference_graph::revive(subscription& s) {
  if (s.own() || !s.references.empty()) s.make_own().dead_references = take_references(s);
  s.state = subscription::loading{};
}

void reference_graph::stay_dead(subscription& s) {
  release(take_references(s), false);
  if (auto* own = s.own()) s.references = std::exchange(own->dead_references, {});
  s.state = subscription::deleted{};
}

void reference_graph::forget_dead_copy(subscription& s) {
  if (auto* own = s.own()) release(std::exchange(own->dead_references, {}), true);
}

void reference_graph::suspect(subscription& s) {
  if (s.suspected) return;
  s.suspected = true;
  suspects_.push_back(&s);
}

reference_graph::findings reference_graph::collect() {
  for (auto* s : suspects_) s->suspected = false;
  // An answered direct subscription keeps itself and its knowledge.
  std::erase_if(suspects_, [](const auto* s) { return s->direct > 0; });
  findings found;
  if (suspects_.empty()) return found;

  auto nodes = reachable_from(suspects_);
  suspects_.clear();
  for (auto& [s, inner] : nodes) {
    inner.alive = s->direct > 0 || s->pins > 0 || s->holders > inner.all;
    s->leans = s->pins > 0;
  }
  spread(nodes, &inner_holders::alive, [](bool) { return true; });
  for (auto& [s, inner] : nodes) {
    inner.known_to_client = inner.alive && (s->direct > 0 || s->known_holders > inner.known);
    inner.wanted = s->pins > 0 || s->holders - s->known_holders > inner.all - inner.known;
  }
  spread(nodes, &inner_holders::known_to_client, [](bool known) { return known; });
  spread(nodes, &inner_holders::wanted, [](bool known) { return !known; });
  for (const auto& [s, inner] : nodes) {
    if (!inner.alive) {
      found.dead.push_back(s);
    } else if (!inner.known_to_client) {
      if (s->known() || !s->has().dead_references.empty()) found.forgotten.push_back(s);
    } else if (!s->known() && !inner.wanted) {
      found.unwanted.push_back(s);
    }
  }
  return found;
}

}  // namespace actorgate::cache
