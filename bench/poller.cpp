#include "bench/poller.hpp"

#include <algorithm>
#include <array>
#include <sys/epoll.h>
#include <unistd.h>

namespace actorgate::bench {
namespace {

constexpr std::size_t buffer_size = 1 << 20;
constexpr int batch = 256;

epoll_event event_for(std::uint32_t events, poller::handler& h) {
  epoll_event e{};
  e.events = events;
  e.data.ptr = &h;
  return e;
}

}  // namespace

poller::poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(buffer_size) {
  if (epoll_ < 0) fail_errno("epoll");
}

poller::~poller() { ::close(epoll_); }

void poller::add(int fd, std::uint32_t events, handler& h) {
  auto e = event_for(events, h);
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &e) != 0) fail_errno("epoll");
}

void poller::change(int fd, std::uint32_t events, handler& h) {
  auto e = event_for(events, h);
  if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &e) != 0) fail_errno("epoll");
}

void poller::remove(int fd) { ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr); }

void poller::poll(std::chrono::nanoseconds wait) {
  std::array<epoll_event, batch> events;
  const auto ns = std::max<std::int64_t>(0, wait.count());
  const timespec t{ns / 1'000'000'000, ns % 1'000'000'000};
  const int n = ::epoll_pwait2(epoll_, events.data(), batch, &t, nullptr);
  if (n < 0 && errno != EINTR) fail_errno("epoll");
  for (int i = 0; i < n; ++i) {
    const auto& e = events[static_cast<std::size_t>(i)];
    ready_at_ = now_ns();
    static_cast<handler*>(e.data.ptr)->on_ready(e.events);
  }
}

void poller::until_time(std::uint64_t deadline) {
  // At least once, so that a publisher who is late does not keep his clients from reading.
  do {
    const auto now = now_ns();
    poll(std::chrono::nanoseconds(deadline > now ? deadline - now : 0));
  } while (now_ns() < deadline);
}

void poller::linger(std::chrono::nanoseconds time) {
  until_time(now_ns() + static_cast<std::uint64_t>(time.count()));
}

}  // namespace actorgate::bench
