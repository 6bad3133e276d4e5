#include "net/deflate.hpp"

#include <algorithm>
#include <string>
#include <zlib.h>

namespace actorgate::net {
namespace {

constexpr int raw_window = -15;
constexpr std::string_view tail{"\x00\x00\xff\xff", 4};
constexpr std::size_t first_room = 16 * 1024;

Bytef* bytes_of(std::string_view text) { return reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); }

/// One per thread: what zlib allocates (256 KiB) is used again.
class deflater {
public:
  deflater() {
    constexpr int level = 1, memory_level = 8;
    ready_ = ::deflateInit2(&z_, level, Z_DEFLATED, raw_window, memory_level, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~deflater() { ::deflateEnd(&z_); }
  deflater(const deflater&) = delete;
  deflater& operator=(const deflater&) = delete;

  std::string_view run(std::string_view message) {
    if (!ready_ || ::deflateReset(&z_) != Z_OK) return {};
    const std::size_t flush_size = 16;
    out_.resize(std::max(out_.size(), ::deflateBound(&z_, message.size()) + flush_size));
    z_.next_in = bytes_of(message);
    z_.avail_in = static_cast<uInt>(message.size());
    z_.next_out = bytes_of(out_);
    z_.avail_out = static_cast<uInt>(out_.size());
    if (::deflate(&z_, Z_SYNC_FLUSH) != Z_OK || z_.avail_in > 0 || z_.avail_out == 0) return {};
    const auto result = std::string_view(out_).substr(0, out_.size() - z_.avail_out);
    return result.ends_with(tail) ? result.substr(0, result.size() - tail.size()) : std::string_view{};
  }

private:
  z_stream z_{};
  std::string out_;
  bool ready_ = false;
};

/// One per thread, for the same reason (40 KiB).
class inflater {
public:
  inflater() { ready_ = ::inflateInit2(&z_, raw_window) == Z_OK; }
  ~inflater() { ::inflateEnd(&z_); }
  inflater(const inflater&) = delete;
  inflater& operator=(const inflater&) = delete;

  inflated_message whole(std::string_view payload, std::size_t limit) {
    using verdict = inflated_message::verdict;
    auto status = begin(payload, limit);
    if (status == Z_OK) status = feed(tail, limit);
    if (status != Z_OK && status != Z_STREAM_END) return {verdict::invalid, {}};
    if (size_ > limit) return {verdict::too_long, text(limit)};
    // Behind a whole message the tail is a block of its own: zlib waits for another one, with no bit in hand.
    const bool complete = status == Z_STREAM_END || (z_.data_type & 128 && (z_.data_type & 63) == 0);
    return complete ? inflated_message{verdict::whole, text(limit)} : inflated_message{verdict::invalid, {}};
  }

  std::string_view beginning(std::string_view payload, std::size_t limit) {
    begin(payload, limit);
    return text(limit);
  }

private:
  std::string_view text(std::size_t limit) const {
    return std::string_view(out_).substr(0, std::min(size_, limit));
  }

  int begin(std::string_view payload, std::size_t limit) {
    size_ = 0;
    return ready_ && ::inflateReset(&z_) == Z_OK ? feed(payload, limit) : Z_MEM_ERROR;
  }

  /// Z_STREAM_END if the last block says that it is the last: what comes behind it means nothing. Stops when
  /// there is more than the limit.
  int feed(std::string_view input, std::size_t limit) {
    z_.next_in = bytes_of(input);
    z_.avail_in = static_cast<uInt>(input.size());
    for (;;) {
      if (size_ > limit) return Z_OK;
      if (size_ == out_.size()) out_.resize(std::min(std::max(2 * size_, first_room), limit + 1));
      z_.next_out = bytes_of(out_) + size_;
      z_.avail_out = static_cast<uInt>(std::min(out_.size(), limit + 1) - size_);
      const auto room = z_.avail_out;
      const int status = ::inflate(&z_, Z_SYNC_FLUSH);
      size_ += room - z_.avail_out;
      if (status == Z_BUF_ERROR || (status == Z_OK && z_.avail_out > 0)) return Z_OK;
      if (status != Z_OK) return status;
    }
  }

  z_stream z_{};
  std::string out_;
  std::size_t size_ = 0;  // of the message so far
  bool ready_ = false;
};

inflater& this_threads_inflater() {
  thread_local inflater i;
  return i;
}

}  // namespace

std::string_view deflate_message(std::string_view message) {
  thread_local deflater d;
  return d.run(message);
}

inflated_message inflate_message(std::string_view payload, std::size_t limit) {
  return this_threads_inflater().whole(payload, limit);
}

std::string_view inflate_beginning(std::string_view payload, std::size_t limit) {
  return this_threads_inflater().beginning(payload, limit);
}

}  // namespace actorgate::net
