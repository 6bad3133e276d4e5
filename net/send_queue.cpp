#include "net/send_queue.hpp"

#include <array>
#include <sys/uio.h>
#include <utility>

namespace actorgate::net {
namespace {

constexpr std::size_t frames_at_once = 64;  // per sendmsg

}  // namespace

void send_queue::push(frame_ptr f) {
  bytes_ += f->bytes().size();
  frames_.push_back(std::move(f));
}

transfer send_queue::write_to(client_socket& socket) {
  for (;;) {
    std::array<iovec, frames_at_once> parts;
    std::size_t count = 0, skip = written_;
    for (std::size_t i = head_; i < frames_.size() && count < parts.size(); ++i) {
      const auto bytes = frames_[i]->bytes().substr(std::exchange(skip, 0));
      parts[count++] = {const_cast<char*>(bytes.data()), bytes.size()};
    }
    const auto sent = socket.write({parts.data(), count});
    took(sent.bytes);
    if (sent.what != transfer::done || frames_.empty()) return sent.what;
  }
}

std::string_view send_queue::only() {
  if (frames_.size() != head_ + 1) return {};
  lent_ = true;
  return frames_[head_]->bytes().substr(written_);
}

void send_queue::took(std::size_t bytes) {
  lent_ = false;
  bytes_ -= bytes;
  bytes += written_;
  while (head_ < frames_.size() && bytes >= frames_[head_]->bytes().size()) {
    bytes -= frames_[head_]->bytes().size();
    frames_[head_++].reset();
  }
  written_ = static_cast<std::uint32_t>(bytes);
  if (head_ == frames_.size()) {
    std::vector<frame_ptr>().swap(frames_);
    head_ = 0;
  } else if (head_ >= frames_at_once && head_ >= frames_.size() / 2) {
    frames_.erase(frames_.begin(), frames_.begin() + head_);
    head_ = 0;
  }
}

void send_queue::discard() {
  std::vector<frame_ptr> kept;
  if (written_ > 0 || lent_) kept.push_back(std::move(frames_[head_]));
  frames_ = std::move(kept);
  head_ = 0;
  bytes_ = frames_.empty() ? 0 : frames_[0]->bytes().size() - written_;
}

void send_queue::clear() {
  std::vector<frame_ptr>().swap(frames_);
  bytes_ = head_ = written_ = 0;
  lent_ = false;
}

}  // namespace actorgate::net
