#pragma once
#include <atomic>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

namespace actorgate::test {

/// A network cable between clients and a server on this machine: connections to a port of its own are carried
/// on to the server, until it is cut.
class tcp_link {
public:
  explicit tcp_link(std::uint16_t server);
  ~tcp_link();
  tcp_link(const tcp_link&) = delete;
  tcp_link& operator=(const tcp_link&) = delete;

  std::uint16_t port() const { return port_; }
  /// Ends all connections; those that come are ended at once.
  void cut() { change(false); }
  void mend() { change(true); }

private:
  using pair = std::pair<int, int>;

  void change(bool whole);
  void run();
  void accept();
  bool carry(pair ends, short from_first, short from_second);
  void drop_all();

  const std::uint16_t server_;
  int listener_, wake_;
  std::uint16_t port_ = 0;
  std::atomic<bool> whole_ = true, stopping_ = false;
  std::vector<pair> pairs_;  // of the thread
  std::thread thread_;
};

}  // namespace actorgate::test
