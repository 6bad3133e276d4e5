#include "actors/connection.hpp"
#include "actors/http_exchange.hpp"
#include "actors/websocket_connection.hpp"
#include "protocol/json.hpp"

// What connections tell the inspector: never a token.

namespace actorgate::actors {
namespace {

/// Out of what an auth request says of the client.
std::string remote_address(std::string_view handshake) {
  const auto text = '{' + std::string{handshake} + '}';
  std::string address;
  protocol::json_cursor cursor{text};
  cursor.object([&address](std::string_view key, protocol::json_cursor& c) {
    if (key != "remoteAddr") return c.skip();
    address = c.string().value_or("");
    return true;
  });
  return address;
}

inspection::subscription_row row_of(const cache::subscription_report& told) {
  return {told.rid,     std::string{told.state},  told.direct, told.indirect,
          told.pending, std::string{told.access}, told.held};
}

}  // namespace

inspection::connection_row connection::report() const {
  inspection::connection_row row;
  row.cid = cid();
  row.shard = shard_;
  row.address = remote_address(handshake_);
  const auto now = home_system().clock().now().time_since_epoch();
  row.age_s = static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(now).count()) - since_;
  if (!session_) return row;
  row.subscriptions = session_->view.size();
  row.pending = session_->view.pending() + session_->calls.size();
  row.has_token = !session_->token.empty() && session_->token != "null";
  row.token_id = session_->tid.view();
  return row;
}

inspection::connection_row websocket_connection::report() const {
  auto row = connection::report();
  row.kind = "websocket";
  row.protocol = version_.text();
  if (socket_) row.queued_bytes = socket_->queued_bytes();
  return row;
}

inspection::connection_row http_exchange::report() const {
  auto row = connection::report();
  row.kind = stream_ ? "stream" : "http";
  row.protocol = protocol::own_version;
  if (stream_) row.queued_bytes = stream_->queued_bytes();
  return row;
}

cache::walk_end connection::report(std::vector<std::string>& trail, const cache::walk_bounds& bounds,
                                   std::vector<inspection::subscription_row>& to) const {
  if (!session_) return {};
  std::vector<cache::subscription_report> told;
  const auto end = session_->view.report(trail, bounds, told);
  for (const auto& each : told) to.push_back(row_of(each));
  return end;
}

inspection::reason connection::explain(std::string_view rid) const {
  inspection::reason why;
  why.cid = cid();
  why.rid = rid;
  const auto told = session_ ? session_->view.explain(rid) : std::nullopt;
  if (!told) return why;
  why.subscribed = true;
  why.subscription = row_of(told->subscription);
  why.needed = told->needed;
  why.path.assign(told->path.begin(), told->path.end());
  why.searched_all = told->searched_all;
  why.may_get = told->rights.get;
  why.may_call = told->rights.call.view();
  why.waits.assign(told->waits.begin(), told->waits.end());
  why.held_items = told->held;
  return why;
}

}  // namespace actorgate::actors
