// Random clients and a random service for a while; then every client must know what is true. Which way the
// dice fall depends on the seed, but not what comes first.
#include <cstdlib>

#include <doctest/doctest.h>

#include "crowd.hpp"
#include "soak_world.hpp"

using namespace actorgate;
using test::effort;
using test::number_after;
using test::soak_temper;
using test::soak_world;
using tests::replica;

namespace {

std::string lines(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& line : all) text += '\n' + line;
  return text;
}

/// Asks at random, and keeps a replica of what it is sent.
class soak_client {
public:
  /// `counts_changes`: no change comes without its event.
  explicit soak_client(bool counts_changes) : counts_changes_(counts_changes) {}

  std::size_t unanswered() const { return replica_.unanswered() + calls_.size(); }
  const replica& knows() const { return replica_; }
  const std::vector<std::string>& complaints() const { return complaints_; }

  /// A request about that resource, or a method that leads to the other one.
  std::string ask(std::size_t dice, const std::string& rid, const std::string& other) {
    const auto id = ++last_id_;
    if (dice < 30) {
      replica_.asks_subscribe(id, rid);
      return request(id, "subscribe." + rid);
    }
    if (dice < 45) {
      replica_.asks_get(id, rid);
      return request(id, "get." + rid);
    }
    if (dice < 60) {
      calls_.emplace(id, rid);
      return request(id, "call." + rid + ".touch");
    }
    if (dice < 70) {
      replica_.asks_call(id, other);
      return request(id, "call." + rid + ".lead", R"({"rid":")" + other + "\"}");
    }
    const auto count = 1 + dice % 2;
    replica_.asks_unsubscribe(id, rid, count);
    return request(id, "unsubscribe." + rid, "{\"count\":" + std::to_string(count) + '}');
  }

  void hear(std::string_view text) {
    const std::string_view begin = R"({"event":")";
    if (text.starts_with(begin)) {
      const auto subject = text.substr(begin.size(), text.find('"', begin.size()) - begin.size());
      const auto dot = subject.rfind('.');
      hear_event(std::string{subject.substr(0, dot)}, subject.substr(dot + 1), text);
    } else {
      const auto id = static_cast<std::uint64_t>(number_after(text, "\"id\":"));
      if (const auto call = calls_.find(id); call != calls_.end()) {
        hear_reply(call->second, text);
        calls_.erase(call);
      } else if (id > 1) {
        replica_.on_message(text);
      }
    }
    const auto is_gone = [this](const std::string& rid) { return !is_alive(rid); };
    std::erase_if(rings_, [&](const auto& each) { return is_gone(each.first); });
    std::erase_if(awaited_, is_gone);
  }

  /// The client waits for the fence with that number on all that it has.
  void await(std::size_t number) {
    fence_ = number;
    for (const auto& [rid, known] : replica_.known()) {
      if (is_alive(rid)) awaited_.insert(rid);
    }
  }
  /// What it still waits for.
  std::string wants() const {
    auto text = ' ' + std::to_string(replica_.unanswered()) + " answers, " + std::to_string(calls_.size()) +
                " replies";
    for (const auto& rid : awaited_) text += ", fence on " + rid;
    return text;
  }
  bool awaits() const { return !awaited_.empty(); }
  bool is_marked(std::size_t number) const {
    for (const auto& [rid, known] : replica_.known()) {
      if (is_alive(rid) && !soak_world::is_marked(known, number)) return false;
    }
    return true;
  }

private:
  static std::string request(std::uint64_t id, const std::string& method,
                             const std::string& params = "null") {
    return "{\"id\":" + std::to_string(id) + R"(,"method":")" + method + R"(","params":)" + params + '}';
  }

  void hear_reply(const std::string& rid, std::string_view text) {
    const auto n = n_of(rid);
    if (n < 0 || !counts_changes_) return;
    expect(n >= number_after(text, R"("payload":)"), "a reply has overtaken an event: ", text);
  }

  void hear_event(const std::string& rid, std::string_view name, std::string_view text) {
    const auto before = n_of(rid);
    replica_.on_message(text);
    if (name == "change" && counts_changes_) expect(n_of(rid) == before + 1, "changes are missing: ", text);
    if (name == "fence" && number_after(text, R"("data":)") == static_cast<long>(fence_)) awaited_.erase(rid);
    if (name != "ring") return;
    const auto ring = number_after(text, R"("ring":)");
    const auto [last, is_first] = rings_.try_emplace(rid, ring);
    expect(is_first || ring == last->second + 1, "rings are missing, or come twice: ", text);
    last->second = ring;
  }

  bool is_alive(const std::string& rid) const {
    const auto known = replica_.known().find(rid);
    return known != replica_.known().end() && !known->second.dead && known->second.is != replica::kind::error;
  }
  /// How far the model is, as the client knows it; -1 if it does not.
  long n_of(const std::string& rid) const {
    if (!is_alive(rid)) return -1;
    const auto& properties = replica_.known().at(rid).properties;
    const auto n = properties.find("n");
    return n == properties.end() ? -1 : std::stol(n->second);
  }
  void expect(bool good, const char* what, std::string_view text) {
    if (!good) complaints_.push_back(what + std::string{text});
  }

  const bool counts_changes_;
  std::uint64_t last_id_ = 1;  // that of the handshake
  replica replica_;
  std::map<std::uint64_t, std::string> calls_;
  std::map<std::string, long> rings_;
  std::set<std::string> awaited_;
  std::size_t fence_ = 0;
  std::vector<std::string> complaints_;
};

