#pragma once
#include <optional>
#include <string>
#include <vector>

#include "actors/connection.hpp"
#include "actors/http_plan.hpp"
#include "cache/resource_tree.hpp"
#include "net/event_stream.hpp"
#include "net/http_door.hpp"
#include "protocol/response_meta.hpp"

namespace actorgate::actors {

/// One HTTP request: a connection of its own with a short life. Reads a resource with all that it refers to,
/// calls a method, or follows a resource: then it lives on as a stream of events, with a view like that of a
/// WebSocket client.
class http_exchange final : public connection, private net::event_stream_owner {
public:
  http_exchange(caf::actor_config& config, caf::execution_unit* home, const address_book& book,
                cache::watcher_id shard, net::loop& loop, const net::http_request& request,
                net::http_responder_ptr door, http_task task);

  /// On the shard's thread, as is everything here.
  void begin();

  using connection::report;
  inspection::connection_row report() const override;

  using connection::on;
  void on(slot_loaded& fact) override;
  void on(slots_loaded& facts) override;
  void on(slot_failed& fact) override;

private:
  // the connection
  void answer_call(const call& finished) override;
  void refuse_call(const call& refused, const protocol::error& why) override;
  void close(net::close_reason why) override;
  void heartbeat() override;
  std::uint64_t queued_bytes() const override;
  void on_own_answer(std::uint64_t number, service_replied& reply) override;
  void on_answer(const service_replied& reply) override;
  void settled() override;
  using lean_actor::send;

  // the view: of a stream
  void respond(cache::request_tag to, std::string_view result) override;
  void refuse(cache::request_tag to, const protocol::error& why) override;
  void send(const cache::relayed_event& event) override;
  void send(std::string message) override;

  // the stream
  void on_closed(net::close_reason why) override;
  void add_ref() noexcept override { caf::intrusive_ptr_add_ref(ctrl()); }
  void drop_ref() noexcept override { caf::intrusive_ptr_release(ctrl()); }

  void ask();
  void read_more();
  void on_header_auth(const service_replied& reply);
  void on_access(const service_replied& reply);
  void finish_read();
  void go_on();
  void take_meta(const service_replied& reply);
  /// Answers. May be called from within the view: the session is ended by `settled`.
  void finish(net::http_response answer) {
    const auto outcome = outcome_of_status(answer.status);
    finish(std::move(answer), outcome);
  }
  void finish(net::http_response answer, client_outcome what);
  /// Answers with an error.
  void fail(const protocol::error& why);
  net::http_responder_ptr take_door() { return std::exchange(door_, nullptr); }
  void start_stream(net::http_taken taken);

  net::loop& loop_;
  const net::http_request& request_;  ///< as long as there is a door
  net::http_responder_ptr door_;      ///< until it is answered
  http_task task_;
  unsigned status_ = 0;  ///< that a service has decided on
  bool granted_ = false;
  std::optional<cache::resource_tree> tree_;
  std::optional<net::event_stream> stream_;
  bool opening_ = false;            ///< the stream is about to come
  std::vector<std::string> early_;  ///< what is to be sent by it
};

}  // namespace actorgate::actors
