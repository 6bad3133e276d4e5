#include "actors/client_survey.hpp"

#include <algorithm>
#include <charconv>

#include "actors/http_exchange.hpp"
#include "actors/hub.hpp"
#include "actors/websocket_connection.hpp"

namespace actorgate::actors {

void client_survey::consider(client_load load, const connection_actor& client) {
  slow_ += load.queued_bytes > 0;
  const auto heavier = [](const candidate& a, const candidate& b) { return a.load > b.load; };
  if (first_.size() == kept) {
    if (load <= first_.front().load) return;
    std::ranges::pop_heap(first_, heavier);
    first_.pop_back();
  }
  first_.push_back({load, client});
  std::ranges::push_heap(first_, heavier);
}

std::vector<connection_actor> client_survey::take_first() {
  std::ranges::sort(first_, [](const candidate& a, const candidate& b) { return a.load > b.load; });
  std::vector<connection_actor> clients;
  for (auto& each : first_) clients.push_back(std::move(each.client));
  first_.clear();
  return clients;
}

// -- what takes part in it ----------------------------------------------------

client_load connection::load() const { return {queued_bytes(), session_ ? session_->view.size() : 0}; }

std::uint64_t websocket_connection::queued_bytes() const { return socket_ ? socket_->queued_bytes() : 0; }

std::uint64_t http_exchange::queued_bytes() const { return stream_ ? stream_->queued_bytes() : 0; }

void hub::on(survey_clients& command) {
  if (!command.so_far) command.so_far = std::make_shared<client_survey>();
  auto& survey = *command.so_far;
  const auto end = cache::walk_on(
      connections_, survey.trail(), {.items = client_survey::stretch, .looks = client_survey::stretch},
      [this](const std::string& key) {
        caf::actor_id id = caf::invalid_actor_id;
        std::from_chars(key.data(), key.data() + key.size(), id);
        return connections_.find(id);
      },
      [](const auto& each) { return std::to_string(each.id()); },
      [&survey](const auto& each) {
        survey.consider(neighbour<connection>(each).load(), each);
        return true;
      });
  // Others come first.
  if (end.more) return send_later(client_survey::pause, std::move(command));
  clients_surveyed found;
  for (const auto& client : survey.take_first()) {
    found.first.push_back(neighbour<connection>(client).report());
  }
  found.slow = survey.slow();
  for (const auto& name : *command.names) found.subscribers.push_back(report_subscribers(name).clients);
  send(command.to, std::move(found));
}

}  // namespace actorgate::actors
