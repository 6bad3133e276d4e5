#include "actors/admin_service.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "actors/client_survey.hpp"
#include "actors/frequent_names.hpp"
#include "actors/resident_memory.hpp"
#include "protocol/access_request.hpp"
#include "protocol/admin_names.hpp"
#include "protocol/json.hpp"
#include "protocol/service_response.hpp"

namespace actorgate::actors {
namespace {

protocol::resource_content empty(bool is_model) { return {.is_model = is_model, .values = {}, .query = {}}; }

std::string error_text(const protocol::error& why) {
  std::string text = R"({"error":)";
  protocol::append_json(text, why);
  return text += '}';
}

}  // namespace

admin_service::admin_service(caf::actor_config& config, caf::execution_unit* home, const address_book& book)
    : lean_actor(config, home),
      book_(book),
      nodes_{std::string{protocol::nodes_name}, cache::resource{empty(true)}},
      node_{protocol::node_name(book.config.node_id), cache::resource{empty(true)}},
      clients_{protocol::node_clients_name(book.config.node_id), cache::resource{empty(false)}},
      busiest_{protocol::node_busiest_name(book.config.node_id), cache::resource{empty(false)}} {}

void admin_service::on(start_admin& command) {
  report_ = std::move(command.report);
  if (!report_) return;
  informed_at_ = now() + time_to_hear();
  send_later(time_to_hear(), renew_admin{});
  renew_admin again;
  on(again);
  tick first;
  on(first);
}

/// What gateways hold may be of an earlier process, or they may have missed something.
void admin_service::on(renew_admin&) {
  const auto& name = node_.name;
  std::string patterns = "[" + protocol::quoted(name) + ',' + protocol::quoted(name + ".*");
  if (now() >= informed_at_) {
    for (const auto& reply : std::exchange(early_, {})) answer_get(protocol::nodes_name, reply);
    patterns += ',' + protocol::quoted(protocol::nodes_name);
  }
  patterns += ']';
  publish("system.reset", R"({"resources":)" + patterns + R"(,"access":)" + patterns + '}');
}

// -- what is looked at --------------------------------------------------------

void admin_service::on(tick&) {
  if (!report_) return;
  report_([to = self()](gateway_report r) { tell(to, node_measured{std::move(r)}); });
  if (is_wanted_ && survey_.missing == 0) begin_survey();
  book_.busiest->age();
  send_later(book_.config.admin.interval, tick{});
}

void admin_service::on(node_listed& fact) {
  const auto& id = fact.report.id;
  if (id == book_.config.node_id) {
    facts_.self = fact.report;
    update(node_, node_content(facts_));
  }
  fact.is_there ? (void)ids_.insert(id) : (void)ids_.erase(id);
  update(nodes_, nodes_content(ids_));
}

void admin_service::on(node_measured& fact) {
  facts_.report = std::move(fact.report);
  facts_.rates = meter_.measure(facts_.report.total, now());
  facts_.memory = resident_memory();
  update(node_, node_content(facts_));
}

void admin_service::begin_survey() {
  survey_ = {};
  survey_.missing = book_.places.size();
  // What is in balance with its halving in every interval is twice what comes in one.
  const double seconds = std::chrono::duration<double>(book_.config.admin.interval).count() * 2;
  const auto names = std::make_shared<std::vector<std::string>>();
  for (auto& [name, count] : book_.busiest->first(max_rows)) {
    names->push_back(name);
    survey_.busiest.push_back({std::move(name), count / seconds});
  }
  for (const auto& place : book_.places) send(place.hub, survey_clients{self(), names});
}

void admin_service::on(clients_surveyed& fact) {
  std::ranges::move(fact.first, std::back_inserter(survey_.clients));
  survey_.slow += fact.slow;
  for (std::size_t i = 0; i < survey_.busiest.size(); ++i) survey_.busiest[i].clients += fact.subscribers[i];
  if (--survey_.missing == 0) end_survey();
}

void admin_service::end_survey() {
  auto& rows = survey_.clients;
  std::ranges::sort(rows, [](const auto& a, const auto& b) {
    return std::tie(b.queued_bytes, b.subscriptions, a.cid) <
           std::tie(a.queued_bytes, a.subscriptions, b.cid);
  });
  rows.resize(std::min(rows.size(), max_rows));
  facts_.slow = survey_.slow;
  update(clients_, clients_content(rows));
  update(busiest_, busiest_content(survey_.busiest));
}

// -- what is said -------------------------------------------------------------

/// Says what has changed.
void admin_service::update(served& what, protocol::resource_content now) {
  const auto events = what.content.replace(std::move(now));
  if (&what != &nodes_ && !is_wanted_) return;
  for (const auto& event : *events) publish("event." + what.name + '.' + event->name, event->data);
}

void admin_service::publish(std::string_view subject, std::string payload) {
  send(book_.nats, publish_event{std::string{subject}, std::move(payload)});
}

admin_service::served* admin_service::find(std::string_view name) {
  const auto all = {&nodes_, &node_, &clients_, &busiest_};
  const auto found = std::ranges::find(all, name, &served::name);
  return found == all.end() ? nullptr : *found;
}

void admin_service::on(event_arrived& request) {
  const auto subject = request.message->subject();
  const auto reply = request.message->reply();
  if (reply.empty()) return;
  const auto dot = subject.find('.');
  const auto name = subject.substr(dot + 1);
  subject.starts_with("get.") ? answer_get(name, reply) : answer_access(name, *request.message);
}

void admin_service::answer_get(std::string_view name, std::string_view reply) {
  auto* found = find(name);
  if (!found) return publish(reply, error_text(protocol::errors::not_found()));
  if (found != &nodes_ && !std::exchange(is_wanted_, true) && survey_.missing == 0) begin_survey();
  if (found == &nodes_ && now() < informed_at_ && early_.size() < max_waiting) {
    const auto patience = time_to_hear() + std::chrono::seconds{1};
    early_.emplace_back(reply);
    return publish(reply, "timeout:\"" + std::to_string(patience.count()) + '"');
  }
  const auto content = found->content.current();
  const std::string_view type = content->is_model ? "model" : "collection";
  publish(reply, std::string{R"({"result":{")"}.append(type).append("\":").append(content->json) + "}}");
}

