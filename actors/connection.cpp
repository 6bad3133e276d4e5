#include "actors/connection.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "actors/hub.hpp"
#include "actors/identity.hpp"
#include "actors/outcome.hpp"
#include "protocol/service_request.hpp"

namespace actorgate::actors {

using protocol::request_kind;

namespace {

/// Tickets of the services' answers: the view's for access, the session's for calls, those of who derives
/// from the connection, and none for what nobody waits for.
constexpr std::uint64_t access_answer(std::uint64_t ticket) { return ticket << 2; }
constexpr std::uint64_t call_answer(std::uint64_t ticket) { return ticket << 2 | 1; }
constexpr std::uint64_t no_answer = 0;

}  // namespace

connection::connection(caf::actor_config& config, caf::execution_unit* home, const address_book& book,
                       cache::watcher_id shard, bool for_http)
    : lean_actor(config, home),
      book_(book),
      shard_(shard),
      since_(static_cast<std::uint32_t>(
          std::chrono::floor<std::chrono::seconds>(now().time_since_epoch()).count())),
      cid_(make_cid()),
      for_http_(for_http) {}

connection::~connection() = default;

connection::session& connection::in_session() {
  if (!session_) {
    cache::client_view_limits limits;
    limits.resources = book_.config.subscriptions;
    limits.throttle_references = book_.config.reference_throttle > 0;
    session_ = std::make_unique<session>(*this, limits);
    send(book_.nats, subscribe_connection{std::string{cid()}, self()});
  }
  return *session_;
}

void connection::end_session() {
  // At the very end, when the loops let go of what waits, nobody is left to be told.
  if (session_ && book_.nats) {
    session_->view.clear();
    counts().subscriptions -= static_cast<std::int64_t>(std::exchange(counted_, 0));
    send(book_.nats, unsubscribe_connection{std::string{cid()}});
  }
  session_ = nullptr;
}

void connection::enter() {
  book_.guests->connections.fetch_add(1, std::memory_order_relaxed);
  send(book_.places[shard_].hub, connection_opened{self()});
}

void connection::leave() {
  book_.guests->connections.fetch_sub(1, std::memory_order_relaxed);
  send(book_.places[shard_].hub, connection_closed{self()});
}

/// What has come has had its effect.
void connection::after_view() {
  settled();
  // Not overtaking what is in the inbox already, such as a reply.
  if (session_ && !session_->loaded.empty()) send(self(), slots_loaded{std::exchange(session_->loaded, {})});
  const auto size = session_ ? session_->view.size() : 0;
  if (size == counted_) return;
  counts().subscriptions += static_cast<std::int64_t>(size) - static_cast<std::int64_t>(counted_);
  counted_ = size;
}

hub& connection::home_hub() const { return neighbour<hub>(book_.places[shard_].hub); }

// -- services -----------------------------------------------------------------

void connection::request(std::uint64_t ticket, std::string subject, std::string payload, std::string name,
                         cache::throttle_id throttle) {
  send(book_.nats, send_request{std::move(subject),
                                std::move(payload),
                                ticket,
                                {std::move(name), self(), shard_},
                                throttle,
                                trace_});
}

void connection::request_access(std::uint64_t ticket, std::string_view rid, cache::throttle_id throttle) {
  std::string storage;
  const auto [name, query] = expand(rid, storage);
  send_request question{"access." + std::string{name},
                        protocol::access_payload({cid(), token(), for_http_}, query),
                        ticket,
                        {{}, self(), shard_},
                        throttle,
                        trace_};
  home_hub().ask(name, query, std::move(question));
}

void connection::request_header_auth(std::uint64_t ticket, const auth_method& how) {
  in_session();
  const protocol::requester who{cid(), {}, true};
  request(ticket, "auth." + how.name + '.' + how.method, protocol::auth_payload(who, {}, {}, handshake_),
          how.name);
}

void connection::start_call(call what) {
  auto& s = in_session();
  const auto ticket = s.next_call++;
  s.params += what.params.size();
  auto& c = s.calls[ticket] = std::move(what);
  // Authentication needs no access.
  if (c.kind == request_kind::auth) return ask_service(call_answer(ticket), c);
  s.view.call(ticket, c.rid, c.method);
}

void connection::ask_service(std::uint64_t ticket, call& c) {
  std::string storage;
  const auto [name, query] = expand(c.rid, storage);
  const protocol::requester who{cid(), session_->token, for_http_};
  const bool is_auth = c.kind == request_kind::auth;
  auto subject = std::string{is_auth ? "auth." : "call."};
  subject.append(name).append(".").append(c.method);
  request(ticket, std::move(subject),
          is_auth ? protocol::auth_payload(who, query, c.params, handshake_)
                  : protocol::call_payload(who, query, c.params),
          std::string{name});
  session_->params -= std::exchange(c.params, {}).size();
}

connection::call connection::take_call(std::uint64_t ticket) {
  auto taken = std::move(session_->calls.extract(ticket).mapped());
  session_->params -= taken.params.size();
  return taken;
}

void connection::on(service_replied& reply) {
  if (reply.ticket == no_answer) return;
  const auto number = reply.ticket >> 2;
  if (reply.ticket == own_answer(number)) return on_own_answer(number, reply);
  if (!session_) return;
  on_answer(reply);
  if (!session_) return;
  if (reply.ticket == access_answer(number)) {
    session_->view.on_access(number, read_outcome(reply, protocol::read_access_response));
  } else {
    auto& c = session_->calls.at(number);
    c.reply = std::move(reply);
    session_->view.on_reply(number, c.rid);
  }
  after_view();
}

/// What may be answered is answered at once: held events follow.
void connection::pass(std::uint64_t ticket) { answer_call(take_call(ticket)); }

void connection::on(event_arrived& event) {
  const auto subject = event.message->subject();
  if (!session_ || !subject.ends_with(".token")) return;
  auto token = protocol::read_token_event(event.message->data());
  if (!token) return spdlog::warn("a token event makes no sense");
  const bool had_token = !session_->token.empty();
  session_->token = token->token;
  session_->tid = token->tid;
  // What was asked without a token needs no second question.
  if (had_token) session_->view.on_token_changed();
  after_view();
}

void connection::on(reset_tokens& command) {
  if (!session_ || session_->tid.empty()) return;
  if (!std::ranges::binary_search(command.which->tids, session_->tid)) return;
  const protocol::requester who{cid(), session_->token, for_http_};
  request(no_answer, command.which->subject, protocol::auth_payload(who, {}, {}, handshake_), {});
}

// -- the view -----------------------------------------------------------------

void connection::watch(cache::slot_id slot, const shared_text& rid, cache::throttle_id throttle) {
  std::string storage;
  const auto [name, query] = expand(rid, storage);
  if (too_long(name, {})) {
    return send(self(),
                slot_failed{slot, std::make_shared<protocol::error>(protocol::errors::subject_too_long())});
  }
  auto content = home_hub().subscribe({self(), slot, name, query, rid}, throttle_group(throttle));
  if (content) session_->loaded.push_back({slot, std::move(content)});
}

/// Together with its own id that is unique in the gateway.
cache::throttle_id connection::throttle_group(cache::throttle_id tree) const {
  return tree ? id() << 24 | (tree & 0xffffff) : 0;
}

void connection::unwatch(cache::slot_id slot, const shared_text& rid) {
  std::string storage;
  const auto [name, query] = expand(rid, storage);
  home_hub().unsubscribe({self(), slot, name, query, rid});
}

void connection::ask_access(std::uint64_t ticket, std::string_view rid, cache::throttle_id throttle) {
  request_access(access_answer(ticket), rid, throttle);
}

void connection::call_granted(std::uint64_t ticket) {
  ask_service(call_answer(ticket), session_->calls.at(ticket));
}

void connection::call_refused(std::uint64_t ticket, const protocol::error& why) {
  refuse_call(take_call(ticket), why);
}

void connection::on(slot_loaded& fact) {
  if (!session_) return;
  session_->view.on_loaded(fact.slot, std::move(fact.content));
  after_view();
}

void connection::on(slots_loaded& facts) {
  if (!session_) return;
  for (auto& fact : facts.slots) session_->view.on_loaded(fact.slot, std::move(fact.content));
  after_view();
}

void connection::on(slot_failed& fact) {
  if (!session_) return;
  session_->view.on_failed(fact.slot, *fact.why);
  after_view();
}

void connection::on(slot_event& fact) {
  if (!session_) return;
  session_->view.on_event(fact.slot, std::move(fact.event));
  after_view();
}

void connection::on(slot_reaccess& fact) {
  if (!session_) return;
  session_->view.on_reaccess(fact.slot, fact.throttle);
  after_view();
}

}  // namespace actorgate::actors
