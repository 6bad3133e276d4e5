#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "actors/inspector.hpp"
#include "actors/wiretap.hpp"

// Listening for a while to what a connection or a resource has to do with.

namespace actorgate::actors {
namespace {

constexpr std::size_t most_traces = 10;
constexpr std::uint32_t longest_trace = 3600, most_lines = 10'000;
/// Shorter ones would be found everywhere.
constexpr std::size_t shortest_subject = 3;

std::string objection(const inspection::start_trace& q, std::size_t running) {
  if (running >= most_traces) return "there are enough traces already";
  if (!q.listener) return "a trace needs a listener";
  if (q.subject.size() < shortest_subject) return "\"" + q.subject + "\" is too short for a trace";
  if (q.seconds < 1 || q.seconds > longest_trace) return "a trace takes 1 to 3600 seconds";
  if (q.lines < 1 || q.lines > most_lines) return "a trace has 1 to 10,000 lines";
  return {};
}

}  // namespace

auto inspector_state::answer(const inspection::start_trace& q) -> promise<inspection::done> {
  return run<inspection::done>([&](const auto& e) {
    if (auto why = objection(q, traces_.size()); !why.empty()) return e.fail(std::move(why));
    const auto id = next_trace_++;
    traces_.emplace(id, listening{q.listener, q.lines});
    self_->monitor(q.listener);
    spdlog::info("the operator traces {} for {} s", on_one_line(q.subject), q.seconds);
    const auto end = [id](inspector_state& me) { me.end_trace(id, "its time is over"); };
    self_->delayed_send(inspector_backstage{self_}, std::chrono::seconds{q.seconds}, inspector_note{end});
    const auto hear = [me = e, id](inspection::trace_line line) {
      me.note([id, line = std::move(line)](inspector_state& s) { s.pass(id, line); });
    };
    e.visit_all(
        [listener = wiretap::listener{id, q.subject, q.lines, hear}](const auto& me, std::size_t shard) {
          me.place(shard).tap->add(listener);
          return 0;
        },
        [subject = q.subject](const auto& me, const std::vector<int>&) {
          me.answer({"tracing " + subject});
        });
  });
}

void inspector_state::pass(std::uint64_t id, inspection::trace_line line) {
  const auto found = traces_.find(id);
  if (found == traces_.end()) return;
  self_->send(found->second.listener, std::move(line));
  if (--found->second.lines == 0) end_trace(id, "it has all its lines");
}

void inspector_state::end_trace(std::uint64_t id, const std::string& why) {
  const auto ended = traces_.extract(id);
  if (ended.empty()) return;
  for (std::size_t shard = 0; shard < where_->shards.size(); ++shard) {
    boost::asio::post(where_->shards[shard]->loop().context(),
                      [where = where_, shard, id] { where->book.places[shard].tap->remove(id); });
  }
  self_->send(ended.mapped().listener, inspection::trace_ended{why});
}

void inspector_state::end_traces_of(const caf::actor_addr& listener) {
  std::vector<std::uint64_t> theirs;
  for (const auto& [id, each] : traces_) {
    if (each.listener.address() == listener) theirs.push_back(id);
  }
  for (const auto id : theirs) end_trace(id, "nobody listens");
}

}  // namespace actorgate::actors
