#include "cache/difference.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace actorgate::cache {
namespace {

using protocol::value;
using protocol::value_kind;
using list = std::vector<value>;

struct same_hash {
  std::size_t operator()(const value* v) const {
    const bool refers = v->kind() == value_kind::reference || v->kind() == value_kind::soft_reference;
    return std::hash<std::string_view>{}(refers ? v->rid() : v->text());
  }
};
struct same_value {
  bool operator()(const value* a, const value* b) const { return a->same_as(*b); }
};
using places = std::unordered_map<const value*, std::vector<std::uint32_t>, same_hash, same_value>;

/// A pair of equal values that ends a common subsequence, and the pair before it.
struct match {
  std::uint32_t old_index, new_index;
  std::int64_t previous;
};

/// The part of two lists between their common beginning and their common end.
struct window {
  std::size_t begin, old_end, new_end;
};

window differing(const list& before, const list& after) {
  window w{0, before.size(), after.size()};
  while (w.begin < w.old_end && w.begin < w.new_end && before[w.begin].same_as(after[w.begin])) ++w.begin;
  while (w.old_end > w.begin && w.new_end > w.begin && before[w.old_end - 1].same_as(after[w.new_end - 1])) {
    --w.old_end;
    --w.new_end;
  }
  return w;
}

std::size_t count_pairs(const list& before, const window& w, const places& where) {
  std::size_t pairs = 0;
  for (auto i = w.begin; i < w.old_end; ++i) {
    const auto found = where.find(&before[i]);
    if (found != where.end()) pairs += found->second.size();
  }
  return pairs;
}

/// The longest common subsequence after Hunt and Szymanski: for each length the match with the lowest new
/// index that ends a subsequence of that length, and a chain of matches behind it.
std::vector<match> longest_common(const list& before, const window& w, const places& where) {
  std::vector<match> matches;
  std::vector<std::uint32_t> lowest;  // by length - 1: new index
  std::vector<std::int64_t> ends;     // by length - 1: index in matches
  for (auto i = w.begin; i < w.old_end; ++i) {
    const auto found = where.find(&before[i]);
    if (found == where.end()) continue;
    // Descending, so that one old value extends a subsequence only once.
    for (auto j = found->second.rbegin(); j != found->second.rend(); ++j) {
      const auto length = static_cast<std::size_t>(std::ranges::lower_bound(lowest, *j) - lowest.begin());
      if (length < lowest.size() && lowest[length] == *j) continue;
      matches.push_back({static_cast<std::uint32_t>(i), *j, length == 0 ? -1 : ends[length - 1]});
      const auto index = static_cast<std::int64_t>(matches.size()) - 1;
      if (length == lowest.size()) {
        lowest.push_back(*j);
        ends.push_back(index);
      } else {
        lowest[length] = *j;
        ends[length] = index;
      }
    }
  }
  std::vector<match> chain;
  for (auto i = ends.empty() ? -1 : ends.back(); i >= 0; i = matches[static_cast<std::size_t>(i)].previous) {
    chain.push_back(matches[static_cast<std::size_t>(i)]);
  }
  std::ranges::reverse(chain);
  return chain;
}

}  // namespace

list_difference difference(const list& before, const list& after, std::size_t max_pairs) {
  const auto w = differing(before, after);
  places where;
  for (auto j = w.begin; j < w.new_end; ++j) where[&after[j]].push_back(static_cast<std::uint32_t>(j));
  std::vector<match> common;
  if (count_pairs(before, w, where) <= max_pairs) common = longest_common(before, w, where);

  list_difference out;
  auto kept = common.begin();
  for (auto i = w.begin; i < w.old_end; ++i) {
    if (kept != common.end() && kept->old_index == i) {
      ++kept;
    } else {
      out.removed.push_back(i);
    }
  }
  kept = common.begin();
  for (auto j = w.begin; j < w.new_end; ++j) {
    if (kept != common.end() && kept->new_index == j) {
      ++kept;
    } else {
      out.added.push_back(j);
    }
  }
  return out;
}

}  // namespace actorgate::cache
