#include <list>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <doctest/doctest.h>

#include "inspection/knock.hpp"

using namespace std::chrono_literals;
using actorgate::inspection::knock;
using boost::asio::ip::tcp;

namespace {

/// Listens on a free port of loopback for so many who are not taken.
struct listening {
  explicit listening(int backlog) {
    acceptor.open(tcp::v4());
    acceptor.bind({boost::asio::ip::address_v4::loopback(), 0});
    acceptor.listen(backlog);
  }
  std::uint16_t port() const { return acceptor.local_endpoint().port(); }

  boost::asio::io_context context;
  tcp::acceptor acceptor{context};
};

}  // namespace

TEST_CASE("who knocks is told whether anybody is there") {
  std::uint16_t left = 0;
  {
    const listening host{5};
    CHECK(knock("127.0.0.1", host.port(), 10s).empty());
    CHECK(knock("localhost", host.port(), 10s).empty());
    left = host.port();
  }
  CHECK(knock("127.0.0.1", left, 10s) == "nobody listens there");
  CHECK(knock("no such name", left, 10s) == "there is no such host");
}

TEST_CASE("who knocks where packets are lost does not wait for long") {
  listening full{0};
  // Those that the queue has no room for are not answered at all.
  std::list<tcp::socket> waiting;
  std::string told;
  for (int n = 0; n < 20 && told.empty(); ++n) {
    auto& next = waiting.emplace_back(full.context, tcp::v4());
    next.non_blocking(true);
    boost::system::error_code later;
    next.connect(full.acceptor.local_endpoint(), later);
    told = knock("127.0.0.1", full.port(), 100ms);
  }
  CHECK(told == "it cannot be reached");
}