/// The world and its clients.
class soak {
public:
  soak(std::uint32_t seed, soak_temper temper, const actors::settings& settings, std::size_t shards)
      : temper_(temper),
        random_(seed),
        world_(stage_, seed, temper, 36),
        stage_(settings, test::shared_nats(), shards),
        crowd_(stage_.port(), size),
        clients_(size, soak_client{!temper.resets && !temper.deletes}) {
    world_.open();
  }

  void run(std::size_t steps) {
    for (std::size_t i = 0; i < steps; ++i) {
      for (auto count = random_() % 4; count > 0; --count) world_.step();
      const auto c = somebody();
      crowd_.send(c, clients_[c].ask(random_() % 100, world_.pick_rid(), world_.pick_rid()));
      crowd_.catch_up(listener());
    }
    world_.answer_all();
    until([&](const soak_client& c) { return c.unanswered() == 0; });
    if (temper_.resets) {
      world_.mark(++number_);
      until([&](const soak_client& c) { return c.is_marked(number_); });
    }
    // What waits for references before the first fence has come by then; the second is behind that.
    for (int i = 0; i < 2; ++i) {
      for (auto& c : clients_) c.await(number_ + 1);
      world_.fence(++number_);
      until([](const soak_client& c) { return !c.awaits(); });
    }
    for (const auto& c : clients_) {
      CHECK(lines(c.complaints()).empty());
      CHECK(lines(world_.judge(c.knows())).empty());
    }
  }

private:
  static constexpr std::size_t size = 6, at_once = 4;

  test::crowd::listener listener() {
    return [this](std::size_t c, std::string_view text) { clients_[c].hear(text); };
  }

  /// A client that does not wait for too much.
  std::size_t somebody() {
    const auto has_time = [](const soak_client& c) { return c.unanswered() < at_once; };
    if (std::ranges::none_of(clients_, has_time)) world_.answer_all();
    crowd_.listen([&] { return std::ranges::any_of(clients_, has_time); }, listener());
    for (;;) {
      const auto c = random_() % size;
      if (has_time(clients_[c])) return c;
    }
  }

  void until(const std::function<bool(const soak_client&)>& holds) {
    try {
      crowd_.listen([&] { return std::ranges::all_of(clients_, holds); }, listener());
    } catch (const std::exception& e) {
      std::string report = e.what();
      for (const auto& c : clients_) report += "\nclient:" + c.wants() + lines(world_.judge(c.knows()));
      throw std::runtime_error(report);
    }
  }

  const soak_temper temper_;
  std::mt19937 random_;
  soak_world world_;
  test::stage stage_;
  test::crowd crowd_;
  std::vector<soak_client> clients_;
  std::size_t number_ = 0;
};

/// ACTORGATE_TEST_SEEDS sets how many worlds there are.
void run_all(soak_temper temper, actors::settings settings = {}, std::size_t shards = 2) {
  const char* more = std::getenv("ACTORGATE_TEST_SEEDS");
  settings.request_timeout = std::chrono::seconds{30};
  settings.eviction_delay = std::chrono::milliseconds{20};
  for (std::uint32_t seed = 1; seed <= (more ? std::stoul(more) : 2); ++seed) {
    INFO("seed ", seed);
    soak s{seed, temper, settings, shards};
    for (int round = 0; round < 3; ++round) s.run(100 * effort);
  }
}

}  // namespace

TEST_CASE("clients of a world of events know what is true") { run_all({}); }

TEST_CASE("clients of a world with silent changes and resets know what is true") {
  run_all({.resets = true});
}

TEST_CASE("clients of a world whose resources come and go know what is true") { run_all({.deletes = true}); }

TEST_CASE("clients of a world that withdraws access know what is true, and no more than they may") {
  run_all({.denials = true});
}

TEST_CASE("clients of a world in which everything happens, throttled and on four shards, know what is true") {
  actors::settings settings;
  settings.reset_throttle = 3;
  settings.reference_throttle = 2;
  run_all({.resets = true, .deletes = true, .denials = true}, settings, 4);
}
