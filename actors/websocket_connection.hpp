#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "actors/connection.hpp"
#include "net/http_door.hpp"
#include "net/websocket.hpp"
#include "protocol/connection_event.hpp"
#include "protocol/response_meta.hpp"
#include "protocol/version.hpp"

namespace actorgate::actors {

/// A client that speaks RES over a WebSocket: reads requests from its socket, and has its view of the
/// resources answer them.
class websocket_connection final : public connection, private net::websocket_owner {
public:
  websocket_connection(caf::actor_config& config, caf::execution_unit* home, const address_book& book,
                       cache::watcher_id shard, net::loop& loop, const net::handshake& said);

  /// Answers the upgrade request: with 101, if the method that authenticates by headers has nothing against
  /// it. On the shard's thread, as is everything here.
  void open(net::http_responder_ptr door);

  using connection::report;
  inspection::connection_row report() const override;

private:
  std::uint64_t queued_bytes() const override;
  // the socket
  void on_message(std::string_view text) override;
  void on_oversize(std::string_view prefix) override;
  void on_closed(net::close_reason why) override;
  void add_ref() noexcept override { caf::intrusive_ptr_add_ref(ctrl()); }
  void drop_ref() noexcept override { caf::intrusive_ptr_release(ctrl()); }

  // the connection
  void answer_call(const call& finished) override;
  void refuse_call(const call& refused, const protocol::error& why) override {
    refuse({refused.id, refused.kind}, why);
  }
  void close(net::close_reason why) override;
  void retire(net::close_reason why) override;
  void heartbeat() override { socket_->heartbeat(); }
  void on_own_answer(std::uint64_t number, service_replied& reply) override;
  void settled() override;
  void respond(cache::request_tag to, std::string_view result) override;
  void refuse(cache::request_tag to, const protocol::error& why) override;
  void send(const cache::relayed_event& event) override;
  void send(std::string message) override;
  using lean_actor::send;

  void accept(net::http_headers headers);
  void start(net::http_taken taken);
  void announce(protocol::connection_event what);
  void handle(const protocol::client_request& request);
  bool is_too_much(session& s, const protocol::client_request& request);
  bool is_too_fast(session& s);
  void handle_version(const protocol::client_request& request);
  void handle_unsubscribe(const protocol::client_request& request);
  void handle_call(const protocol::client_request& request);
  void write(net::frame_ptr frame);
  void trace_told(const std::string& what);
  bool has_pending();

  net::loop& loop_;
  std::optional<net::websocket> socket_;  ///< from the answer to the upgrade request on
  net::http_responder_ptr door_;          ///< until then
  protocol::version version_;
  std::optional<net::close_reason> retiring_;  ///< closes for that, when all requests are answered
};

}  // namespace actorgate::actors
