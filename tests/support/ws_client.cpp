#include "tests/support/ws_client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/loopback_address.hpp"

namespace actorgate::test {
namespace {

using clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("ws_client: " + what); }

int open_socket(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail(std::strerror(errno));
  const auto address = loopback_address(port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) {
    const int error = errno;
    ::close(fd);
    fail("connect to port " + std::to_string(port) + ": " + std::strerror(error));
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // A server that does not read must not hang the test.
  const timeval limit{std::chrono::duration_cast<std::chrono::seconds>(patience).count(), 0};
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  return fd;
}

std::string upgrade_request(std::uint16_t port, const std::string& path, const headers& extra) {
  const headers usual{{"Host", "127.0.0.1:" + std::to_string(port)},
                      {"Connection", "Upgrade"},
                      {"Upgrade", "websocket"},
                      {"Sec-WebSocket-Version", "13"},
                      {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  std::string result = "GET " + path + " HTTP/1.1\r\n";
  for (const auto& [name, value] : usual) {
    const bool replaced = std::any_of(extra.begin(), extra.end(), [&n = name](const auto& e) {
      return ::strcasecmp(e.first.c_str(), n.c_str()) == 0;
    });
    if (!replaced) result += name + ": " + value + "\r\n";
  }
  for (const auto& [name, value] : extra) {
    if (!value.empty()) result += name + ": " + value + "\r\n";
  }
  return result + "\r\n";
}

http_response parse_head(std::string_view head) {
  http_response result;
  const auto line = head.substr(0, head.find("\r\n"));
  if (line.size() < 12 || !line.starts_with("HTTP/1.1 ")) fail("not an HTTP response: " + std::string(line));
  result.status = std::stoi(std::string(line.substr(9, 3)));
  result.reason = line.substr(std::min<std::size_t>(13, line.size()));
  for (head.remove_prefix(line.size() + 2); !head.empty();) {
    const auto field = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(head.size(), field.size() + 2));
    const auto colon = field.find(':');
    if (colon == field.npos) continue;
    std::string name{field.substr(0, colon)};
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto start = std::min(field.find_first_not_of(' ', colon + 1), field.size());
    result.headers.emplace(std::move(name), field.substr(start));
  }
  return result;
}

}  // namespace

std::string http_response::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

ws_client::ws_client(std::uint16_t port, const std::string& path, const headers& extra) {
  const auto answer = connect(port, path, extra);
  if (answer.status != 101) fail("no upgrade but " + std::to_string(answer.status) + ": " + answer.body);
}

ws_client::ws_client(ws_client&& other) noexcept { *this = std::move(other); }

ws_client& ws_client::operator=(ws_client&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(eof_, other.eof_);
  std::swap(in_, other.in_);
  std::swap(read_at_, other.read_at_);
  std::swap(message_, other.message_);
  std::swap(close_code_, other.close_code_);
  return *this;
}

ws_client::~ws_client() { disconnect(); }

void ws_client::disconnect() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  eof_ = true;
}

void ws_client::adopt(int fd, std::string received) {
  disconnect();
  fd_ = fd;
  eof_ = false;
  in_ = std::move(received);
  read_at_ = 0;
  message_.clear();
  close_code_.reset();
}

http_response ws_client::connect(std::uint16_t port, const std::string& path, const headers& extra) {
  adopt(open_socket(port));
  send_raw(upgrade_request(port, path, extra));
  const auto deadline = clock::now() + patience;
  std::size_t end;
  while ((end = in_.find("\r\n\r\n")) == in_.npos) {
    if (eof_ || !wait_readable(deadline)) fail("no complete response to the upgrade: " + in_);
    read_some();
  }
  auto result = parse_head(std::string_view(in_).substr(0, end + 2));
  in_.erase(0, end + 4);
  if (result.status == 101) return result;
  const auto length = result.header("content-length");
  const std::size_t wanted = length.empty() ? in_.max_size() : std::stoul(length);
  while (in_.size() < wanted && !eof_ && wait_readable(deadline)) read_some();
  result.body = std::exchange(in_, {});
  return result;
}

void ws_client::send_raw(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(std::string("send: ") + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void ws_client::send_frame(std::uint8_t opcode, std::string_view payload, bool fin, bool masked,
                           std::uint8_t rsv) {
  std::string out;
  out += static_cast<char>((fin ? 0x80 : 0) | (rsv << 4) | opcode);
  const char mask_bit = masked ? static_cast<char>(0x80) : '\0';
  const auto size = payload.size();
  const int bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
  out += static_cast<char>(mask_bit | static_cast<char>(bytes == 0 ? size : bytes == 2 ? 126 : 127));
  for (int i = bytes; i-- > 0;) out += static_cast<char>(size >> (8 * i));
  constexpr std::array<char, 4> key{0x37, '\xfa', 0x21, 0x3d};
  if (masked) out.append(key.data(), key.size());
  const auto start = out.size();
  out += payload;
  for (std::size_t i = 0; masked && i < size; ++i) {
    out[start + i] = static_cast<char>(out[start + i] ^ key[i % 4]);
  }
  send_raw(out);
}

void ws_client::send_close(std::uint16_t code, std::string_view reason) {
  const std::array<char, 2> prefix{static_cast<char>(code >> 8), static_cast<char>(code)};
  send_frame(8, std::string(prefix.data(), prefix.size()) + std::string(reason));
}

bool ws_client::wait_readable(clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()).count();
    pollfd p{fd_, POLLIN, 0};
    const int n = ::poll(&p, 1, static_cast<int>(std::max<decltype(left)>(0, left)));
    if (n > 0) return true;
    if (n == 0 || errno != EINTR) return false;
  }
}

bool ws_client::read_some() {
  thread_local std::array<char, 65536> buffer;
  while (!eof_) {
    const auto n = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n > 0) {
      in_.append(buffer.data(), static_cast<std::size_t>(n));
      if (static_cast<std::size_t>(n) < buffer.size()) break;
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
      eof_ = true;
    } else if (errno == EAGAIN) {
      break;
    }
  }
  return !eof_;
}

