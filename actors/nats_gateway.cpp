#include "actors/nats_gateway.hpp"

#include <algorithm>
#include <charconv>

#include <spdlog/fmt/fmt.h>

#include "actors/connection.hpp"
#include "actors/frequent_names.hpp"
#include "actors/trace.hpp"
#include "protocol/service_response.hpp"

namespace actorgate::actors {
namespace {

/// Reset throttles are numbered by the system's subscription, reference throttles by connections: apart by
/// this bit.
constexpr cache::throttle_id reset_bit = cache::throttle_id{1} << 63;

/// How often a request is sent again to which nobody listens, and the pauses: with these, for half a minute.
constexpr int max_unheard = 12;
std::chrono::milliseconds pause_before_retry(int unheard) {
  return std::min(std::chrono::milliseconds{125} * (1 << unheard), std::chrono::milliseconds{4000});
}

service_request type_of(std::string_view subject) {
  if (subject.starts_with("access.")) return service_request::access;
  if (subject.starts_with("get.")) return service_request::get;
  if (subject.starts_with("call.")) return service_request::call;
  return subject.starts_with("auth.") ? service_request::auth : service_request::query;
}

std::uint64_t id_of_reply(std::string_view subject) {
  const auto token = subject.substr(subject.rfind('.') + 1);
  std::uint64_t id = 0;
  std::from_chars(token.data(), token.data() + token.size(), id);
  return id;
}

}  // namespace

std::vector<protocol::served_subject> nats_gateway::common_subjects() const {
  std::vector<protocol::served_subject> all;
  if (admin_) all = protocol::admin_subjects(book_.config.node_id);
  if (nodes_) all.push_back({std::string{protocol::all_nodes}, {}});
  for (const auto& subject :
       {bus_->inbox_prefix() + ".*", std::string{"system.*"}, std::string{"conn.*.token"}}) {
    all.push_back({subject, {}});
  }
  return all;
}

void nats_gateway::on(subscribe_system& command) {
  system_ = std::move(command.subscription);
  nodes_ = std::move(command.nodes);
  admin_ = std::move(command.admin);
  for (const auto& [subject, queue] : common_subjects()) common_.push_back(bus_->subscribe(subject, queue));
}

void nats_gateway::on(publish_event& event) {
  bus_->publish(event.subject, {}, event.payload, nullptr);
  if (traces()) spdlog::trace("publish: {}", shown(event.subject, event.payload));
  if (event.sent) event.sent();
}

// -- requests -----------------------------------------------------------------

void nats_gateway::on(send_request& request) {
  const auto id = next_request_++;
  pending p{.ticket = request.ticket, .route = std::move(request.route), .throttle = request.throttle};
  p.type = type_of(request.subject);
  p.subject = std::move(request.subject);
  p.payload = std::move(request.payload);
  p.headers = std::move(request.headers);
  pending_.emplace(id, std::move(p));
  start(id);
}

/// Sends a request when its throttle allows.
void nats_gateway::start(std::uint64_t id) {
  const auto group = pending_.at(id).throttle;
  const auto limit = group & reset_bit ? book_.config.reset_throttle : book_.config.reference_throttle;
  pending_.at(id).is = pending::state::queued;
  if (group && limit > 0 && !throttle_.enter(group, limit, id)) {
    pending_.at(id).sent_at = now();  // until it is
    return;
  }
  if (!publish(id)) release(group);
}

/// Whether the request is on its way; otherwise it has been answered.
bool nats_gateway::publish(std::uint64_t id) {
  auto& p = pending_.at(id);
  const auto reply = bus_->inbox_prefix() + '.' + std::to_string(id);
  const bool once = p.throttle != after_outage;
  // Who listens wants to know what an answer is for.
  const bool heard = tap().listens();
  const auto subject = once && !heard ? std::exchange(p.subject, {}) : p.subject;
  const auto payload = once ? std::exchange(p.payload, {}) : p.payload;
  const auto sent = bus_->publish(subject, reply, payload, p.headers);
  if (heard) trace(p, fmt::format("request {}: {}", id, shown(subject, payload)));
  if (sent != net::sent::ok) {
    const bool too_long = sent == net::sent::subject_too_long;
    answer(id, too_long ? request_outcome::subject_too_long : request_outcome::failed, nullptr);
    return false;
  }
  p.is = pending::state::sent;
  p.sent_at = now();
  p.due = p.sent_at + book_.config.request_timeout;
  deadlines_.add(id, p.due);
  watch_clock();
  return true;
}

/// A request of this throttle has ended: the next one may go.
void nats_gateway::release(cache::throttle_id throttle) {
  while (const auto next = throttle ? throttle_.leave(throttle) : 0) {
    if (publish(next)) return;
  }
}

void nats_gateway::on_reply(const message_ptr& message) {
  const auto id = id_of_reply(message->subject());
  const auto found = pending_.find(id);
  if (tap().listens()) trace_answer(id, *message);
  // A late or second answer, or somebody who answers what has not been asked yet.
  if (found == pending_.end() || found->second.is != pending::state::sent) return;
  if (message->no_responders()) return on_unheard(id, found->second);
  if (protocol::is_pre_response(message->data())) {
    if (const auto timeout = protocol::read_pre_response(message->data())) {
      found->second.due = now() + *timeout;
      deadlines_.add(id, found->second.due);
    }
    return;
  }
  counts().services[static_cast<std::size_t>(found->second.type)].add(now() - found->second.sent_at);
  finish(id, request_outcome::answered, message);
}

void nats_gateway::trace(const pending& p, const std::string& line) {
  const auto& who = p.route.connection;
  tap().tell(who ? neighbour<connection>(who).cid() : std::string_view{}, p.route.name, line);
}

void nats_gateway::trace_answer(std::uint64_t id, const net::nats_message& message) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return tap().tell({}, {}, fmt::format("answer {}, to nothing", id));
  const auto& p = found->second;
  const auto said = message.no_responders()           ? std::string{"no responders"}
                    : p.type == service_request::auth ? std::string{"(hidden)"}
                                                      : std::string{message.data()};
  trace(p, fmt::format("answer {} to {}: {}", id, p.subject.empty() ? p.route.name : p.subject, said));
}

