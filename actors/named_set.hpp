#pragma once
#include <string_view>

#include "actors/lean_actor.hpp"
#include "cache/keyed_set.hpp"

namespace actorgate::actors {

/// The name of a neighbour, as `Actor::name` tells it.
template <class Actor, class Handle>
struct name_of {
  using type = std::string_view;
  type operator()(const Handle& actor) const { return neighbour<Actor>(actor).name(); }
};

/// Actors of one kind that share the thread of who keeps them, found by their names.
template <class Actor, class Handle>
using named_set = cache::keyed_set<Handle, name_of<Actor, Handle>>;

}  // namespace actorgate::actors
