#pragma once
#include <chrono>
#include <cstddef>

namespace actorgate::actors {

/// Decides whether a thread with nothing to do stays awake for what comes next, or sleeps. To be woken takes
/// the better part of what a request takes that is alone; but whoever is awake takes a processor. So a thread
/// stays awake in a dialogue: when one thing came after another, each of them soon. It sleeps again as soon
/// as nothing comes, or several things at once: then there are others, and somebody has work for the
/// processor.
class wakefulness {
public:
  using duration = std::chrono::steady_clock::duration;

  /// How many waits in a row have to be those of a dialogue.
  static constexpr unsigned proof = 8;

  /// `patience`: how long to stay awake; 0: not at all.
  explicit wakefulness(duration patience) : patience_(patience) {}

  bool ever() const { return patience_ > duration::zero(); }
  /// How long to stay awake now; 0: sleep.
  duration patience() const { return waits_ >= proof ? patience_ : duration::zero(); }

  /// A wait has brought `count` things at once.
  void on_wait(duration length, std::size_t count) {
    const bool dialogue = length <= patience_ && count == 1;
    waits_ = dialogue ? waits_ + 1 : 0;
  }

private:
  duration patience_;
  std::size_t waits_ = 0;  // of a dialogue, in a row
};

}  // namespace actorgate::actors
