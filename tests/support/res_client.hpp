#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "tests/support/json.hpp"
#include "tests/support/ws_client.hpp"

namespace actorgate::test {

/// A RES client: requests by number, events in order of arrival.
class res_client : public ws_client {
public:
  using ws_client::ws_client;

  /// Sends a request without waiting; its id. `params` is JSON; empty: none.
  std::uint64_t send_request(std::string_view method, std::string_view params = {});
  /// The response to that request; events that come before it are kept for `next_event()`.
  std::string response(std::uint64_t id, std::chrono::milliseconds timeout = patience);
  /// Both in one.
  std::string request(std::string_view method, std::string_view params = {});
  /// The result's JSON; fails the test case if there is an error. "" if there is no result member.
  std::string result(std::string_view method, std::string_view params = {});
  /// The error's code; fails the test case if there is none.
  std::string error_code(std::string_view method, std::string_view params = {});
  /// `version`, as every modern client begins.
  void handshake(std::string_view protocol = "1.2.3");

  /// The next event, as it was sent; fails the test case if none comes.
  std::string next_event(std::chrono::milliseconds timeout = patience);
  /// Whether no event comes during that time.
  bool no_event(std::chrono::milliseconds time = std::chrono::milliseconds(100));

private:
  /// Puts a message where it belongs.
  void sort(std::string message);

  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::string> responses_;
  std::deque<std::string> events_;
};

}  // namespace actorgate::test
