#include "net/nats_tap.hpp"

#include <cstddef>
#include <vector>

extern "C" [[gnu::weak]] void natsConn_setFilterWithClosure(natsConnection* connection,
                                                            void (*filter)(natsConnection*, natsMsg**, void*),
                                                            void* closure);

namespace actorgate::net {
namespace {

class bin {
public:
  bin() { messages_.reserve(most_messages); }
  bin(const bin&) = delete;
  bin& operator=(const bin&) = delete;
  ~bin() { empty(); }

  void add(natsMsg* message) {
    messages_.push_back(message);
    bytes_ += static_cast<std::size_t>(natsMsg_GetDataLength(message));
    if (messages_.size() == most_messages || bytes_ > most_bytes) empty();
  }

private:
  static constexpr std::size_t most_messages = 512, most_bytes = 262'144;

  void empty() {
    for (auto* message : messages_) natsMsg_Destroy(message);
    messages_.clear();
    bytes_ = 0;
  }

  std::vector<natsMsg*> messages_;
  std::size_t bytes_ = 0;
};

}  // namespace

bool tap(natsConnection* connection, void (*take)(natsConnection*, natsMsg**, void*), void* closure) {
  if (natsConn_setFilterWithClosure == nullptr) return false;
  natsConn_setFilterWithClosure(connection, take, closure);
  return true;
}

void discard(natsMsg* message) {
  thread_local bin waste;
  waste.add(message);
}

}  // namespace actorgate::net
