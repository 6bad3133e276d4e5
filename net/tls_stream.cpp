#include "net/tls_stream.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace actorgate::net {
namespace {

/// Copies as much as fits, beginning at `offset`; how much that was.
std::size_t gather(std::span<const iovec> parts, std::size_t offset, std::span<char> to) {
  std::size_t size = 0;
  for (const auto& part : parts) {
    const auto skipped = std::min(offset, part.iov_len);
    offset -= skipped;
    const auto taken = std::min(part.iov_len - skipped, to.size() - size);
    if (taken > 0) std::memcpy(to.data() + size, static_cast<const char*>(part.iov_base) + skipped, taken);
    size += taken;
  }
  return size;
}

}  // namespace

void tls_stream::free_ssl::operator()(SSL* ssl) const { SSL_free(ssl); }

tls_stream::tls_stream(SSL* ssl, int socket) : ssl_(ssl) {
  if (ssl == nullptr || SSL_set_fd(ssl, socket) != 1) throw std::bad_alloc();
  SSL_set_accept_state(ssl);
}

tls_stream::~tls_stream() = default;

transfer tls_stream::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) return failure_of(result);
  state_ = state::open;
  return transfer::done;
}

transferred tls_stream::read(std::span<char> to) {
  if (state_ != state::open && state_ != state::ended) return {transfer::failed};
  ERR_clear_error();
  std::size_t size = 0;
  const int result = SSL_read_ex(ssl_.get(), to.data(), to.size(), &size);
  return result == 1 ? transferred{transfer::done, size} : transferred{failure_of(result)};
}

transferred tls_stream::write(std::span<const iovec> parts) {
  if (!unsent_.empty()) {
    if (const auto what = write_record(unsent_); what != transfer::done) return {what};
    std::string().swap(unsent_);
  }
  thread_local std::array<char, record_size> record;
  std::size_t written = 0;
  while (const auto size = gather(parts, written, record)) {
    const auto what = write_record({record.data(), size});
    if (what == transfer::failed) return {what, written};
    written += size;
    if (must_wait(what)) unsent_.assign(record.data(), size);
    if (what != transfer::done) return {what, written};
  }
  return {transfer::done, written};
}

transfer tls_stream::write_record(std::span<const char> bytes) {
  if (state_ != state::open) return transfer::failed;
  ERR_clear_error();
  std::size_t size = 0;
  const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &size);
  if (result == 1) return transfer::done;
  const auto what = failure_of(result);
  return must_wait(what) ? what : transfer::failed;
}

void tls_stream::say_end() {
  if (state_ != state::open) return;
  state_ = state::ended;
  // Behind the beginning of a record comes nothing but its end.
  if (!unsent_.empty()) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
}

/// After a failure OpenSSL may not be asked for anything any more.
transfer tls_stream::failure_of(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return transfer::wait_read;
    case SSL_ERROR_WANT_WRITE:
      return transfer::wait_write;
    case SSL_ERROR_ZERO_RETURN:
      return transfer::end;
    default:
      state_ = state::failed;
      return transfer::failed;
  }
}

}  // namespace actorgate::net
