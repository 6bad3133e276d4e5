#include "net/poller.hpp"

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include "net/loop.hpp"
#include "tests/net/loopback.hpp"

using namespace actorgate::net;

namespace {

/// One end of a connection that is watched, and the other one.
class watched_end final : public pollable {
public:
  watched_end() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()) == 0); }
  ~watched_end() {
    ::close(ends_[0]);
    hang_up();
  }
  void on_ready(std::uint32_t events) override {
    told.push_back(events);
    if (then) then();
  }
  void on_abandoned() override { abandoned = true; }

  int fd() const { return ends_[0]; }
  void receive() { REQUIRE(::send(ends_[1], "x", 1, MSG_NOSIGNAL) == 1); }
  void take() {
    char c = 0;
    REQUIRE(::recv(ends_[0], &c, 1, 0) == 1);
  }
  void hang_up() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

  std::vector<std::uint32_t> told;
  std::function<void()> then;
  bool abandoned = false;

private:
  std::array<int, 2> ends_{-1, -1};
};

using told = std::vector<std::uint32_t>;

/// From the next tick on.
void watch(loop& l, watched_end& end) {
  REQUIRE(l.poller().watch(end.fd(), EPOLLIN, end));
  l.flush();
}

}  // namespace

TEST_CASE("a socket is told once a tick that it is ready, for as long as it is") {
  watched_end end;
  loop l;
  watch(l, end);
  CHECK(end.is_watched());
  test::tick(l);
  CHECK(end.told.empty());
  end.receive();
  test::tick(l);
  test::tick(l);
  CHECK(end.told == told{EPOLLIN, EPOLLIN});
  end.take();
  test::tick(l);
  CHECK(end.told.size() == 2);
  end.receive();
  test::tick(l);
  CHECK(end.told.size() == 3);
}

TEST_CASE("what a socket is asked for can be changed; that its peer has gone comes unasked") {
  watched_end end;
  loop l;
  watch(l, end);
  l.poller().change(end.fd(), EPOLLIN | EPOLLOUT, end);
  test::tick(l);
  CHECK(end.told == told{EPOLLOUT});
  end.receive();
  test::tick(l);
  CHECK(end.told.back() == (EPOLLIN | EPOLLOUT));
  l.poller().change(end.fd(), 0, end);
  test::tick(l);
  CHECK(end.told.size() == 2);
  end.hang_up();
  test::tick(l);
  REQUIRE(end.told.size() == 3);
  CHECK((end.told.back() & EPOLLHUP) != 0);
}

TEST_CASE("more sockets than one look tells of are all told") {
  std::deque<watched_end> ends(300);
  loop l;
  for (auto& end : ends) {
    watch(l, end);
    end.then = [&end] { end.take(); };
    end.receive();
  }
  for (int i = 0; i < 3; ++i) test::tick(l);
  for (auto& end : ends) CHECK(end.told.size() == 1);
}

TEST_CASE("who is forgotten is told nothing more, not even of the same look") {
  std::deque<watched_end> ends(3);
  loop l;
  // Whoever is told first has the others forgotten.
  for (auto& end : ends) {
    watch(l, end);
    end.then = [&] {
      for (auto& other : ends) {
        if (&other != &end) l.poller().forget(other);
      }
    };
    end.receive();
  }
  test::tick(l);
  std::size_t sum = 0;
  for (const auto& end : ends) sum += end.told.size();
  CHECK(sum == 1);
  for (const auto& end : ends) CHECK(end.is_watched() == !end.told.empty());
}

TEST_CASE("what cannot be watched is refused") {
  watched_end end;
  loop l;
  CHECK_FALSE(l.poller().watch(-1, EPOLLIN, end));
  CHECK_FALSE(end.is_watched());
}

TEST_CASE("a loop that ends abandons whom it watches, and nobody else") {
  watched_end stays, goes;
  {
    loop l;
    watch(l, stays);
    watch(l, goes);
    l.poller().forget(goes);
  }
  CHECK(stays.abandoned);
  CHECK_FALSE(stays.is_watched());
  CHECK_FALSE(goes.abandoned);
}
