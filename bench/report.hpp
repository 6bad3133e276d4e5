#pragma once
#include <string>
#include <utility>
#include <vector>

namespace actorgate::bench {

class latency;

/// What a run has measured, by name; the end of a name is its unit: `_us`, `_ms`, `_bytes` or `.per_s`.
class report {
public:
  void add(const std::string& name, double value);

  /// The percentiles 50, 99 and 99.9.
  void add(const std::string& name, latency& times);

  /// Something to know when reading the figures, such as how many requests were in flight.
  void note(const std::string& text) { notes_.push_back(text); }

  /// One line of JSON; `failure` is empty when all counts were right.
  std::string json(const std::string& gateway, const std::string& scenario, const std::string& failure) const;

private:
  std::vector<std::pair<std::string, double>> figures_;
  std::vector<std::string> notes_;
};

}  // namespace actorgate::bench
