#pragma once
#include <cstddef>
#include <functional>
#include <string_view>

#include <boost/unordered/unordered_flat_set.hpp>

namespace actorgate::cache {

namespace keyed {

/// What is looked for, or the key of an element: `Key` is a function of elements, and names its result
/// `type`.
template <class Key>
struct key {
  typename Key::type operator()(const typename Key::type& k) const { return k; }
  template <class T>
  typename Key::type operator()(const T& element) const {
    return Key{}(element);
  }
};

/// For Boost: it need not mix what the hash of a text has mixed.
template <class T>
struct mixing {};
template <>
struct mixing<std::string_view> {
  using is_avalanching = void;
};

template <class Key>
struct hash : mixing<typename Key::type> {
  using is_transparent = void;
  template <class T>
  std::size_t operator()(const T& x) const {
    return std::hash<typename Key::type>{}(key<Key>{}(x));
  }
};

template <class Key>
struct equal {
  using is_transparent = void;
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    return key<Key>{}(a) == key<Key>{}(b);
  }
};

}  // namespace keyed

/// Elements that are found by a key that they hold themselves: a set of pointers takes half of what a map
/// does. The key of an element must stay what it is.
template <class T, class Key>
using keyed_set = boost::unordered_flat_set<T, keyed::hash<Key>, keyed::equal<Key>>;

}  // namespace actorgate::cache
