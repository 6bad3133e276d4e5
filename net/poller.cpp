#include "net/poller.hpp"

#include <algorithm>
#include <cerrno>

#include <boost/system/system_error.hpp>

namespace actorgate::net {
namespace {

int new_epoll() {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd >= 0) return fd;
  throw boost::system::system_error(errno, boost::system::system_category(), "epoll_create1");
}

epoll_event event_of(std::uint32_t events, pollable& p) {
  epoll_event e{};
  e.events = events;
  e.data.ptr = &p;
  return e;
}

}  // namespace

poller::poller(boost::asio::io_context& context) : epoll_(context, new_epoll()) {}

poller::~poller() {
  while (!watched_.empty()) {
    auto& p = watched_.front();
    watched_.pop_front();
    p.on_abandoned();
  }
}

bool poller::watch(int socket, std::uint32_t events, pollable& p) {
  auto e = event_of(events, p);
  if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, socket, &e) != 0) return false;
  watched_.push_back(p);
  return true;
}

void poller::change(int socket, std::uint32_t events, pollable& p) {
  auto e = event_of(events, p);
  ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_MOD, socket, &e);
}

void poller::forget(pollable& p) {
  p.unlink();
  for (auto i = next_; i < count_; ++i) {
    if (ready_[i].data.ptr == &p) ready_[i].data.ptr = nullptr;
  }
}

void poller::rearm() {
  if (armed_ || watched_.empty()) return;
  armed_ = true;
  epoll_.async_wait(descriptor::wait_read, [this](boost::system::error_code error) {
    if (error) return;
    armed_ = false;
    on_readable();
  });
}

void poller::on_readable() {
  const int ready = ::epoll_wait(epoll_.native_handle(), ready_.data(), static_cast<int>(ready_.size()), 0);
  count_ = static_cast<std::size_t>(std::max(ready, 0));
  for (next_ = 0; next_ < count_;) {
    const auto& e = ready_[next_++];
    if (auto* p = static_cast<pollable*>(e.data.ptr)) p->on_ready(e.events);
  }
  count_ = 0;
}

}  // namespace actorgate::net
