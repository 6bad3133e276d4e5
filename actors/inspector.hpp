#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/errand.hpp"
#include "inspection/answers.hpp"

namespace actorgate::actors {

/// See `inspection::inspector_actor`. Lives in a CAF system of its own, and finds out what it is asked by
/// visits to the shards.
class inspector_state {
public:
  static constexpr auto name = "inspector";
  using pointer = inspector_backstage::stateful_pointer<inspector_state>;
  template <class Answer>
  using promise = caf::typed_response_promise<Answer>;

  explicit inspector_state(pointer self) : self_(self) {}

  void begin(std::shared_ptr<const inspected_gateway> where) { where_ = std::move(where); }
  void end_errand(std::uint64_t number) { unanswered_.erase(number); }
  /// Nobody is left without an answer.
  void quit();

  // overview (inspector_lists.cpp)
  inspection::welcome greet(const inspection::hello& who) const;
  promise<inspection::summary> answer(const inspection::get_summary&);
  promise<inspection::node_list> answer(const inspection::list_nodes&);
  promise<inspection::actor_list> answer(const inspection::list_actors&);
  promise<inspection::connection_page> answer(const inspection::list_connections& q);
  promise<inspection::entry_page> answer(const inspection::list_entries& q);
  promise<inspection::nats_page> answer(const inspection::list_subscriptions& q);
  promise<inspection::request_page> answer(const inspection::list_requests& q);

  // one thing, and what is done with it (inspector.cpp)
  promise<inspection::connection_detail> answer(const inspection::get_connection& q);
  promise<inspection::entry_detail> answer(const inspection::get_entry& q);
  promise<inspection::reason> answer(const inspection::explain& q);
  promise<inspection::done> answer(const inspection::close_connection& q);
  promise<inspection::done> answer(const inspection::drop_entry& q);
  promise<inspection::done> answer(const inspection::refetch_entry& q);
  promise<inspection::done> answer(const inspection::set_log_level& q);

  // traces (inspector_traces.cpp)
  promise<inspection::done> answer(const inspection::start_trace& q);
  /// A shard has heard something.
  void pass(std::uint64_t trace, inspection::trace_line line);
  void end_trace(std::uint64_t trace, const std::string& why);
  void end_traces_of(const caf::actor_addr& listener);

private:
  struct listening {
    inspection::trace_listener listener;
    std::uint32_t lines;
  };

  /// Begins an errand: `f(errand)`.
  template <class Answer, class F>
  promise<Answer> run(F f) {
    auto later = self_->template make_response_promise<promise<Answer>>();
    const auto number = next_errand_++;
    unanswered_.emplace(number, [later]() mutable {
      later.deliver(caf::make_error(caf::sec::runtime_error, std::string{"the gateway is about to end"}));
    });
    f(errand<Answer>{where_, costs_, inspector_backstage{self_}, number, later});
    return later;
  }
  std::size_t nats_shard() const;

  pointer self_;
  std::shared_ptr<const inspected_gateway> where_;
  std::shared_ptr<visit_costs> costs_ = std::make_shared<visit_costs>();
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::map<std::uint64_t, std::function<void()>> unanswered_;  ///< refuse an answer, by the errand's number
  std::uint64_t next_errand_ = 1;
  std::map<std::uint64_t, listening> traces_;
  std::uint64_t next_trace_ = 1;
};

/// To be spawned in the inspector's own system.
inspector_backstage::behavior_type inspector(inspector_state::pointer self,
                                             std::shared_ptr<const inspected_gateway> where);

}  // namespace actorgate::actors
