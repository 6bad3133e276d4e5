#include "net/http_session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "net/http_upgrade.hpp"

namespace actorgate::net {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::chrono::seconds drain_time{2};

std::string text_of(boost::beast::string_view s) { return {s.data(), s.size()}; }

http_request convert(http::request<http::string_body>&& from, const std::string& remote_address) {
  http_request to;
  to.method = text_of(from.method_string());
  to.said.uri = text_of(from.target());
  to.said.remote_address = remote_address;
  for (const auto& field : from) {
    if (field.name() == http::field::host) {
      to.said.host = text_of(field.value());
    } else {
      to.said.headers.emplace_back(canonical_header_name(text_of(field.name_string())),
                                   text_of(field.value()));
    }
  }
  to.body = std::move(from.body());
  return to;
}

std::string_view path_of(std::string_view uri) { return uri.substr(0, uri.find('?')); }

/// Headers may come from a service: it must not write the rest of the answer by a line break, nor decide how
/// the answer is delimited or what the WebSocket speaks.
bool may_pass(const std::pair<std::string, std::string>& header) {
  constexpr std::string_view name_breakers{"\r\n\0: ", 5}, value_breakers{"\r\n\0", 3};
  constexpr std::array<std::string_view, 5> ours{"Content-Length", "Transfer-Encoding", "Connection",
                                                 "Sec-Websocket-Extensions", "Sec-Websocket-Protocol"};
  const auto& [name, value] = header;
  return !name.empty() && name.find_first_of(name_breakers) == std::string::npos &&
         value.find_first_of(value_breakers) == std::string::npos &&
         std::find(ours.begin(), ours.end(), canonical_header_name(name)) == ours.end();
}

bool has_no_body(unsigned status) { return status < 200 || status == 204 || status == 304; }

/// A body as RES errors look over HTTP.
http_response error_response(unsigned status, std::string_view code, std::string_view text) {
  std::string body = R"({"code":")";
  body.append(code).append(R"(","message":")").append(text).append(R"("})");
  return {.status = status,
          .headers = {{"Content-Type", "application/json; charset=utf-8"}},
          .body = std::move(body)};
}

}  // namespace

void http_door_owner::on_upgrade(loop&, const handshake&, http_responder_ptr responder) {
  responder->accept({});
}

void http_door_owner::on_request(loop&, const http_request&, http_responder_ptr responder) {
  responder->respond(error_response(404, "system.notFound", "Not found"));
}

http_session::http_session(loop& l, tcp_socket socket, std::string remote_address,
                           std::shared_ptr<const http_door_options> options, http_door_owner& owner)
    : loop_(l),
      stream_(std::move(socket)),
      remote_address_(std::move(remote_address)),
      options_(std::move(options)),
      owner_(owner) {}

void http_session::start() { read_header(); }

// -- reading ------------------------------------------------------------------

void http_session::read_header() {
  parser_.emplace();
  parser_->header_limit(options_->header_limit);
  parser_->body_limit(options_->body_limit);
  stream_.expires_after(options_->header_timeout);
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = shared_from_this()](error_code error, std::size_t) {
                            if (error) return self->refuse_read(error);
                            self->on_header();
                          });
}

void http_session::on_header() {
  const auto& header = parser_->get();
  stream_.expires_after(options_->body_timeout);
  if (parser_->is_done() || !boost::beast::iequals(header[http::field::expect], "100-continue"))
    return read_body();
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  boost::asio::async_write(stream_, boost::asio::buffer(go_on),
                           [self = shared_from_this()](error_code error, std::size_t) {
                             if (!error) self->read_body();
                           });
}

void http_session::read_body() {
  http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
    if (error) return self->refuse_read(error);
    self->take_request();
  });
}

