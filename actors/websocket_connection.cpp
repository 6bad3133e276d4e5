#include "actors/websocket_connection.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "actors/http_answer.hpp"
#include "actors/identity.hpp"
#include "actors/outcome.hpp"
#include "actors/relay.hpp"
#include "actors/trace.hpp"

namespace actorgate::actors {

using protocol::request_kind;

namespace {

cache::request_tag tag_of(const protocol::client_request& r) { return {r.id, r.kind}; }

}  // namespace

websocket_connection::websocket_connection(caf::actor_config& config, caf::execution_unit* home,
                                           const address_book& book, cache::watcher_id shard, net::loop& loop,
                                           const net::handshake& said)
    : connection(config, home, book, shard, false), loop_(loop) {
  handshake_ = describe(said);
  trace_ = trace_headers(said);
}

// -- the upgrade --------------------------------------------------------------

void websocket_connection::open(net::http_responder_ptr door) {
  door_ = std::move(door);
  const auto& how = book_.config.http.ws_header_auth;
  how ? request_header_auth(own_answer(0), how) : accept({});
}

void websocket_connection::on_own_answer(std::uint64_t, service_replied& reply) {
  const auto meta = meta_of(reply);
  net::http_headers headers;
  net::merge_headers(headers, meta.headers);
  if (!meta.decides()) return accept(std::move(headers));
  end_session();
  const auto outcome =
      read_outcome(reply, [](std::string_view text) { return protocol::read_call_response(text, false); });
  door_->respond(decided(meta.status, outcome, book_.config.http.api_path, std::move(headers)));
  door_ = nullptr;
}

void websocket_connection::accept(net::http_headers headers) {
  // Lives on in what waits for the socket; if that never comes, there is nothing to wait for.
  const std::shared_ptr<websocket_connection> waiting{this, [self = self()](websocket_connection* c) {
                                                        if (!c->socket_) c->end_session();
                                                      }};
  door_->accept(std::move(headers), [waiting](net::http_taken taken) { waiting->start(std::move(taken)); });
  door_ = nullptr;
}

void websocket_connection::start(net::http_taken taken) {
  socket_.emplace(loop_, std::move(taken.socket), book_.config.websocket,
                  static_cast<net::websocket_owner&>(*this), taken.compressed);
  enter();
  spdlog::debug("{} has come", cid());
  if (book_.config.connection_events) announce(protocol::connected(cid(), book_.config.node_id));
  ++counts().websockets;
  ++counts().websockets_opened;
  socket_->start(taken.already_read);
}

void websocket_connection::announce(protocol::connection_event what) {
  // At the very end, nobody is left to be told.
  if (book_.nats) send(book_.nats, publish_event{std::move(what.subject), std::move(what.payload)});
}

void websocket_connection::close(net::close_reason why) {
  if (socket_) socket_->close(why);
}

// -- the client ---------------------------------------------------------------

void websocket_connection::on_message(std::string_view text) {
  std::string storage;
  const auto request = protocol::client_request::read(text, storage);
  // Without an id there is nothing to answer.
  if (!request) return;
  if (tap().listens()) {
    const bool hides = request->kind == request_kind::auth;
    const auto said = hides ? std::string{hidden_auth_request} : shown(text);
    tap().tell(cid(), request->rid, fmt::format("{} says: {}", cid(), said));
  }
  ++counts().requests[static_cast<std::size_t>(request->kind)];
  counts().bytes_in += text.size();
  handle(*request);
  after_view();
}

void websocket_connection::on_oversize(std::string_view prefix) {
  const auto id = protocol::read_request_id(prefix);
  if (!id) return socket_->close(net::close_reason::too_big);
  refuse({*id, request_kind::invalid}, protocol::errors::internal_error());
}

void websocket_connection::on_closed(net::close_reason why) {
  end_session();
  if (book_.config.connection_events) {
    announce(protocol::disconnected(cid(), book_.config.node_id, net::name_of(why)));
  }
  leave();
  spdlog::debug("{} has gone: {}", cid(), net::to_string(why));
  --counts().websockets;
  ++counts().closed[static_cast<std::size_t>(why)];
}

void websocket_connection::handle(const protocol::client_request& request) {
  if (request.kind == request_kind::invalid)
    return refuse(tag_of(request), protocol::errors::invalid_request());
  if (request.kind == request_kind::version) return handle_version(request);
  auto& s = in_session();
  s.view.set_version(version_);
  if (request.kind == request_kind::unsubscribe) return handle_unsubscribe(request);
  if (too_long(protocol::split_rid(request.rid).name, request.method)) {
    return refuse(tag_of(request), protocol::errors::subject_too_long());
  }
  if (is_too_much(s, request)) return refuse(tag_of(request), protocol::errors::request_limit_exceeded());
  switch (request.kind) {
    case request_kind::subscribe:
      return s.view.subscribe(request.id, request.rid);
    case request_kind::get:
      return s.view.get(request.id, request.rid);
    default:
      return handle_call(request);
  }
}

bool websocket_connection::is_too_much(session& s, const protocol::client_request& request) {
  // A query may be long; the number of resources bounds what short ones take.
  constexpr std::size_t long_rid = 1024;
  const auto& limits = book_.config;
  if (limits.request_rate > 0 && is_too_fast(s)) return true;
  return s.view.pending() + s.calls.size() >= limits.pending_requests ||
         s.params + request.params.size() > limits.pending_bytes ||
         (request.rid.size() > long_rid && s.view.rid_bytes() + request.rid.size() > limits.rid_bytes);
}

/// Counts from one second to the next.
bool websocket_connection::is_too_fast(session& s) {
  const auto second =
      static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(now().time_since_epoch()).count());
  if (std::exchange(s.second, second) != second) s.in_second = 0;
  return ++s.in_second > book_.config.request_rate;
}

