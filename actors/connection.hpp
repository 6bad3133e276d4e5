#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actors/address_book.hpp"
#include "actors/lean_actor.hpp"
#include "actors/messages.hpp"
#include "cache/client_view.hpp"
#include "net/handshake.hpp"
#include "net/websocket.hpp"
#include "protocol/client_request.hpp"
#include "protocol/rid.hpp"

namespace actorgate::actors {

/// See `connection_actor`. Reads requests from its socket, has its view of the resources answer them, and
/// asks services what only they know.
///
/// What only a client in use needs lies in a `session`, which is made by its first request: until then the
/// connection is a socket and little else, and services have never heard of its cid.
class connection final : public lean_actor<connection, connection_actor>,
                         private net::websocket_owner,
                         private cache::client_view_port {
public:
  static constexpr auto actor_name = "connection";

  connection(caf::actor_config& config, caf::execution_unit* home, const address_book& book,
             cache::watcher_id shard, net::loop& loop, net::tcp_socket socket, const net::handshake& said);
  ~connection() override;

  /// Begins to read; `already_read` came behind the upgrade request. On the shard's thread, as is everything
  /// here.
  void start(std::string_view already_read);

  void on(slot_loaded& fact);
  void on(slot_failed& fact);
  void on(slot_event& fact);
  void on(slot_reaccess& fact);
  void on(service_replied& reply);
  void on(event_arrived& event);
  void on(reset_tokens& command);
  void on(close_connections& command) { socket_.close(command.why); }
  void on(tick&) { socket_.heartbeat(); }

private:
  /// A call, auth or new request under way.
  struct call {
    protocol::request_kind kind;
    std::uint64_t id;  ///< the client's
    std::string rid, method, params;
    service_replied reply = {};
  };
  struct session {
    session(connection& self, cache::client_view_limits limits) : view(self, limits) {}
    cache::client_view view;
    std::unordered_map<std::uint64_t, call> calls;
    /// Resource responses to subscribe to once the view has returned: the client's id, and the rid.
    std::vector<std::pair<std::uint64_t, std::string>> responses;
    std::string token;  ///< raw JSON; empty if there is none
    std::string tid;
    std::uint64_t next_call = 1;
  };

  // the socket
  void on_message(std::string_view text) override;
  void on_oversize(std::string_view prefix) override;
  void on_closed(net::close_reason why) override;
  void add_ref() noexcept override { caf::intrusive_ptr_add_ref(ctrl()); }
  void drop_ref() noexcept override { caf::intrusive_ptr_release(ctrl()); }

  // the view
  void watch(cache::slot_id slot, std::string_view rid, cache::throttle_id throttle) override;
  void unwatch(cache::slot_id slot, std::string_view rid) override;
  void ask_access(std::uint64_t ticket, std::string_view rid, cache::throttle_id throttle) override;
  void call_granted(std::uint64_t ticket) override;
  void call_refused(std::uint64_t ticket, const protocol::error& why) override;
  void pass(std::uint64_t ticket) override;
  void send(const cache::relayed_event& event) override;
  void send(std::string message) override;
  using lean_actor::send;

  void handle(const protocol::client_request& request);
  void handle_version(const protocol::client_request& request);
  void handle_call(const protocol::client_request& request);
  void subscribe_responses();
  void answer(call finished);
  void ask_service(std::uint64_t ticket, std::string_view type, const call& c);
  void request(std::uint64_t ticket, std::string subject, std::string payload, std::string name,
               cache::throttle_id throttle = 0);
  void fail(std::uint64_t id, const protocol::error& why);
  session& in_session();
  std::string expand(std::string_view rid) const { return protocol::expand_cid(rid, cid_); }

  const address_book& book_;
  net::websocket socket_;
  std::string cid_;
  std::string handshake_;  ///< as auth requests have it
  std::unique_ptr<session> session_;
  protocol::version version_;
  cache::watcher_id shard_;
};

}  // namespace actorgate::actors
