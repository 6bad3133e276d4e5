// What becomes of questions when the gateway ends.
#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "tests/gateway/inspection.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

/// Has a resource traced, and asks for everything again and again, until it is to end: those answers that are
/// under way when the gateway ends never come.
class persistent_operator {
public:
  persistent_operator(std::uint16_t port, std::string cid)
      : cid_(std::move(cid)), thread_([this, port] { inspect(port); }) {}
  ~persistent_operator() {
    done_ = true;
    thread_.join();
  }

  /// How many answers have come.
  int heard() const { return heard_; }

private:
  void inspect(std::uint16_t port) {
    inspecting_program program(port);
    program.ask(i::start_trace{"test.news", 3600, 10'000, program.listener()});
    for (int asked = 0; !done_;) {
      if (heard_ == asked) asked += ask_for_everything(program);
      hear(program);
    }
  }
  void hear(inspecting_program& program) {
    const auto soon = std::chrono::high_resolution_clock::now() + std::chrono::milliseconds{5};
    if (!program.self()->await_data(soon)) return;
    const bool is_trace = program.self()->dequeue()->content().match_elements<i::trace_line>();
    if (!is_trace) ++heard_;
  }
  /// How many questions that is.
  int ask_for_everything(inspecting_program& program) {
    int asked = 0;
    const auto ask = [&](auto question) {
      program.self()->send(program.inspector(), std::move(question));
      ++asked;
    };
    ask(i::get_summary{});
    ask(i::list_nodes{});
    ask(i::list_actors{});
    ask(i::list_connections{});
    ask(i::list_entries{});
    ask(i::list_subscriptions{});
    ask(i::list_requests{});
    ask(i::get_connection{cid_, {}});
    ask(i::get_entry{"test.news"});
    ask(i::explain{cid_, "test.news"});
    return asked;
  }

  std::string cid_;
  std::atomic<int> heard_{0};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace

TEST_CASE("the gateway ends while it is inspected and traced, with events under way") {
  constexpr int clients = 4, operators = 3, events = 200;
  auto s = std::make_unique<stage>(inspected());
  s->model("news", R"({"a":1})");
  std::list<res_client> all;
  for (int n = 0; n < clients; ++n) {
    all.push_back(s->client());
    all.back().result("subscribe.test.news");
  }
  std::list<persistent_operator> curious;
  for (int n = 0; n < operators; ++n) curious.emplace_back(s->inspection_port(), s->cid(all.front()));
  for (const auto& each : curious) REQUIRE(comes_true([&] { return each.heard() > 100; }));
  for (int n = 0; n < events; ++n) s->test.event("news", "item", std::to_string(n));
  s = nullptr;
  for (auto& each : all) {
    // Whatever it has been sent before.
    while (each.recv_frame().opcode != 8) {
    }
  }
}