/// Nobody listens. After an outage that says nothing: the service may not be back yet.
void nats_gateway::on_unheard(std::uint64_t id, pending& p) {
  if (p.throttle != after_outage) return finish(id, request_outcome::no_responders, nullptr);
  if (++p.unheard > max_unheard) return finish(id, request_outcome::timed_out, nullptr);
  p.is = pending::state::pausing;
  p.due = now() + pause_before_retry(p.unheard);
  deadlines_.add(id, p.due);
  watch_clock();
  release(p.throttle);
}

void nats_gateway::finish(std::uint64_t id, request_outcome outcome, message_ptr message) {
  release(answer(id, outcome, std::move(message)));
}

/// Returns the throttle that the request was under.
cache::throttle_id nats_gateway::answer(std::uint64_t id, request_outcome outcome, message_ptr message) {
  auto ended = std::move(pending_.extract(id).mapped());
  service_replied reply{ended.ticket, outcome, std::move(message), std::move(ended.route)};
  // By the way of the events, if there is one.
  const auto way = events_.find(reply.route.name);
  if (way != events_.end()) {
    send(way->second.to, std::move(reply));
  } else if (const auto to = reply.route.connection) {
    send(to, std::move(reply));
  } else if (const auto admin = reply.route.admin) {
    send(admin, std::move(reply));
  }
  return ended.throttle;
}

void nats_gateway::watch_clock() {
  if (std::exchange(ticking_, true)) return;
  send_later(deadlines::slot, tick{});
}

void nats_gateway::on(tick&) {
  ticking_ = false;
  const auto time = now();
  deadlines_.collect(time, [&](std::uint64_t id) {
    const auto found = pending_.find(id);
    if (found == pending_.end()) return;
    // A pre-response has moved it, or it has been sent again.
    if (found->second.due > time) return deadlines_.add(id, found->second.due);
    if (found->second.is == pending::state::pausing) return start(id);
    // Its time begins when it is sent.
    if (found->second.is == pending::state::queued) return;
    ++counts().timeouts;
    finish(id, request_outcome::timed_out, nullptr);
  });
  if (!deadlines_.empty()) watch_clock();
}

// -- subscriptions ------------------------------------------------------------

void nats_gateway::on(message_arrived& arrived) {
  const auto is_answer = arrived.message->subject().starts_with(bus_->inbox_prefix());
  is_answer ? on_reply(arrived.message) : on_event(arrived.message);
}

void nats_gateway::on_event(const message_ptr& message) {
  const auto subject = message->subject();
  const auto first = subject.find('.'), last = subject.rfind('.');
  const auto type = subject.substr(0, first);
  const auto name = first < last ? subject.substr(first + 1, last - first - 1) : std::string_view{};
  const auto pass = [&](const auto& to) {
    ++counts().events_in;
    if (tap().listens()) {
      tap().tell(type == "conn" ? name : std::string_view{}, type == "event" ? name : std::string_view{},
                 fmt::format("event: {}", shown(subject, message->data())));
    }
    send(to, event_arrived{message});
  };
  if (type == "event") {
    const auto found = events_.find(name);
    if (found == events_.end()) return;
    // What we say of ourselves is no news: it would make more of it.
    if (book_.busiest && !name.starts_with("actorgate.")) book_.busiest->count(name);
    pass(found->second.to);
  } else if (type == "conn") {
    if (const auto found = connections_.find(name); found != connections_.end()) pass(found->second);
  } else if (type == "actorgate") {
    if (nodes_) send(nodes_, event_arrived{message});
  } else if (type == "get" || type == "access") {
    if (admin_) send(admin_, event_arrived{message});
  } else {
    pass(system_);
  }
}

void nats_gateway::on(subscribe_events& command) {
  std::string subject = "event.";
  subject.append(command.name).append(".*");
  // An earlier entry of the name may just be gone; its subscription ends here.
  auto& way = events_[std::move(command.name)];
  way = {};
  way = {std::move(command.subscription), bus_->subscribe(subject)};
}

void nats_gateway::on(unsubscribe_events& command) { events_.erase(command.name); }

void nats_gateway::on(subscribe_connection& command) {
  connections_.emplace(std::move(command.cid), std::move(command.connection));
  counts().identities = static_cast<std::int64_t>(connections_.size());
}

void nats_gateway::on(unsubscribe_connection& command) {
  connections_.erase(command.cid);
  counts().identities = static_cast<std::int64_t>(connections_.size());
}

}  // namespace actorgate::actors
