#include "bench/http_client.hpp"

#include <optional>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/scan.hpp"
#include "bench/socket.hpp"

namespace actorgate::bench {
namespace {

constexpr std::string_view end_of_header = "\r\n\r\n";

struct response {
  unsigned status = 0;
  std::string_view body;
};

/// Nothing unless all of it is there.
std::optional<response> whole_response(std::string_view bytes) {
  const auto at = bytes.find(end_of_header);
  if (at == std::string_view::npos) return std::nullopt;
  const auto header = bytes.substr(0, at);
  const auto body = bytes.substr(at + end_of_header.size());
  const auto status = static_cast<unsigned>(number_after(header, "HTTP/1.1 ").value_or(0));
  if (status == 204) return response{status, {}};
  if (const auto length = number_after(header, "Content-Length: ")) {
    if (body.size() < *length) return std::nullopt;
    return response{status, body};
  }
  if (header.find("Transfer-Encoding: chunked") == std::string_view::npos) {
    fail("a response of unknown length: " + std::string(header));
  }
  // JSON has no line ends, so the empty chunk is where it seems to be.
  if (!body.ends_with("\r\n0\r\n\r\n")) return std::nullopt;
  return response{status, body};
}

}  // namespace

http_client::http_client(poller& loop, std::uint16_t port, unsigned index)
    : loop_(loop), fd_(connect_to(port, index)) {
  loop_.add(fd_, EPOLLIN, *this);
}

http_client::~http_client() {
  loop_.remove(fd_);
  ::close(fd_);
}

void http_client::send(std::string_view request) {
  waiting_ = true;
  sent_at = now_ns();
  const auto n = ::send(fd_, request.data(), request.size(), MSG_NOSIGNAL);
  if (n != static_cast<ssize_t>(request.size())) fail_errno("send");
}

void http_client::on_ready(std::uint32_t) {
  auto& buffer = loop_.buffer();
  const auto n = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) fail("the gateway closed an HTTP connection");
  if (!waiting_) fail("a response that nobody waits for");
  input_.append(buffer.data(), static_cast<std::size_t>(n));
  take_response();
}

void http_client::take_response() {
  const auto r = whole_response(input_);
  if (!r) return;
  const auto body = std::string(r->body);
  input_.clear();
  waiting_ = false;
  answered(*this, r->status, body);
}

}  // namespace actorgate::bench
