#include "tests/gateway/http_stage.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <nats/nats.h>

#include "tests/support/loopback_address.hpp"

namespace actorgate::test {
namespace {

using clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("http_client: " + what); }

http_response parse_head(std::string_view head) {
  http_response result;
  const auto line = head.substr(0, head.find("\r\n"));
  if (line.size() < 13 || !line.starts_with("HTTP/1.1 ")) fail("no answer but " + std::string(line));
  result.status = std::stoi(std::string(line.substr(9, 3)));
  result.reason = line.substr(13);
  for (head.remove_prefix(line.size() + 2); head != "\r\n";) {
    const auto field = head.substr(0, head.find("\r\n"));
    head.remove_prefix(field.size() + 2);
    const auto colon = field.find(": ");
    if (colon == field.npos) fail("no header but " + std::string(field));
    std::string name{field.substr(0, colon)};
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    result.headers.emplace(std::move(name), field.substr(colon + 2));
  }
  return result;
}

using connection_ptr = std::unique_ptr<natsConnection, decltype(&natsConnection_Destroy)>;

natsConnection* prober() {
  static const connection_ptr connection = [] {
    natsConnection* c = nullptr;
    if (natsConnection_ConnectTo(&c, shared_nats().url().c_str()) != NATS_OK) fail("no NATS");
    return connection_ptr{c, natsConnection_Destroy};
  }();
  return connection.get();
}

}  // namespace

std::string http_request(const std::string& method, const std::string& target, const headers& extra,
                         const std::string& body) {
  auto text = method + ' ' + target + " HTTP/1.1\r\nHost: example.com\r\n";
  for (const auto& [name, value] : extra) text += name + ": " + value + "\r\n";
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + body;
}

// -- one connection -----------------------------------------------------------

http_client::http_client(std::uint16_t port, const char* from)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto own = loopback_address(0);
  ::inet_pton(AF_INET, from, &own.sin_addr);
  ::bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own);
  const auto address = loopback_address(port);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
  const std::string why = std::strerror(errno);
  disconnect();
  fail(why);
}

http_client::http_client(http_client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      ended_(other.ended_),
      reset_(other.reset_),
      in_(std::move(other.in_)),
      chunked_(other.chunked_),
      complete_(other.complete_),
      events_(std::move(other.events_)) {}

http_client::~http_client() { disconnect(); }

void http_client::disconnect() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void http_client::vanish() {
  const linger hard{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  disconnect();
}

void http_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno != EINTR) fail(std::string("send: ") + std::strerror(errno));
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

bool http_client::read_some(clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()).count();
  pollfd p{fd_, POLLIN, 0};
  if (left <= 0 || ::poll(&p, 1, static_cast<int>(left)) == 0) fail("nothing comes; so far: " + in_);
  char buffer[16384];
  const auto n = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n > 0) in_.append(buffer, static_cast<std::size_t>(n));
  reset_ |= n < 0 && errno == ECONNRESET;
  ended_ |= n == 0 || reset_;
  return !ended_;
}

template <class F>
bool http_client::read_until(F holds) {
  const auto deadline = clock::now() + 2 * patience;
  while (!holds()) {
    if (!read_some(deadline) && !holds()) return false;
  }
  return true;
}

std::string http_client::take(std::size_t size) {
  auto front = in_.substr(0, size);
  in_.erase(0, size);
  return front;
}

http_response http_client::head() {
  std::size_t end = 0;
  if (!read_until([&] { return (end = in_.find("\r\n\r\n")) != in_.npos; })) fail("ended: " + in_);
  auto result = parse_head(take(end + 4));
  chunked_ = result.header("transfer-encoding") == "chunked";
  return result;
}

http_response http_client::answer(bool to_head) {
  auto result = head();
  if (to_head || result.status == 204 || result.status == 304) return result;
  const auto length = result.header("content-length");
  if (length.empty()) fail("an answer without a length");
  const auto size = std::stoul(length);
  if (!read_until([&] { return in_.size() >= size; })) fail("ended within an answer");
  result.body = take(size);
  return result;
}

http_response http_client::request(const std::string& method, const std::string& target, const headers& extra,
                                   const std::string& body) {
  send(http_request(method, target, extra, body));
  return answer(method == "HEAD");
}

// -- streams ------------------------------------------------------------------

/// Moves the next part of the stream's body to `events_`, if it is complete.
bool http_client::take_chunk() {
  if (!chunked_) {
    events_ += take(in_.size());
    return false;
  }
  const auto line = in_.find("\r\n");
  if (line == in_.npos) return false;
  const auto size = std::stoul(in_, nullptr, 16);
  if (in_.size() < line + size + 4) return false;
  complete_ |= size == 0;
  events_ += take(line + size + 4).substr(line + 2, size);
  return true;
}

std::string http_client::next_block() {
  std::size_t end = 0;
  const auto has_block = [&] {
    while (take_chunk()) {
    }
    return (end = events_.find("\n\n")) != events_.npos;
  };
  if (!read_until(has_block)) fail("the stream has ended");
  auto block = events_.substr(0, end);
  events_.erase(0, end + 2);
  return block;
}

std::string http_client::next_event(std::string_view type) {
  auto block = next_block();
  while (block.starts_with(':')) block = next_block();
  const auto begin = type.empty() ? std::string{"data: "} : "event: " + std::string(type) + "\ndata: ";
  if (!block.starts_with(begin)) fail("another event: " + block);
  return canonical(std::string_view{block}.substr(begin.size()));
}

bool http_client::ends() {
  read_until([] { return false; });
  while (take_chunk()) {
  }
  return !reset_ && in_.empty() && events_.empty() && complete_ == chunked_;
}

// -- the stage ----------------------------------------------------------------

http_client http_stage::follow(const std::string& target, const headers& extra) const {
  auto all = extra;
  all.emplace_back("Accept", "text/event-stream");
  auto c = http();
  c.send(http_request("GET", target, all));
  if (const auto head = c.head(); head.status != 200) fail("no stream but " + std::to_string(head.status));
  return c;
}

/// Both shards send their requests to NATS in order, and each has a client.
void http_stage::settle() {
  for (int i = 0; i < 2; ++i) {
    auto c = client();
    c.result("auth.test.stage.pass");
  }
}

bool is_heard(const std::string& subject) {
  natsMsg* reply = nullptr;
  const auto status = natsConnection_RequestString(&reply, prober(), subject.c_str(), "null", 50);
  natsMsg_Destroy(reply);
  return status != NATS_NO_RESPONDERS;
}

bool falls_silent(const std::string& subject) {
  const auto deadline = clock::now() + patience;
  while (is_heard(subject)) {
    if (clock::now() > deadline) return false;
  }
  return true;
}

actors::settings forgetful() {
  actors::settings result;
  result.eviction_delay = std::chrono::milliseconds{100};
  return result;
}

std::string body_of(std::string_view code, std::string_view message) {
  return "{\"code\":\"" + std::string(code) + "\",\"message\":\"" + std::string(message) + "\"}";
}

}  // namespace actorgate::test
