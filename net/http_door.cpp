#include "net/http_door.hpp"

#include <cerrno>
#include <sstream>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>

#include "net/http_refusal.hpp"
#include "net/http_session.hpp"

namespace actorgate::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int accepts_at_once = 64;
constexpr std::chrono::milliseconds back_off{100};

/// The process or the system has run out of something: trying again at once would spin.
bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/// A dual-stack listener sees IPv4 peers as ::ffff:1.2.3.4.
tcp::endpoint without_mapping(tcp::endpoint e) {
  if (e.address().is_v6() && e.address().to_v6().is_v4_mapped()) {
    e.address(asio::ip::make_address_v4(asio::ip::v4_mapped, e.address().to_v6()));
  }
  return e;
}

std::string to_text(const tcp::endpoint& e) {
  std::ostringstream out;
  out << e;
  return out.str();
}

/// An admitted connection: tells the owner when it has ended.
class visit final : public companion {
public:
  visit(http_door_owner& owner, std::string address) : owner_(owner), address_(std::move(address)) {}
  ~visit() override { owner_.left(address_); }

private:
  http_door_owner& owner_;
  const std::string address_;
};

}  // namespace

/// What outlives the door while its pending wait is cancelled. Belongs to the first loop's thread.
class http_door::listener : public std::enable_shared_from_this<listener> {
public:
  listener(const std::vector<loop*>& loops, http_door_owner& owner, http_door_options options)
      : loops_(loops),
        owner_(owner),
        options_(std::make_shared<const http_door_options>(std::move(options))),
        refusal_(std::make_shared<http_refusal>(*options_)),
        acceptor_(loops_.front()->context()),
        pause_(loops_.front()->context()) {
    listen();
  }

  std::uint16_t port() const { return port_; }

  void start() {
    asio::post(acceptor_.get_executor(), [self = shared_from_this()] { self->wait(); });
  }

  void stop() {
    asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
      error_code ignored;
      self->acceptor_.close(ignored);
      self->pause_.cancel();
    });
  }

private:
  void listen() {
    error_code error;
    const auto address = asio::ip::make_address(options_->address, error);
    const tcp::endpoint where{address, options_->port};
    if (!error) acceptor_.open(where.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && address.is_v6()) acceptor_.set_option(asio::ip::v6_only(false), error);
    if (!error) acceptor_.bind(where, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) port_ = acceptor_.local_endpoint(error).port();
    if (error) {
      throw std::system_error(std::error_code(error), "cannot listen on address " + options_->address +
                                                          ", port " + std::to_string(options_->port));
    }
  }

  void wait() {
    if (!acceptor_.is_open()) return;
    acceptor_.async_wait(tcp::acceptor::wait_read, [self = shared_from_this()](error_code error) {
      if (!error) self->accept();
    });
  }

  void accept() {
    for (int i = 0; i < accepts_at_once && acceptor_.is_open(); ++i) {
      tcp::endpoint peer;
      auto size = static_cast<socklen_t>(peer.capacity());
      const int fd = ::accept4(acceptor_.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0 && is_shortage(errno)) return wait_later();
      if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
      if (fd < 0) continue;  // a client that has gone again
      peer.resize(size);
      hand_over(fd, peer);
    }
    wait();
  }

  void hand_over(int fd, const tcp::endpoint& peer) {
    auto& target = *loops_[next_++ % loops_.size()];
    tcp_socket socket(target.context());
    error_code error;
    socket.assign(peer.protocol(), fd, error);
    if (error) {
      ::close(fd);
      return;
    }
    const auto from = without_mapping(peer);
    auto address = from.address().to_string();
    if (owner_.admit(address)) {
      auto stay = std::make_unique<visit>(owner_, std::move(address));
      return begin(target, {std::move(socket), std::move(stay)}, from, options_, owner_);
    }
    if (auto options = refusal_->admit_session()) {
      begin(target, std::move(socket), from, std::move(options), *refusal_);
    }
  }

  static void begin(loop& target, client_socket socket, const tcp::endpoint& from,
                    std::shared_ptr<const http_door_options> options, http_door_owner& owner) {
    asio::post(
        target.context(), [&target, &owner, from, o = std::move(options), s = std::move(socket)]() mutable {
          std::make_shared<http_session>(target, std::move(s), to_text(from), std::move(o), owner)->start();
        });
  }

  void wait_later() {
    pause_.expires_after(back_off);
    pause_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->wait();
    });
  }

  std::vector<loop*> loops_;
  http_door_owner& owner_;
  std::shared_ptr<const http_door_options> options_;
  std::shared_ptr<http_refusal> refusal_;
  asio::basic_socket_acceptor<tcp, executor> acceptor_;
  asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                             executor>
      pause_;
  std::size_t next_ = 0;
  std::uint16_t port_ = 0;
};

http_door::http_door(const std::vector<loop*>& loops, http_door_owner& owner, http_door_options options)
    : listener_(std::make_shared<listener>(loops, owner, std::move(options))) {
  listener_->start();
}

http_door::~http_door() { stop(); }

std::uint16_t http_door::port() const { return listener_->port(); }

void http_door::stop() { listener_->stop(); }

}  // namespace actorgate::net
