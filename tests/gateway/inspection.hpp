#pragma once
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include "inspection/contact.hpp"
#include "tests/gateway/stage.hpp"

namespace actorgate::test {

namespace i = inspection;

/// A gateway's options with an inspector on a free port of loopback.
inline actors::gateway_options inspected(const actors::settings& settings = {}, std::size_t shards = 2) {
  auto options = gateway_options(settings, shared_nats(), shards);
  options.inspection.emplace();
  return options;
}

/// Somebody who inspects, as any program could.
class inspecting_program {
public:
  explicit inspecting_program(std::uint16_t port, const i::credentials& who = {})
      : config_(who), system_(config_), self_(system_), inspector_(i::contact(system_, "127.0.0.1", port)) {}

  template <class Question>
  auto ask(Question q) {
    return i::ask(self_, inspector_, std::move(q));
  }
  /// Why there is no answer; empty if there is one.
  template <class Question>
  std::string refusal(Question q) {
    try {
      ask(std::move(q));
      return {};
    } catch (const i::contact_error& e) {
      return e.what();
    }
  }
  /// Asks for pages of that size, until there are no more.
  template <class Question>
  auto all(Question q, std::uint32_t limit = 0) {
    auto page = ask(q);
    auto rows = std::move(page.items);
    q.limit = limit;
    while (page.more) {
      q.from = page.next;
      page = ask(q);
      for (auto& row : page.items) rows.push_back(std::move(row));
    }
    return rows;
  }
  /// Who hears the traces that it starts: itself, in its inbox.
  i::trace_listener listener() {
    return caf::actor_cast<i::trace_listener>(caf::actor_cast<caf::strong_actor_ptr>(self_.ptr()));
  }
  caf::scoped_actor& self() { return self_; }
  const i::inspector_actor& inspector() const { return inspector_; }

private:
  i::system_config config_;
  caf::actor_system system_;
  caf::scoped_actor self_;
  i::inspector_actor inspector_;
};

/// Waits until that holds; whether it does.
template <class F>
bool comes_true(F holds) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

}  // namespace actorgate::test
