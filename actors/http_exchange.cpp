#include "actors/http_exchange.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include "actors/http_answer.hpp"
#include "actors/identity.hpp"
#include "actors/outcome.hpp"
#include "actors/relay.hpp"
#include "net/http_content.hpp"
#include "protocol/http_path.hpp"

namespace actorgate::actors {

using purpose = http_task::purpose;

namespace {

/// The numbers of our own requests.
constexpr std::uint64_t header_auth = 1, read_access = 2;

}  // namespace

http_exchange::http_exchange(caf::actor_config& config, caf::execution_unit* home, const address_book& book,
                             cache::watcher_id shard, net::loop& loop, const net::http_request& request,
                             net::http_responder_ptr door, http_task task)
    : connection(config, home, book, shard, true),
      loop_(loop),
      request_(request),
      door_(std::move(door)),
      task_(std::move(task)) {}

void http_exchange::begin() {
  const auto& how = book_.config.http.header_auth;
  trace_ = trace_headers(request_.said);
  if (how || task_.what == purpose::follow) handshake_ = describe(request_.said);
  how ? request_header_auth(own_answer(header_auth), how) : ask();
}

void http_exchange::ask() {
  switch (task_.what) {
    case purpose::read:
      request_access(own_answer(read_access), task_.rid, 0);
      tree_.emplace(task_.rid);
      return read_more();
    case purpose::follow:
      in_session().view.set_version(protocol::version::current());
      in_session().view.subscribe(0, task_.rid);
      return after_view();
    case purpose::call:
      return start_call({protocol::request_kind::call, 0, task_.rid, task_.method, std::move(task_.params)});
  }
}

// -- what services say --------------------------------------------------------

void http_exchange::take_meta(const service_replied& reply) {
  const auto meta = meta_of(reply);
  net::merge_headers(task_.headers, meta.headers);
  if (meta.decides()) status_ = meta.status;
}

void http_exchange::on_own_answer(std::uint64_t number, service_replied& reply) {
  if (!door_) return;
  take_meta(reply);
  number == read_access ? on_access(reply) : on_header_auth(reply);
  settled();
}

/// An error says only that there is no token.
void http_exchange::on_header_auth(const service_replied& reply) {
  if (status_ == 0) return ask();
  const auto outcome =
      read_outcome(reply, [](std::string_view text) { return protocol::read_call_response(text, false); });
  finish(decided(status_, outcome, book_.config.http.api_path, std::move(task_.headers)));
}

/// Access to what is to be read. An error of it weighs more than what has become of the resource.
void http_exchange::on_access(const service_replied& reply) {
  const auto outcome = read_outcome(reply, protocol::read_access_response);
  const auto* why = std::get_if<protocol::error>(&outcome);
  if (!why && !std::get<protocol::access_rights>(outcome).get) why = &protocol::errors::access_denied();
  if (status_ != 0) return finish(decided(status_, why, {}, std::move(task_.headers)));
  if (why) return fail(*why);
  granted_ = true;
  finish_read();
}

/// Access for a call or a stream, before it has any effect; or the reply to the call.
void http_exchange::on_answer(const service_replied& reply) {
  if (!door_) return;
  take_meta(reply);
  // A call's own status is looked at with its reply.
  if (status_ == 0 || !reply.route.name.empty()) return;
  const auto outcome = read_outcome(reply, protocol::read_access_response);
  const auto* why = std::get_if<protocol::error>(&outcome);
  if (const auto* rights = std::get_if<protocol::access_rights>(&outcome)) {
    const bool may = task_.what == purpose::call ? rights->may_call(task_.method) : rights->get;
    if (!may) why = &protocol::errors::access_denied();
  }
  finish(decided(status_, why, {}, std::move(task_.headers)));
  end_session();
}

// -- reading ------------------------------------------------------------------

void http_exchange::read_more() {
  const auto group = book_.config.reference_throttle > 0 ? throttle_group(1) : 0;
  std::vector<std::vector<read_resources::wanted>> by_shard(book_.places.size());
  while (const auto wanted = tree_->next()) {
    std::string storage;
    const auto [name, query] = expand(wanted->rid, storage);
    if (too_long(name, {})) {
      tree_->on_failed(wanted->slot,
                       std::make_shared<const protocol::error>(protocol::errors::subject_too_long()));
      continue;
    }
    const bool is_root = wanted->slot == 1;
    by_shard[book_.shard_of(name)].push_back(
        {wanted->slot, std::string{name}, std::string{query}, is_root ? 0 : group});
  }
  for (std::size_t i = 0; i < by_shard.size(); ++i) {
    if (!by_shard[i].empty()) send(book_.places[i].directory, read_resources{self(), std::move(by_shard[i])});
  }
}

void http_exchange::on(slots_loaded& facts) {
  if (!tree_) return connection::on(facts);
  for (auto& fact : facts.slots) tree_->on_loaded(fact.slot, std::move(fact.content));
  go_on();
}

void http_exchange::on(slot_loaded& fact) {
  if (!tree_) return connection::on(fact);
  tree_->on_loaded(fact.slot, std::move(fact.content));
  go_on();
}

void http_exchange::go_on() {
  // Whoever has been denied it needs nothing that it refers to.
  if (door_) read_more();
  finish_read();
  settled();
}

void http_exchange::on(slot_failed& fact) {
  if (!tree_) return connection::on(fact);
  tree_->on_failed(fact.slot, std::move(fact.why));
  finish_read();
  settled();
}

void http_exchange::finish_read() {
  if (!door_ || !granted_ || !tree_->complete()) return;
  if (const auto* why = tree_->failure()) return fail(*why);
  using encoding = cache::resource_tree::encoding;
  const auto& settings = book_.config.http;
  auto text = tree_->encode(settings.flat ? encoding::jsonflat : encoding::json, settings.api_path,
                            settings.response_limit);
  text ? finish(success(*std::move(text), std::move(task_.headers)))
       : fail(protocol::errors::internal_error());
}

// -- calling ------------------------------------------------------------------

void http_exchange::answer_call(const call& finished) {
  const auto& api_path = book_.config.http.api_path;
  const bool is_new = finished.method == "new";
  const auto outcome = read_outcome(
      finished.reply, [is_new](std::string_view text) { return protocol::read_call_response(text, is_new); });
  if (status_ != 0) return finish(decided(status_, outcome, api_path, std::move(task_.headers)));
  if (const auto* why = std::get_if<protocol::error>(&outcome)) return refuse_call(finished, *why);
  const auto& [payload, rid] = std::get<protocol::call_result>(outcome);
  if (!rid.empty()) {
    task_.headers.emplace_back("Location", protocol::path_of_rid(rid, api_path));
    finish({.headers = std::move(task_.headers), .body = {}});
  } else if (payload == "null") {
    finish({.status = 204, .headers = std::move(task_.headers), .body = {}});
  } else {
    finish(success(payload, std::move(task_.headers)));
  }
}

/// That a resource has no such method means that it does not allow the HTTP method that stands for it.
void http_exchange::refuse_call(const call&, const protocol::error& why) {
  const bool lacks = task_.by_method && why.is(protocol::errors::method_not_found().code);
  if (lacks) task_.headers.emplace_back("Allow", book_.config.http.cors.allow_methods);
  fail(lacks ? protocol::errors::method_not_allowed() : why);
}

void http_exchange::fail(const protocol::error& why) {
  finish(failure(why, std::move(task_.headers)), outcome_of(why));
}

void http_exchange::finish(net::http_response answer, client_outcome what) {
  if (!door_) return;
  counts().count(verb_of(request_.method), what);
  net::negotiate(request_, answer);
  take_door()->respond(std::move(answer));
}

// -- following ----------------------------------------------------------------

/// The resource is there.
void http_exchange::respond(cache::request_tag, std::string_view result) {
  opening_ = true;
  early_.emplace_back(result);
  auto& headers = task_.headers;
  net::set_header(headers, "Content-Type", "text/event-stream");
  net::set_header(headers, "Cache-Control", "no-store");
  // Lives on in what waits for the socket; if that never comes, there is nothing to wait for. Not from here:
  // the view is in the middle of this.
  const std::shared_ptr<http_exchange> waiting{this, [self = self()](http_exchange* e) {
                                                 if (!e->stream_)
                                                   boost::asio::post(e->loop_.context(),
                                                                     [self, e] { e->end_session(); });
                                               }};
  counts().count(http_verb::get, client_outcome::ok);
  take_door()->stream(std::move(headers),
                      [waiting](net::http_taken taken) { waiting->start_stream(std::move(taken)); });
}

void http_exchange::start_stream(net::http_taken taken) {
  stream_.emplace(loop_, std::move(taken), book_.config.websocket.queued,
                  static_cast<net::event_stream_owner&>(*this));
  enter();
  ++counts().streams;
  ++counts().streams_opened;
  stream_->start();
  auto early = std::exchange(early_, {});
  stream_->send("snapshot", early.front());
  for (std::size_t i = 1; i < early.size(); ++i) stream_->send({}, early[i]);
  settled();
}

void http_exchange::refuse(cache::request_tag, const protocol::error& why) { fail(why); }

void http_exchange::send(const cache::relayed_event& event) {
  ++counts().events_out;
  send(static_cast<const framed_event&>(event).text());
}

void http_exchange::send(std::string message) {
  counts().bytes_out += message.size();
  stream_ ? stream_->send({}, message) : early_.push_back(std::move(message));
}

void http_exchange::settled() {
  const auto* s = session_or_null();
  if (!s || door_ || (opening_ && !stream_)) return;
  if (!stream_) return end_session();
  // Without the resource there is nothing more to come.
  if (s->view.idle()) stream_->close(net::close_reason::normal);
}

void http_exchange::close(net::close_reason why) {
  if (stream_) stream_->close(why);
}

void http_exchange::heartbeat() {
  if (stream_) stream_->heartbeat();
}

void http_exchange::on_closed(net::close_reason why) {
  end_session();
  leave();
  --counts().streams;
  ++counts().closed[static_cast<std::size_t>(why)];
}

}  // namespace actorgate::actors