std::optional<ws_frame> ws_client::pop_frame() {
  const auto rest = std::string_view(in_).substr(read_at_);
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
  if (rest.size() < 2) return {};
  std::size_t size = byte(1) & 0x7f;
  if (byte(1) & 0x80) fail("the server masks its frames");
  const std::size_t header = size < 126 ? 2 : size == 126 ? 4 : 10;
  if (rest.size() < header) return {};
  if (header > 2) size = 0;
  for (std::size_t i = 2; i < header; ++i) size = size << 8 | byte(i);
  if (rest.size() - header < size) return {};
  ws_frame result;
  result.fin = byte(0) & 0x80;
  result.rsv = byte(0) >> 4 & 7;
  result.opcode = byte(0) & 15;
  result.payload = rest.substr(header, size);
  read_at_ += header + size;
  if (read_at_ == in_.size()) {
    in_.clear();
    read_at_ = 0;
  } else if (read_at_ > 65536) {
    in_.erase(0, std::exchange(read_at_, 0));
  }
  return result;
}

std::optional<std::string> ws_client::absorb(ws_frame frame) {
  switch (frame.opcode) {
    case 8:
      close_code_ = 1005;
      if (frame.payload.size() >= 2) {
        const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(frame.payload[i]); };
        close_code_ = static_cast<std::uint16_t>(byte(0) << 8 | byte(1));
      }
      return {};
    case 9:
      send_frame(10, frame.payload);
      return {};
    case 10:
      return {};
    default:
      message_ += frame.payload;
      return frame.fin ? std::optional(std::exchange(message_, {})) : std::nullopt;
  }
}

std::optional<std::string> ws_client::pop() {
  while (auto frame = pop_frame()) {
    if (auto message = absorb(std::move(*frame))) return message;
  }
  return {};
}

std::optional<ws_frame> ws_client::next_frame(clock::time_point deadline) {
  for (;;) {
    if (auto frame = pop_frame()) return frame;
    if (eof_ || !wait_readable(deadline)) return {};
    read_some();
  }
}

ws_frame ws_client::recv_frame(std::chrono::milliseconds timeout) {
  if (auto frame = next_frame(clock::now() + timeout)) return std::move(*frame);
  fail(eof_ ? "the server closed" : "no frame within " + std::to_string(timeout.count()) + " ms");
}

std::string ws_client::recv(std::chrono::milliseconds timeout) {
  const auto deadline = clock::now() + timeout;
  while (auto frame = next_frame(deadline)) {
    if (auto message = absorb(std::move(*frame))) return std::move(*message);
    if (close_code_) fail("closed by the server with code " + std::to_string(*close_code_));
  }
  fail(eof_ ? "the server closed" : "no message within " + std::to_string(timeout.count()) + " ms");
}

std::uint16_t ws_client::recv_close(std::chrono::milliseconds timeout) {
  const auto deadline = clock::now() + timeout;
  while (auto frame = next_frame(deadline)) {
    if (frame->opcode == 8) absorb(std::move(*frame));
  }
  if (!eof_) fail("still open after " + std::to_string(timeout.count()) + " ms");
  return close_code_.value_or(1006);
}

bool ws_client::quiet(std::chrono::milliseconds time) {
  const auto deadline = clock::now() + time;
  const auto held = in_.size() - read_at_;
  while (!eof_ && in_.size() - read_at_ == held) {
    if (!wait_readable(deadline)) return true;
    read_some();
  }
  return false;
}

}  // namespace actorgate::test