// -- who may see it -----------------------------------------------------------

/// Whoever has a token, if the method says so. Nobody else, whatever goes wrong.
void admin_service::answer_access(std::string_view name, const net::nats_message& request) {
  const auto& method = book_.config.admin.access;
  const auto who = protocol::read_access_request(request.data());
  if (!method || !who || who->token.empty() || waiting_.size() >= max_waiting) {
    return allow(request.reply(), false);
  }
  const auto ticket = next_ticket_++;
  waiting_.emplace(ticket, request.reply());
  const auto params = R"({"rid":)" + protocol::quoted(name) + '}';
  request_route back;
  back.admin = self();
  send(book_.nats, send_request{.subject = "call." + method.name + '.' + method.method,
                                .payload = protocol::call_payload(who->who(), {}, params),
                                .ticket = ticket,
                                .route = std::move(back)});
}

void admin_service::on(service_replied& reply) {
  const auto asked = waiting_.extract(reply.ticket);
  if (asked.empty()) return;
  bool may = false;
  if (reply.outcome == request_outcome::answered) {
    const auto verdict = protocol::read_access_response(reply.message->data());
    const auto* rights = std::get_if<protocol::access_rights>(&verdict);
    may = rights && rights->get;
  } else {
    spdlog::warn("the method adminAccess has not answered: nobody may see the nodes");
  }
  allow(asked.mapped(), may);
}

void admin_service::allow(std::string_view reply, bool may) {
  publish(reply, may ? R"({"result":{"get":true}})" : R"({"result":{"get":false}})");
}

}  // namespace actorgate::actors
