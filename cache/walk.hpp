#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace actorgate::cache {

/// How far a walk goes at most, so that nobody is held up by it.
struct walk_bounds {
  std::size_t items = 200;                              ///< that are taken
  std::size_t looks = 2000;                             ///< elements that are looked at
  std::function<bool()> enough = [] { return false; };  ///< asked after each look
};

/// How a walk has ended.
struct walk_end {
  bool more = false;     ///< it has not come to the end
  bool complete = true;  ///< false: the place to go on from was not found any more
};

/// Walks over a hash map in its own order, a stretch at a time, while the map may change in between: from
/// behind the last key of `trail` that is still there, which is then replaced by the keys seen last. What is
/// there all the time is seen, unless the map has grown meanwhile and was laid out anew.
///
/// `find(key)` returns an iterator, `name(element)` a key as text, `take(element)` whether it counts as an
/// item.
template <class Map, class Find, class Name, class Take>
walk_end walk_on(const Map& map, std::vector<std::string>& trail, const walk_bounds& bounds, Find find,
                 Name name, Take take) {
  constexpr std::size_t trail_length = 8;
  auto at = map.begin();
  if (!trail.empty()) {
    at = map.end();
    for (auto key = trail.rbegin(); at == map.end() && key != trail.rend(); ++key) at = find(*key);
    trail.clear();
    if (at == map.end()) return {false, false};
    ++at;
  }
  std::array<typename Map::const_iterator, trail_length> seen;
  std::size_t looked = 0, taken = 0;
  bool enough = false;
  for (; at != map.end() && looked < bounds.looks && taken < bounds.items && !enough; ++at) {
    seen[looked++ % trail_length] = at;
    if (take(*at)) ++taken;
    enough = bounds.enough();
  }
  if (at == map.end()) return {};
  for (auto i = looked - std::min(looked, trail_length); i < looked; ++i) {
    trail.push_back(name(*seen[i % trail_length]));
  }
  return {true, true};
}

}  // namespace actorgate::cache
