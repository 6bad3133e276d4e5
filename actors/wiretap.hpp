#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/trace.hpp"
#include "inspection/questions.hpp"

namespace actorgate::actors {

/// Who hears the messages of one shard: the log if it traces, and whoever the inspector listens for. Belongs
/// to the shard's thread.
class wiretap {
public:
  struct listener {
    std::uint64_t id;
    std::string subject;  ///< what is about this, or mentions it, is heard
    std::uint32_t lines;  ///< so many more
    std::function<void(inspection::trace_line)> hear;
  };

  /// Whether there is anybody; asked for each message.
  bool listens() const { return !listeners_.empty() || traces(); }
  /// `line` is a message as a log may have it (see `shown`); it concerns that connection and that resource,
  /// each of which may be empty.
  void tell(std::string_view cid, std::string_view name, const std::string& line);

  void add(listener who) { listeners_.push_back(std::move(who)); }
  void remove(std::uint64_t id);

private:
  std::vector<listener> listeners_;
};

}  // namespace actorgate::actors
