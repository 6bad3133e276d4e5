#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/cache/replica.hpp"
#include "tests/gateway/stage.hpp"

namespace actorgate::test {

/// What the random world does more or less of.
struct soak_temper {
  bool resets = false;   ///< changes without events, and system resets behind them
  bool deletes = false;  ///< resources that go and come back
  bool denials = false;  ///< access that is withdrawn and granted again
};

/// A service with resources that refer to each other, which changes at random, and always knows what is true.
/// It speaks in order: what it answers and what it tells come from one state under one lock.
class soak_world {
public:
  /// Lives longer than the stage, whose service it has answer; begins with `open()`.
  soak_world(stage& s, std::uint32_t seed, soak_temper temper, std::size_t resources);

  void open();
  /// Does one thing or another.
  void step();
  /// Answers what it has left waiting.
  void answer_all();

  std::string pick_rid();
  /// An event on each resource, with that number.
  void fence(std::size_t number);
  /// Marks each resource with that number, without a word, and resets all.
  void mark(std::size_t number);
  static bool is_marked(const tests::replica::resource& known, std::size_t number);

  /// What is wrong with a client that should know everything by now; empty: nothing.
  std::vector<std::string> judge(const tests::replica& client) const;

private:
  struct resource {
    bool is_model = true;
    bool exists = true;
    bool open = true;  ///< for everybody
    long changes = 0, rings = 0;
    std::map<std::string, std::string> properties;
    std::vector<std::string> elements;
  };

  // All below is called under the lock.
  void serve(const std::string& name);
  static std::string content(const resource& r);
  void answer_get(const std::string& name, const request& q);
  void answer_first();

  std::string random_value();
  void fill(resource& r);
  void change(const std::string& name);
  std::string change_model(resource& r);
  void change_collection(const std::string& name, resource& r);
  void come_or_go(const std::string& name);
  void flip(const std::string& name);
  void reset();

  const std::string& any() { return names_[below(names_.size())]; }
  std::size_t below(std::size_t n) { return random_() % n; }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }

  stage& stage_;
  const soak_temper temper_;
  mutable std::mutex mutex_;  // handlers run on the service's thread
  std::mt19937 random_;
  std::map<std::string, resource> resources_;
  std::vector<std::string> names_;
  std::deque<std::pair<std::string, request>> waiting_;  // gets that take their time
  bool prompt_ = false;
};

}  // namespace actorgate::test
