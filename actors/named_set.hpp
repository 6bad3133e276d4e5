#pragma once
#include <cstddef>
#include <functional>
#include <string_view>

#include <boost/unordered/unordered_flat_set.hpp>

#include "actors/lean_actor.hpp"

namespace actorgate::actors {

/// The name of a neighbour, as `Actor::name` tells it, or the name itself.
template <class Actor, class Handle>
struct name_of {
  std::string_view operator()(std::string_view name) const { return name; }
  std::string_view operator()(const Handle& actor) const { return neighbour<Actor>(actor).name(); }
};

template <class Actor, class Handle>
struct name_hash {
  using is_transparent = void;
  using is_avalanching = void;
  template <class T>
  std::size_t operator()(const T& of) const {
    return std::hash<std::string_view>{}(name_of<Actor, Handle>{}(of));
  }
};

template <class Actor, class Handle>
struct name_equal {
  using is_transparent = void;
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    constexpr name_of<Actor, Handle> name;
    return name(a) == name(b);
  }
};

/// Actors of one kind that share the thread of who keeps them, found by their names: a pointer for each.
template <class Actor, class Handle>
using named_set = boost::unordered_flat_set<Handle, name_hash<Actor, Handle>, name_equal<Actor, Handle>>;

}  // namespace actorgate::actors
