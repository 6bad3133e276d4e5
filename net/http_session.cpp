#include "net/http_session.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <sys/uio.h>
#include <utility>

#include <boost/asio/post.hpp>

#include "net/http_framing.hpp"
#include "net/http_upgrade.hpp"

namespace actorgate::net {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::chrono::seconds drain_time{2};
/// What a new connection, and what is on its way, has to become a request when the service ends.
constexpr std::chrono::milliseconds last_chance{1'000};
// Less cannot complete a chunked body; Beast 1.81 asserts it.
constexpr std::size_t last_chunk_size = 5;
constexpr std::size_t short_body = 4096;
constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr char tls_handshake = 22;  // the type of a TLS client's first record (RFC 8446, section 5.1)

iovec part_of(std::string_view bytes, std::size_t from) {
  bytes.remove_prefix(std::min(from, bytes.size()));
  return {const_cast<char*>(bytes.data()), bytes.size()};
}

std::string text_of(boost::beast::string_view s) { return {s.data(), s.size()}; }

http_headers headers_of(const http::fields& fields) {
  http_headers headers;
  for (const auto& f : fields) {
    headers.emplace_back(canonical_header_name(text_of(f.name_string())), text_of(f.value()));
  }
  return headers;
}

std::string_view path_of(std::string_view uri) { return uri.substr(0, uri.find('?')); }

/// How many bytes of empty lines the text begins with.
std::size_t empty_lines(std::string_view text) {
  std::size_t size = 0;
  while (text.substr(size).starts_with("\r\n")) size += 2;
  return size;
}

/// Headers may come from a service: it must not write the rest of the answer by a line break, nor decide how
/// the answer is delimited or what the WebSocket speaks.
http_headers those_that_pass(http_headers headers) {
  std::erase_if(headers, [](const auto& h) {
    return !is_valid_header(h.first, h.second) ||
           owner_of(canonical_header_name(h.first)) == header_owner::door;
  });
  return headers;
}

/// The one answer to one request: whoever keeps it longer cannot answer the next one.
class exchange final : public http_responder {
public:
  explicit exchange(std::shared_ptr<http_session> session) : session_(std::move(session)) {}

  void respond(http_response response) override {
    if (const auto session = std::exchange(session_, nullptr)) session->respond(std::move(response));
  }
  void accept(http_headers headers, http_taken_over then) override {
    if (const auto session = std::exchange(session_, nullptr)) {
      session->accept(std::move(headers), std::move(then));
    }
  }
  void stream(http_headers headers, http_taken_over then) override {
    if (const auto session = std::exchange(session_, nullptr)) {
      session->stream(std::move(headers), std::move(then));
    }
  }

private:
  std::shared_ptr<http_session> session_;
};

}  // namespace

http_session::http_session(loop& l, client_socket socket, std::string remote_address,
                           std::shared_ptr<const http_door_options> options, http_door_owner& owner,
                           std::shared_ptr<http_sessions> all)
    : loop_(l),
      socket_(std::move(socket)),
      alarm_(l.context()),
      remote_address_(std::move(remote_address)),
      options_(std::move(options)),
      owner_(owner),
      all_(std::move(all)) {
  all_->enter(*this);
}

http_session::~http_session() { all_->leave(*this); }

void http_session::start() {
  if (!options_->tls) return await_request(options_->header_timeout);
  arm(options_->header_timeout);
  greet();
}

/// Goes on with a member when the socket can, unless it is closed before, perhaps in the same tick.
template <void (http_session::*next)()>
void http_session::resume(transfer direction) {
  socket_.wait(loop_, direction, [self = shared_from_this()](error_code error) {
    if (!error && self->socket_.is_open()) ((*self).*next)();
  });
}

// -- TLS --------------------------------------------------------------------------

/// The client's first bytes tell whether it speaks TLS.
void http_session::greet() {
  char first = 0;
  const auto got = socket_.peek({&first, 1});
  if (must_wait(got.what)) return resume<&http_session::greet>(got.what);
  if (got.what != transfer::done) return end();
  if (first >= 'A' && first <= 'Z') return refuse(400, "Client sent an HTTP request to an HTTPS server");
  if (first != tls_handshake) return end();
  socket_.start_tls(*options_->tls);
  handshake();
}

void http_session::handshake() {
  const auto what = socket_.handshake();
  if (must_wait(what)) return resume<&http_session::handshake>(what);
  if (what != transfer::done) return end();
  await_request(options_->header_timeout);
}

// -- reading ----------------------------------------------------------------------

void http_session::await_request(std::chrono::milliseconds patience) {
  request_.reset();
  scanned_ = 0;
  phase_ = phase::idle;
  arm(patience);
  // The first request has mostly come with the client; the next one takes it a while.
  keep_alive_ ? read_head() : on_readable();
  if (all_->winding_up() && socket_.is_open()) wind_up();
}

void http_session::wind_up() {
  if (phase_ > phase::idle) return;
  char next = 0;
  const bool is_new = !keep_alive_;
  // It may have been sent before the client could know.
  if (!is_new && socket_.peek({&next, 1}).what != transfer::done) return end();
  arm(last_chance);
}

void http_session::on_readable() {
  if (phase_ > phase::body) return;
  auto& buffer = loop_.read_buffer();
  const auto got = socket_.read(buffer);
  if (must_wait(got.what)) return resume<&http_session::on_readable>(got.what);
  if (got.what != transfer::done) return end();
  input_.append(buffer.data(), got.bytes);
  phase_ == phase::body ? read_body() : read_head();
}

void http_session::read_head() {
  // Some clients send an empty line behind a body (RFC 9112, section 2.2).
  if (phase_ == phase::idle) input_.erase(0, empty_lines(input_));
  if (input_.empty()) std::string().swap(input_);
  if (input_.empty() || input_ == "\r") return read();
  if (std::exchange(phase_, phase::head) == phase::idle) arm(options_->header_timeout);
  const auto found = find_head_end(input_, scanned_);
  if (found.what == head_end::kind::malformed) return refuse(400, "Bad request");
  const auto size = found.what == head_end::kind::found ? found.size : input_.size();
  if (size > options_->header_limit) return refuse(431, "Request header too large");
  if (found.what == head_end::kind::more) return read();
  on_head(size);
}

void http_session::on_head(std::size_t size) {
  const auto head = input_.substr(0, size);
  input_.erase(0, size);
  auto& p = parser_.emplace();
  p.header_limit(options_->header_limit);
  p.body_limit(options_->body_limit);
  error_code error;
  p.put(boost::asio::buffer(head), error);
  if (error) return refuse_unparsed(error, head);
  const auto& said = p.get();
  version_ = said.version();
  keep_alive_ = p.keep_alive() && options_->idle_timeout.count() > 0;
  auto& r = request_.emplace();
  r.method = text_of(said.method_string());
  r.said.uri = origin_form(text_of(said.target()));
  r.said.remote_address = remote_address_;
  r.said.headers = headers_of(said);
  if (const auto status = refusal_of(version_, r.said.headers)) return refuse(*status, "Bad request");
  if (r.said.uri.empty()) return refuse(400, "Bad request");
  if (const auto* host = find_header(r.said.headers, "Host")) r.said.host = *host;
  remove_header(r.said.headers, "Host");
  begin_body();
}

void http_session::begin_body() {
  const auto expected = expectation_of(version_, request_->said.headers);
  if (expected == expectation::unknown) return refuse(417, "Expectation failed");
  if (parser_->is_done()) return take_request();
  phase_ = phase::body;
  arm(options_->body_timeout);
  parser_->eager(true);
  if (expected == expectation::go_on && input_.empty()) {
    const iovec part = part_of(go_on, 0);
    // A client whose buffer is full of answers has not waited for this.
    if (socket_.write({&part, 1}).what != transfer::done) return end();
  }
  read_body();
}

void http_session::read_body() {
  if (input_.size() < (parser_->chunked() ? last_chunk_size : 1)) return read();
  error_code error;
  input_.erase(0, parser_->put(boost::asio::buffer(input_), error));
  if (error && error != http::error::need_more) return refuse_unparsed(error, {});
  if (parser_->is_done()) return take_request();
  // Chunk extensions and trailers are nothing that we would read much of.
  if (input_.size() > options_->header_limit) return refuse(431, "Request header too large");
  read();
}

/// The request is complete; from here on it is the owner's turn, for which there is no time limit.
void http_session::take_request() {
  loop_.note_message();
  deadline_ = never;
  phase_ = phase::answering;
  request_->body = std::move(parser_->get().body());
  parser_.reset();
  const auto& said = request_->said;
  const auto verdict = path_of(said.uri) == options_->ws_path
                           ? judge_upgrade(request_->method, version_, said)
                           : upgrade_verdict::none;
  switch (verdict) {
    case upgrade_verdict::none:
      return owner_.on_request(loop_, *request_, std::make_shared<exchange>(shared_from_this()));
    case upgrade_verdict::malformed:
      return refuse(400, "Invalid WebSocket upgrade");
    case upgrade_verdict::wrong_version:
      // RFC 6455, section 4.4, and RFC 9110, section 15.5.22.
      return refuse(426, "Unsupported WebSocket version",
                    {{"Sec-WebSocket-Version", "13"}, {"Upgrade", "websocket"}});
    case upgrade_verdict::valid:
      if (!origin_allowed(said, options_->cors)) return respond(forbidden_origin(options_->cors, *request_));
      return owner_.on_upgrade(loop_, said, std::make_shared<exchange>(shared_from_this()));
  }
}

// -- answering --------------------------------------------------------------------

void http_session::respond(http_response response) {
  response.headers = those_that_pass(std::move(response.headers));
  answer(std::move(response));
}

void http_session::accept(http_headers headers, http_taken_over then) {
  const auto* key = find_header(request_->said.headers, "Sec-Websocket-Key");
  if (key == nullptr) return refuse(500, "Not an upgrade");
  headers = those_that_pass(std::move(headers));
  headers.emplace_back("Upgrade", "websocket");
  headers.emplace_back("Connection", "Upgrade");
  headers.emplace_back("Sec-WebSocket-Accept", accept_key(*key));
  auto deflate = options_->compression ? deflate_answer(request_->said.headers) : std::string{};
  compressed_ = !deflate.empty();
  if (compressed_) headers.emplace_back("Sec-WebSocket-Extensions", std::move(deflate));
  then_ = std::move(then);
  write(101, headers, {});
}

void http_session::stream(http_headers headers, http_taken_over then) {
  headers = those_that_pass(std::move(headers));
  keep_alive_ = false;
  chunked_ = version_ >= 11;
  if (chunked_) headers.emplace_back("Transfer-Encoding", "chunked");
  headers.emplace_back("Connection", "close");
  if (request_->method != "HEAD") then_ = std::move(then);
  write(200, headers, {});
}

void http_session::refuse_unparsed(error_code error, std::string_view head) {
  if (error == http::error::body_limit) return refuse(413, "Request body too large");
  if (error == http::error::bad_version && is_other_version(head))
    return refuse(505, "Unsupported HTTP version");
  refuse(400, "Bad request");
}

/// What the client sends behind it cannot be trusted to be a request.
void http_session::refuse(unsigned status, std::string_view message, http_headers headers) {
  keep_alive_ = false;
  auto response = error_response(status, {"system.badRequest", std::string(message)});
  std::move(headers.begin(), headers.end(), std::back_inserter(response.headers));
  answer(std::move(response));
}

/// With all headers as they are.
void http_session::answer(http_response response) {
  auto& headers = response.headers;
  if (all_->winding_up()) keep_alive_ = false;
  if (has_no_body(response.status)) {
    response.body.clear();
  } else {
    headers.emplace_back("Content-Length", std::to_string(response.body.size()));
  }
  if (!keep_alive_) {
    headers.emplace_back("Connection", "close");
  } else if (version_ < 11) {
    headers.emplace_back("Connection", "keep-alive");
  }
  if (request_ && request_->method == "HEAD") response.body.clear();
  write(response.status, headers, std::move(response.body));
}

void http_session::write(unsigned status, const http_headers& headers, std::string body) {
  phase_ = phase::writing;
  arm(options_->body_timeout);
  head_ = response_head(status, headers);
  // The kernel takes one part more quickly than two.
  if (body.size() <= short_body) {
    head_ += body;
  } else {
    body_ = std::move(body);
  }
  written_ = 0;
  write_more();
}

void http_session::write_more() {
  const std::array parts{part_of(head_, written_),
                         part_of(body_, written_ - std::min(written_, head_.size()))};
  const auto sent = socket_.write(parts);
  written_ += sent.bytes;
  if (must_wait(sent.what)) return resume<&http_session::write_more>(sent.what);
  if (sent.what != transfer::done) return end();
  // Not from here: each answer to what has been pipelined would make the stack deeper.
  boost::asio::post(loop_.context(), [self = shared_from_this()] { self->on_written(); });
}

void http_session::on_written() {
  if (!socket_.is_open()) return;
  std::string().swap(head_);
  std::string().swap(body_);
  if (const auto then = std::exchange(then_, nullptr)) {
    alarm_.cancel();
    return then({std::move(socket_), std::move(input_), chunked_, compressed_});
  }
  if (keep_alive_) return await_request(options_->idle_timeout);
  socket_.shutdown_send();
  phase_ = phase::draining;
  arm(drain_time);
  drain();
}

/// Reads to the end before TCP is closed: unread input would turn the close into a reset, and that would
/// overtake the answer.
void http_session::drain() {
  const auto got = socket_.read(loop_.read_buffer());
  if (got.what == transfer::done) return resume<&http_session::drain>(transfer::wait_read);
  must_wait(got.what) ? resume<&http_session::drain>(got.what) : end();
}

// -- time -------------------------------------------------------------------------

/// Most deadlines are moved before they come. So the alarm is only set anew if it would ring too late; when
/// it rings too early, it is set to what the deadline is by then.
void http_session::arm(std::chrono::milliseconds patience) {
  deadline_ = timer::clock_type::now() + patience;
  if (deadline_ < alarm_.expiry() || !alarm_set_) set_alarm();
}

void http_session::set_alarm() {
  alarm_set_ = true;
  alarm_.expires_at(deadline_);
  alarm_.async_wait([weak = weak_from_this()](error_code cancelled) {
    const auto self = weak.lock();
    if (cancelled || !self) return;
    self->alarm_set_ = false;
    if (self->deadline_ <= timer::clock_type::now()) return self->on_deadline();
    if (self->deadline_ != never) self->set_alarm();
  });
}

void http_session::on_deadline() {
  if (phase_ == phase::head || phase_ == phase::body) return refuse(408, "Request took too long");
  if (phase_ == phase::writing) socket_.reset_on_close();
  end();
}

void http_session::end() {
  deadline_ = never;
  alarm_.cancel();
  socket_.close();
}

}  // namespace actorgate::net
