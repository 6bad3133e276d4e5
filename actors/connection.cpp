#include "actors/connection.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>

#include "actors/identity.hpp"
#include "actors/outcome.hpp"
#include "actors/relay.hpp"
#include "protocol/rid.hpp"
#include "protocol/service_request.hpp"

namespace actorgate::actors {

using protocol::request_kind;

namespace {

/// Subjects are made of a type, a name and perhaps a method; with these and the inbox for the reply, no
/// protocol line may pass NATS' limit of 4096 bytes.
constexpr std::size_t max_name = 4000;

bool too_long(std::string_view name, std::string_view method) {
  return name.size() + method.size() > max_name;
}

/// Tickets of the service's answers: the view's for access, the session's for calls, none for what nobody
/// waits for.
constexpr std::uint64_t access_answer(std::uint64_t ticket) { return ticket << 1; }
constexpr std::uint64_t call_answer(std::uint64_t ticket) { return ticket << 1 | 1; }
constexpr std::uint64_t no_answer = 0;

}  // namespace

connection::connection(caf::actor_config& config, caf::execution_unit* home, const address_book& book,
                       cache::watcher_id shard, net::loop& loop, net::tcp_socket socket,
                       const net::handshake& said)
    : lean_actor(config, home),
      book_(book),
      socket_(loop, std::move(socket), book.config.websocket, *this),
      cid_(make_cid()),
      handshake_(describe(said)),
      shard_(shard) {
  book_.statistics->connections.fetch_add(1, std::memory_order_relaxed);
}

connection::~connection() = default;

void connection::start(std::string_view already_read) {
  send(book_.places[shard_].hub, connection_opened{self()});
  socket_.start(already_read);
}

/// Before a service can hear of the cid, it can be heard.
connection::session& connection::in_session() {
  if (!session_) {
    cache::client_view_limits limits;
    limits.resources = book_.config.subscriptions;
    limits.throttle_references = book_.config.reference_throttle > 0;
    session_ = std::make_unique<session>(*this, limits);
    session_->view.set_version(version_);
    send(book_.nats, subscribe_connection{cid_, self()});
  }
  return *session_;
}

// -- the client ---------------------------------------------------------------

void connection::on_message(std::string_view text) {
  std::string storage;
  const auto request = protocol::client_request::read(text, storage);
  // Without an id there is nothing to answer.
  if (!request) return;
  handle(*request);
  subscribe_responses();
}

void connection::on_oversize(std::string_view prefix) {
  const auto id = protocol::read_request_id(prefix);
  if (!id) return socket_.close(net::close_reason::too_big);
  fail(*id, protocol::errors::internal_error());
}

void connection::on_closed(net::close_reason) {
  book_.statistics->connections.fetch_sub(1, std::memory_order_relaxed);
  send(book_.places[shard_].hub, connection_closed{self()});
  if (!session_) return;
  session_->view.clear();
  session_ = nullptr;
  send(book_.nats, unsubscribe_connection{cid_});
}

void connection::handle(const protocol::client_request& request) {
  if (request.kind == request_kind::invalid) return fail(request.id, protocol::errors::invalid_request());
  if (request.kind == request_kind::version) return handle_version(request);
  const bool waits = request.kind != request_kind::unsubscribe;
  if (waits && too_long(protocol::split_rid(request.rid).name, request.method)) {
    return fail(request.id, protocol::errors::subject_too_long());
  }
  auto& view = in_session().view;
  if (waits && view.pending() + session_->calls.size() >= book_.config.pending_requests) {
    return fail(request.id, protocol::errors::request_limit_exceeded());
  }
  switch (request.kind) {
    case request_kind::subscribe:
      return view.subscribe(request.id, request.rid);
    case request_kind::get:
      return view.get(request.id, request.rid);
    case request_kind::unsubscribe: {
      const auto count = protocol::read_unsubscribe_count(request.params);
      if (!count) return fail(request.id, protocol::errors::invalid_params());
      return view.unsubscribe(request.id, request.rid, *count);
    }
    default:
      return handle_call(request);
  }
}

void connection::handle_version(const protocol::client_request& request) {
  const auto text = protocol::read_version_params(request.params);
  if (!text) return fail(request.id, protocol::errors::invalid_params());
  if (!text->empty()) {
    const auto version = protocol::version::parse(*text);
    if (!version) return fail(request.id, protocol::errors::unsupported_protocol());
    version_ = *version;
    if (session_) session_->view.set_version(version_);
  }
  send(protocol::result_message(request.id, protocol::version_result()));
}

void connection::handle_call(const protocol::client_request& request) {
  auto& s = in_session();
  const auto ticket = s.next_call++;
  const auto method = request.kind == request_kind::create ? std::string_view{"new"} : request.method;
  auto& c = s.calls[ticket];
  c = {request.kind, request.id, std::string{request.rid}, std::string{method}, std::string{request.params}};
  // Authentication needs no access.
  if (c.kind == request_kind::auth) return ask_service(call_answer(ticket), "auth.", c);
  s.view.call(ticket, c.rid, c.method);
}

void connection::fail(std::uint64_t id, const protocol::error& why) {
  send(protocol::error_message(id, why));
}

// -- services -----------------------------------------------------------------

void connection::request(std::uint64_t ticket, std::string subject, std::string payload, std::string name,
                         cache::throttle_id throttle) {
  send(book_.nats,
       send_request{
           std::move(subject), std::move(payload), ticket, {std::move(name), self(), shard_}, throttle});
}

void connection::ask_service(std::uint64_t ticket, std::string_view type, const call& c) {
  const auto rid = expand(c.rid);
  const auto [name, query] = protocol::split_rid(rid);
  const protocol::requester who{cid_, session_->token};
  auto subject = std::string{type};
  subject.append(name).append(".").append(c.method);
  request(ticket, std::move(subject),
          c.kind == request_kind::auth ? protocol::auth_payload(who, query, c.params, handshake_)
                                       : protocol::call_payload(who, query, c.params),
          std::string{name});
}

void connection::on(service_replied& reply) {
  if (!session_ || reply.ticket == no_answer) return;
  const auto ticket = reply.ticket >> 1;
  if (reply.ticket == access_answer(ticket)) {
    session_->view.on_access(ticket, read_outcome(reply, protocol::read_access_response));
  } else {
    auto& c = session_->calls.at(ticket);
    c.reply = std::move(reply);
    session_->view.on_reply(ticket, c.rid);
  }
  subscribe_responses();
}

/// What may be answered is answered at once: held events follow.
void connection::pass(std::uint64_t ticket) { answer(session_->calls.extract(ticket).mapped()); }

/// Subscribes to what services have answered with.
void connection::subscribe_responses() {
  while (session_ && !session_->responses.empty()) {
    for (const auto& [id, rid] : std::exchange(session_->responses, {}))
      session_->view.subscribe_response(id, rid);
  }
}

void connection::answer(call finished) {
  const bool is_new = finished.method == "new" && finished.kind != request_kind::auth;
  const auto outcome = read_outcome(
      finished.reply, [is_new](std::string_view text) { return protocol::read_call_response(text, is_new); });
  if (const auto* why = std::get_if<protocol::error>(&outcome)) return fail(finished.id, *why);
  const auto& [payload, rid] = std::get<protocol::call_result>(outcome);
  const bool creates = finished.kind == request_kind::create;
  if (rid.empty()) {
    if (creates) return fail(finished.id, protocol::errors::internal_error());
    return send(protocol::result_message(finished.id, protocol::payload_result(payload, version_)));
  }
  if (!creates && !version_.wraps_payload()) {
    return send(protocol::result_message(finished.id, protocol::rid_result(rid, {})));
  }
  session_->responses.emplace_back(finished.id, rid);
}

void connection::on(event_arrived& event) {
  const auto subject = event.message->subject();
  if (!session_ || !subject.ends_with(".token")) return;
  auto token = protocol::read_token_event(event.message->data());
  if (!token) return spdlog::warn("a token event makes no sense");
  const bool had_token = !session_->token.empty();
  session_->token = std::move(token->token);
  session_->tid = std::move(token->tid);
  // What was asked without a token needs no second question.
  if (had_token) session_->view.on_token_changed();
  subscribe_responses();
}

void connection::on(reset_tokens& command) {
  if (!session_ || session_->tid.empty()) return;
  const auto& tids = command.which->tids;
  if (std::find(tids.begin(), tids.end(), session_->tid) == tids.end()) return;
  const protocol::requester who{cid_, session_->token};
  request(no_answer, command.which->subject, protocol::auth_payload(who, {}, {}, handshake_), {});
}

// -- the view -----------------------------------------------------------------

void connection::watch(cache::slot_id slot, std::string_view rid, cache::throttle_id throttle) {
  const auto expanded = expand(rid);
  const auto [name, query] = protocol::split_rid(expanded);
  if (too_long(name, {})) {
    return send(self(),
                slot_failed{slot, std::make_shared<protocol::error>(protocol::errors::subject_too_long())});
  }
  // Trees are numbered by each view; together with our own id that is unique in the gateway.
  const auto group = throttle ? id() << 24 | (throttle & 0xffffff) : 0;
  send(book_.places[shard_].hub,
       subscribe_client{self(), slot, std::string{name}, std::string{query}, std::string{rid}, group});
}

void connection::unwatch(cache::slot_id slot, std::string_view rid) {
  const auto expanded = expand(rid);
  const auto [name, query] = protocol::split_rid(expanded);
  send(book_.places[shard_].hub,
       unsubscribe_client{self(), slot, std::string{name}, std::string{query}, std::string{rid}});
}

void connection::ask_access(std::uint64_t ticket, std::string_view rid, cache::throttle_id throttle) {
  const auto expanded = expand(rid);
  const auto [name, query] = protocol::split_rid(expanded);
  request(access_answer(ticket), "access." + std::string{name},
          protocol::access_payload({cid_, session_->token}, query), {}, throttle);
}

void connection::call_granted(std::uint64_t ticket) {
  ask_service(call_answer(ticket), "call.", session_->calls.at(ticket));
}

void connection::call_refused(std::uint64_t ticket, const protocol::error& why) {
  fail(session_->calls.extract(ticket).mapped().id, why);
}

void connection::send(const cache::relayed_event& event) {
  socket_.send(static_cast<const framed_event&>(event).frame(version_));
}

void connection::send(std::string message) { socket_.send(net::frame::text({message})); }

void connection::on(slot_loaded& fact) {
  if (!session_) return;
  session_->view.on_loaded(fact.slot, std::move(fact.content));
  subscribe_responses();
}

void connection::on(slot_failed& fact) {
  if (!session_) return;
  session_->view.on_failed(fact.slot, *fact.why);
  subscribe_responses();
}

void connection::on(slot_event& fact) {
  if (!session_) return;
  session_->view.on_event(fact.slot, std::move(fact.event));
  subscribe_responses();
}

void connection::on(slot_reaccess& fact) {
  if (!session_) return;
  session_->view.on_reaccess(fact.slot, fact.throttle);
  subscribe_responses();
}

}  // namespace actorgate::actors
