#include "actors/frequent_names.hpp"

#include <algorithm>

namespace actorgate::actors {

void frequent_names::count(std::string_view name) {
  if (const auto found = counts_.find(name); found != counts_.end()) {
    found->second += once;
  } else if (counts_.size() < capacity) {
    counts_.emplace(name, once);
  } else {
    // Each one that is taken away here has been paid for when it was counted.
    erase_if(counts_, [](auto& each) { return (each.second -= std::min(each.second, once)) == 0; });
  }
}

std::vector<frequent_names::named_count> frequent_names::first(std::size_t limit) const {
  std::vector<named_count> all;
  all.reserve(counts_.size());
  for (const auto& [name, count] : counts_) {
    all.push_back({std::string{name.view()}, static_cast<double>(count) / once});
  }
  std::ranges::sort(all, [](const named_count& a, const named_count& b) {
    return a.count != b.count ? a.count > b.count : a.name < b.name;
  });
  if (all.size() > limit) all.resize(limit);
  return all;
}

void frequent_names::age() {
  erase_if(counts_, [](auto& each) { return (each.second /= 2) < once / 4; });
}

}  // namespace actorgate::actors
