#include "net/http_door.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <sstream>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>

#include "net/http_refusal.hpp"
#include "net/http_session.hpp"
#include "net/http_sessions.hpp"

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
    for (std::size_t i = 0; i < loops_.size(); ++i) sessions_.push_back(std::make_shared<http_sessions>());
    listen();
  }

  std::uint16_t port() const { return port_; }

  void start() {
    asio::post(acceptor_.get_executor(), [self = shared_from_this()] { self->wait(); });
  }

  void stop() {
    asio::post(acceptor_.get_executor(), [self = shared_from_this()] { self->close(); });
  }

  void drain() {
    not_told_ = loops_.size();
    asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
      // Closing would turn away those who have connected already, without a word. A queue of them has an end.
      for (int rounds = SOMAXCONN / accepts_at_once; rounds > 0; --rounds) {
        if (self->accept_some() != waiting::some) break;
      }
      self->close();
      // Behind the connections that have been handed over to the same loops.
      for (std::size_t i = 0; i < self->loops_.size(); ++i) {
        asio::post(self->loops_[i]->context(), [self, i] {
          self->sessions_[i]->wind_up();
          --self->not_told_;
        });
      }
    });
  }

  std::size_t sessions() const {
    std::size_t sum = not_told_;
    for (const auto& s : sessions_) sum += s->size();
    return sum;
  }

private:
  void close() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }

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

  void accept() { accept_some() == waiting::too_many ? wait_later() : wait(); }

  /// Clients that have connected, and have not been let in.
  enum class waiting { none, some, too_many };
  waiting accept_some() {
    for (int i = 0; i < accepts_at_once && acceptor_.is_open(); ++i) {
      tcp::endpoint peer;
      auto size = static_cast<socklen_t>(peer.capacity());
      const int fd = ::accept4(acceptor_.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0 && is_shortage(errno)) return waiting::too_many;
      if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return waiting::none;
      if (fd < 0) continue;  // a client that has gone again
      peer.resize(size);
      hand_over(fd, peer);
    }
    return waiting::some;
  }

  void hand_over(int fd, const tcp::endpoint& peer) {
    const auto home = next_++ % loops_.size();
    client_socket socket(fd);
    const auto from = without_mapping(peer);
    auto address = from.address().to_string();
    if (owner_.admit(address)) {
      if (owner_.counts_connections()) {
        socket.set_companion(std::make_unique<visit>(owner_, std::move(address)));
      }
      return begin(home, std::move(socket), from, options_, owner_);
    }
    if (auto options = refusal_->admit_session()) {
      begin(home, std::move(socket), from, std::move(options), *refusal_);
    }
  }

  void begin(std::size_t home, client_socket socket, const tcp::endpoint& from,
             std::shared_ptr<const http_door_options> options, http_door_owner& owner) {
    auto& target = *loops_[home];
    asio::post(target.context(), [&target, &owner, from, o = std::move(options), s = std::move(socket),
                                  all = sessions_[home]]() mutable {
      std::make_shared<http_session>(target, std::move(s), to_text(from), std::move(o), owner, std::move(all))
          ->start();
    });
  }

  void wait_later() {
    pause_.expires_after(back_off);
    pause_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->wait();
    });
  }

  std::vector<loop*> loops_;
  std::vector<std::shared_ptr<http_sessions>> sessions_;  // of each loop
  std::atomic<std::size_t> not_told_ = 0;                 // loops whose sessions are to wind up
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

void http_door::drain() { listener_->drain(); }

std::size_t http_door::sessions() const { return listener_->sessions(); }

}  // namespace actorgate::net