/// The request is complete; from here on it is the owner's turn, for which there is no time limit.
void http_session::take_request() {
  stream_.expires_never();
  auto incoming = parser_->release();
  const auto version = incoming.version();
  const auto hosts = incoming.count(http::field::host);
  keep_alive_ = incoming.keep_alive();
  request_ = convert(std::move(incoming), remote_address_);
  answering_ = false;
  // RFC 7230, section 5.4.
  if (hosts > 1 || (hosts == 0 && version >= 11)) return refuse(400, "system.badRequest", "Bad request");
  const auto verdict = path_of(request_.said.uri) == options_->ws_path
                           ? judge_upgrade(request_.method, version, request_.said)
                           : upgrade_verdict::none;
  switch (verdict) {
    case upgrade_verdict::none:
      return owner_.on_request(loop_, request_, shared_from_this());
    case upgrade_verdict::malformed:
      return refuse(400, "system.badRequest", "Invalid WebSocket upgrade");
    case upgrade_verdict::wrong_version:
      return refuse(426, "system.badRequest", "Unsupported WebSocket version");
    case upgrade_verdict::valid:
      if (!origin_allowed(request_.said, options_->allow_origin)) {
        return refuse(403, "system.forbidden", "Forbidden origin");
      }
      return owner_.on_upgrade(loop_, request_.said, shared_from_this());
  }
}

void http_session::refuse_read(error_code error) {
  if (error == http::error::header_limit) return refuse(431, "system.badRequest", "Request header too large");
  if (error == http::error::body_limit) return refuse(413, "system.badRequest", "Request body too large");
  const bool silent = error == http::error::end_of_stream || error == http::error::partial_message;
  if (!silent && error.category() == error_code(http::error::bad_method).category()) {
    refuse(400, "system.badRequest", "Bad request");
  }
  // Anything else is TCP's end or a time-out: nobody is left to tell.
}

void http_session::refuse(unsigned status, std::string_view code, std::string_view text) {
  keep_alive_ = false;
  answering_ = false;
  auto response = error_response(status, code, text);
  // RFC 6455, section 4.4, and RFC 7231, section 6.5.15.
  if (status == 426)
    response.headers.insert(response.headers.end(),
                            {{"Sec-WebSocket-Version", "13"}, {"Upgrade", "websocket"}});
  respond(std::move(response));
}

// -- answering ----------------------------------------------------------------

void http_session::respond(http_response response) {
  if (std::exchange(answering_, true)) return;
  auto& answer = answer_.emplace();
  answer.result(response.status);
  for (const auto& header : response.headers) {
    if (may_pass(header)) answer.insert(header.first, header.second);
  }
  answer.keep_alive(keep_alive_);
  if (!has_no_body(response.status)) {
    answer.content_length(response.body.size());
    if (request_.method != "HEAD") answer.body() = std::move(response.body);
  }
  write();
}

void http_session::accept(http_headers headers) {
  if (std::exchange(answering_, true)) return;
  auto& answer = answer_.emplace();
  answer.result(http::status::switching_protocols);
  for (const auto& header : headers) {
    if (may_pass(header)) answer.insert(header.first, header.second);
  }
  answer.set(http::field::upgrade, "websocket");
  answer.set(http::field::connection, "Upgrade");
  answer.set(http::field::sec_websocket_accept, accept_key(*find_header(request_.said, "Sec-Websocket-Key")));
  write();
}

void http_session::write() {
  stream_.expires_after(options_->body_timeout);
  http::async_write(stream_, *answer_, [self = shared_from_this()](error_code error, std::size_t) {
    if (!error) self->on_written();
  });
}

void http_session::on_written() {
  if (answer_->result() == http::status::switching_protocols) return upgrade();
  answer_.reset();
  if (keep_alive_) return await_next();
  error_code ignored;
  stream_.socket().shutdown(tcp_socket::shutdown_send, ignored);
  stream_.expires_after(drain_time);
  drain();
}

void http_session::upgrade() {
  const auto rest = buffer_.data();
  std::string already_read(static_cast<const char*>(rest.data()), rest.size());
  stream_.expires_never();
  owner_.on_websocket(loop_, stream_.release_socket(), std::move(request_.said), std::move(already_read));
}

void http_session::await_next() {
  request_ = {};
  parser_.reset();
  if (buffer_.size() > 0) return read_header();
  stream_.expires_after(options_->idle_timeout);
  stream_.async_read_some(buffer_.prepare(1024),
                          [self = shared_from_this()](error_code error, std::size_t size) {
                            if (error) return;
                            self->buffer_.commit(size);
                            self->read_header();
                          });
}

/// Reads to the end before TCP is closed: unread input would turn the close into a reset, and that would
/// overtake the answer.
void http_session::drain() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](error_code error, std::size_t) {
    if (!error) self->drain();
  });
}

}  // namespace actorgate::net
