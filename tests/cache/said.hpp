#pragma once
#include <ostream>
#include <string>
#include <vector>

namespace actorgate::tests {

/// What a machine has wanted done, a line for each.
struct said : std::vector<std::string> {
  using vector::vector;
  friend std::ostream& operator<<(std::ostream& out, const said& lines) {
    for (const auto& line : lines) out << "\n    " << line;
    return out;
  }
};

}  // namespace actorgate::tests
