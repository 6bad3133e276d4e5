#pragma once
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/address_book.hpp"
#include "actors/client_survey.hpp"
#include "actors/lean_actor.hpp"
#include "actors/messages.hpp"
#include "cache/client_view.hpp"
#include "inspection/answers.hpp"
#include "protocol/client_request.hpp"
#include "protocol/rid.hpp"
#include "protocol/service_response.hpp"

namespace actorgate::actors {

class hub;

/// See `connection_actor`. What every client of the gateway is towards services and the cache: a connection
/// id, a token, a view of the resources, requests under way. How it speaks with its client is the business of
/// those derived from it.
///
/// What only a client in use needs lies in a `session`, which is made by its first request: until then
/// services have never heard of its cid.
class connection : public lean_actor<connection, connection_actor>, protected cache::client_view_port {
public:
  static constexpr auto actor_name = "connection";

  ~connection() override;

  virtual void on(slot_loaded& fact);
  virtual void on(slots_loaded& facts);
  virtual void on(slot_failed& fact);
  void on(slot_event& fact);
  void on(slot_reaccess& fact);
  void on(service_replied& reply);
  void on(event_arrived& event);
  void on(reset_tokens& command);
  void on(close_connections& command) { command.answers_first ? retire(command.why) : close(command.why); }
  void on(tick&) { heartbeat(); }

  // -- called by the inspector

  /// From any thread.
  std::string_view cid() const { return {cid_.data(), cid_.size()}; }
  cache::watcher_id shard() const { return shard_; }
  virtual inspection::connection_row report() const;
  /// Quickly.
  client_load load() const;
  /// Tells of some of its subscriptions.
  cache::walk_end report(std::vector<std::string>& trail, const cache::walk_bounds& bounds,
                         std::vector<inspection::subscription_row>& to) const;
  inspection::reason explain(std::string_view rid) const;

protected:
  using lean_actor::send;

  /// A call, auth or new request under way.
  struct call {
    protocol::request_kind kind;
    std::uint64_t id;  ///< the client's
    std::string rid, method;
    std::string params;  ///< raw JSON; until it is sent
    service_replied reply = {};
  };
  struct session {
    session(connection& self, cache::client_view_limits limits) : view(self, limits) {}
    cache::client_view view;
    std::map<std::uint64_t, call> calls;
    std::vector<slot_loaded>
        loaded;  ///< what has been here already, to be told to the view once it has returned
    /// Resource responses to subscribe to once the view has returned: to which request, and the rid.
    std::vector<std::pair<cache::request_tag, std::string>> responses;
    shared_text token;  ///< raw JSON; empty if there is none
    shared_text tid;
    std::uint64_t next_call = 1;
    std::size_t params = 0;       ///< bytes of the calls' params
    std::uint32_t second = 0;     ///< of the clock: that of the latest request
    std::uint32_t in_second = 0;  ///< requests
  };

  /// Services are told that requests are for HTTP if they are `for_http`.
  connection(caf::actor_config& config, caf::execution_unit* home, const address_book& book,
             cache::watcher_id shard, bool for_http);

  // -- what the client is told

  /// A call, auth or new request has its reply.
  virtual void answer_call(const call& finished) = 0;
  /// It has not been made, for this reason.
  virtual void refuse_call(const call& refused, const protocol::error& why) = 0;
  virtual void close(net::close_reason why) = 0;
  /// Closes as soon as all requests of the client are answered.
  virtual void retire(net::close_reason why) { close(why); }
  /// Time for a sign of life.
  virtual void heartbeat() = 0;
  /// What waits to be written.
  virtual std::uint64_t queued_bytes() const = 0;
  /// An answer to a request that was sent with `own_answer(number)`.
  virtual void on_own_answer(std::uint64_t number, service_replied& reply) = 0;
  /// A service has answered something else; about to be acted upon.
  virtual void on_answer(const service_replied&) {}
  /// What has come has had its effect on the view.
  virtual void settled() {}

  // -- what the client wants

  /// The session, which is made if there is none. Before a service can hear of the cid, it can be heard.
  session& in_session();
  session* session_or_null() { return session_.get(); }
  /// Ends in `answer_call` or `refuse_call`.
  void start_call(call what);
  /// Nothing more is wanted of resources and services.
  void end_session();
  /// From here on the hub knows of the connection, until `leave`.
  void enter();
  void leave();
  wiretap& tap() { return *book_.places[shard_].tap; }
  shard_statistics& counts() { return *book_.places[shard_].counts; }
  /// To be called when the view has been told something.
  void after_view();

  // -- services

  static constexpr std::uint64_t own_answer(std::uint64_t number) { return number << 2 | 2; }
  /// Asks for access to the resource. `throttle` is 0, or names a group of requests.
  void request_access(std::uint64_t ticket, std::string_view rid, cache::throttle_id throttle);
  /// Asks the method to authenticate the client by its handshake, before anything else is asked. The answer's
  /// meta counts.
  void request_header_auth(std::uint64_t ticket, const auth_method& how);
  /// The group of requests for a tree of references, which this connection has numbered; 0 is none.
  cache::throttle_id throttle_group(cache::throttle_id tree) const;
  /// A rid as services know it: a view into `storage` or `rid`.
  protocol::rid_parts expand(std::string_view rid, std::string& storage) const {
    return protocol::split_rid(protocol::expand_cid(rid, cid(), storage));
  }
  static bool too_long(std::string_view name, std::string_view method) {
    return name.size() + method.size() > max_name_and_method;
  }

  const address_book& book_;
  shared_text handshake_;  ///< as auth requests have it; may be empty where none is sent
  const cache::watcher_id shard_;
  const std::uint32_t since_;  ///< seconds of the clock
  net::shared_headers trace_;  ///< of the messages to services

private:
  // the view
  void watch(cache::slot_id slot, const shared_text& rid, cache::throttle_id throttle) override;
  void unwatch(cache::slot_id slot, const shared_text& rid) override;
  void ask_access(std::uint64_t ticket, std::string_view rid, cache::throttle_id throttle) override;
  void call_granted(std::uint64_t ticket) override;
  void call_refused(std::uint64_t ticket, const protocol::error& why) override;
  void pass(std::uint64_t ticket) override;

  void request(std::uint64_t ticket, std::string subject, std::string payload, std::string name,
               cache::throttle_id throttle = 0);
  void ask_service(std::uint64_t ticket, call& c);
  call take_call(std::uint64_t ticket);
  hub& home_hub() const;
  std::string_view token() const { return session_ ? std::string_view{session_->token} : std::string_view{}; }

  const std::array<char, 15> cid_;
  const bool for_http_;
  std::unique_ptr<session> session_;
  std::size_t counted_ = 0;  ///< subscriptions of the view
};

}  // namespace actorgate::actors
