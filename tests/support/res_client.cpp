#include "tests/support/res_client.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace actorgate::test {

using clock = std::chrono::steady_clock;

std::uint64_t res_client::send_request(std::string_view method, std::string_view params) {
  std::string text = "{\"id\":" + std::to_string(++last_id_) + ",\"method\":\"" + std::string(method) + '"';
  if (!params.empty()) text += ",\"params\":" + std::string(params);
  send_text(text + '}');
  return last_id_;
}

void res_client::sort(std::string message) {
  const auto id = json_at(message, "/id");
  if (id.empty()) {
    events_.push_back(std::move(message));
  } else {
    responses_[std::stoull(id)] = std::move(message);
  }
}

std::string res_client::response(std::uint64_t id, std::chrono::milliseconds timeout) {
  const auto deadline = clock::now() + timeout;
  while (!responses_.contains(id)) {
    sort(recv(std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now())));
  }
  return std::move(responses_.extract(id).mapped());
}

std::string res_client::request(std::string_view method, std::string_view params) {
  return response(send_request(method, params));
}

std::string res_client::result(std::string_view method, std::string_view params) {
  const auto text = request(method, params);
  if (!json_at(text, "/error").empty()) throw std::runtime_error(std::string(method) + " failed: " + text);
  return json_at(text, "/result");
}

std::string res_client::error_code(std::string_view method, std::string_view params) {
  const auto text = request(method, params);
  const auto code = text_at(text, "/error/code");
  if (code.empty()) throw std::runtime_error(std::string(method) + " did not fail: " + text);
  return code;
}

void res_client::handshake(std::string_view protocol) {
  result("version", "{\"protocol\":\"" + std::string(protocol) + "\"}");
}

std::string res_client::next_event(std::chrono::milliseconds timeout) {
  const auto deadline = clock::now() + timeout;
  while (events_.empty()) sort(recv(std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now())));
  auto event = std::move(events_.front());
  events_.pop_front();
  return event;
}

bool res_client::no_event(std::chrono::milliseconds time) {
  const auto deadline = clock::now() + time;
  while (events_.empty()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now());
    if (quiet(std::max(left, std::chrono::milliseconds(0)))) return true;
    while (auto message = pop()) sort(std::move(*message));
    if (closed()) return events_.empty();
  }
  return false;
}

}  // namespace actorgate::test
