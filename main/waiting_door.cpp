#include "main/waiting_door.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace actorgate {

waiting_door::waiting_door(const net::http_door_options& options) {
  door_.emplace(loop_, options,
                actors::operator_door::sources{[] { return false; }, [](auto take) { take({}); }});
  thread_ = std::thread([this] { run(); });
}

waiting_door::~waiting_door() {
  door_->close();
  // Behind the end of listening.
  boost::asio::post(loop_.context(), [this] { loop_.context().stop(); });
  thread_.join();
}

void waiting_door::run() {
  loop_.settle_here();
  const auto stay = boost::asio::make_work_guard(loop_.context());
  while (!loop_.context().stopped()) {
    if (!loop_.has_dirty()) loop_.context().run_one();
    loop_.context().poll();
    loop_.flush();
  }
}

}  // namespace actorgate