void websocket_connection::handle_version(const protocol::client_request& request) {
  const auto text = protocol::read_version_params(request.params);
  if (!text) return refuse(tag_of(request), protocol::errors::invalid_params());
  if (!text->empty()) {
    const auto version = protocol::version::parse(*text);
    if (!version) return refuse(tag_of(request), protocol::errors::unsupported_protocol());
    version_ = *version;
    if (auto* s = session_or_null()) s->view.set_version(version_);
  }
  respond(tag_of(request), protocol::version_result());
}

void websocket_connection::handle_unsubscribe(const protocol::client_request& request) {
  const auto count = protocol::read_unsubscribe_count(request.params);
  if (!count) return refuse(tag_of(request), protocol::errors::invalid_params());
  in_session().view.unsubscribe(request.id, request.rid, *count);
}

void websocket_connection::handle_call(const protocol::client_request& request) {
  const auto method = request.kind == request_kind::create ? std::string_view{"new"} : request.method;
  start_call(
      {request.kind, request.id, std::string{request.rid}, std::string{method}, std::string{request.params}});
}

void websocket_connection::answer_call(const call& finished) {
  const cache::request_tag tag{finished.id, finished.kind};
  const bool is_new = finished.method == "new" && finished.kind != request_kind::auth;
  const auto outcome = read_outcome(
      finished.reply, [is_new](std::string_view text) { return protocol::read_call_response(text, is_new); });
  if (const auto* why = std::get_if<protocol::error>(&outcome)) return refuse(tag, *why);
  const auto& [payload, rid] = std::get<protocol::call_result>(outcome);
  const bool creates = finished.kind == request_kind::create;
  if (rid.empty()) {
    if (creates) return refuse(tag, protocol::errors::internal_error());
    return respond(tag, protocol::payload_result(payload, version_));
  }
  if (!creates && !version_.wraps_payload()) {
    return respond(tag, protocol::rid_result(rid, {}));
  }
  in_session().responses.emplace_back(tag, rid);
}

/// Subscribes to what services have answered with.
void websocket_connection::settled() {
  for (auto* s = session_or_null(); s && !s->responses.empty();) {
    for (const auto& [tag, rid] : std::exchange(s->responses, {})) {
      s->view.subscribe_response(tag.id, rid, tag.kind);
    }
  }
  if (retiring_ && !has_pending()) close(*retiring_);
}

void websocket_connection::retire(net::close_reason why) {
  retiring_ = why;
  settled();
}

bool websocket_connection::has_pending() {
  const auto* s = session_or_null();
  return s && s->view.pending() + s->calls.size() > 0;
}

void websocket_connection::respond(cache::request_tag to, std::string_view result) {
  counts().count(to.kind, client_outcome::ok);
  if (to.kind != request_kind::auth) return client_view_port::respond(to, result);
  // It may be what nobody else is to know.
  if (tap().listens()) trace_told("answer to an auth request (hidden)");
  write(net::frame::text(
      {result.empty() ? protocol::empty_message(to.id) : protocol::result_message(to.id, result)}));
}

void websocket_connection::trace_told(const std::string& what) {
  tap().tell(cid(), {}, fmt::format("{} is told: {}", cid(), what));
}

void websocket_connection::refuse(cache::request_tag to, const protocol::error& why) {
  counts().count(to.kind, outcome_of(why));
  client_view_port::refuse(to, why);
}

void websocket_connection::send(const cache::relayed_event& event) {
  ++counts().events_out;
  if (tap().listens()) trace_told(static_cast<const framed_event&>(event).text());
  write(static_cast<const framed_event&>(event).frame(version_));
}

void websocket_connection::send(std::string message) {
  if (tap().listens()) trace_told(message);
  write(net::frame::text({message}));
}

void websocket_connection::write(net::frame_ptr frame) {
  counts().bytes_out += frame->bytes().size();
  socket_->send(std::move(frame));
}

}  // namespace actorgate::actors
