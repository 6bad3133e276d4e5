#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/typed_response_promise.hpp>

#include "actors/address_book.hpp"
#include "actors/shard.hpp"
#include "inspection/inspector.hpp"

namespace actorgate::actors {

class inspector_state;
/// The question of that number is answered.
void end_errand(inspector_state& of, std::uint64_t number);

/// What the inspector is to do where it lives: from shards, or from itself for later.
struct inspector_note {
  std::function<void(inspector_state&)> then;
};

/// The inspector with what only this process may tell it.
using inspector_backstage = inspection::inspector_actor::extend<caf::reacts_to<inspector_note>>;

/// Where the inspector finds what it is asked about. Outlives it.
struct inspected_gateway {
  struct condition {
    bool nats_connected, draining;
    std::uint64_t nats_reconnects;
  };
  const address_book& book;
  std::vector<shard*> shards;
  std::string nats_url;
  std::function<condition()> now;
};

/// How often shards were visited, and how long they were busy with it.
struct visit_costs {
  std::atomic<std::uint64_t> visits{0};
  std::atomic<std::int64_t> total_ns{0}, longest_ns{0};

  void add(std::int64_t ns) {
    ++visits;
    total_ns += ns;
    auto longest = longest_ns.load();
    while (ns > longest && !longest_ns.compare_exchange_weak(longest, ns)) {
    }
  }
};

/// What this thread has been running, in ns: others that share its core do not count.
inline std::int64_t thread_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
}

/// A question on its way: it visits shards, on whose threads it looks at what lives there, until it has an
/// answer, which the inspector gives. No visit may take long.
template <class Answer>
class errand {
public:
  errand(std::shared_ptr<const inspected_gateway> where, std::shared_ptr<visit_costs> costs,
         inspector_backstage inspector, std::uint64_t number, caf::typed_response_promise<Answer> promise)
      : where_(std::move(where)),
        costs_(std::move(costs)),
        inspector_(std::move(inspector)),
        number_(number),
        promise_(std::move(promise)) {}

  const address_book& book() const { return where_->book; }
  const address_book::place& place(std::size_t shard) const { return where_->book.places[shard]; }
  std::size_t shards() const { return where_->shards.size(); }
  shard& at(std::size_t index) const { return *where_->shards[index]; }

  /// Calls `f(errand)` on the thread of that shard.
  template <class F>
  void visit(std::size_t shard, F f) const {
    boost::asio::post(at(shard).loop().context(), [me = *this, f = std::move(f)]() mutable {
      const auto begin = thread_time();
      f(std::as_const(me));
      me.costs_->add(thread_time() - begin);
    });
  }

  /// Calls `look(errand, shard)` on each shard, and, when all have been visited, `finish(errand, parts)` on
  /// one of them with what that has returned, by shard.
  template <class Look, class Finish>
  void visit_all(Look look, Finish finish) const {
    using part = std::invoke_result_t<Look, const errand&, std::size_t>;
    struct collection {
      std::vector<part> parts;
      std::atomic<std::size_t> missing;
    };
    const auto all = std::make_shared<collection>();
    all->parts.resize(shards());
    all->missing = shards();
    for (std::size_t i = 0; i < shards(); ++i) {
      visit(i, [all, i, look, finish](const errand& me) {
        all->parts[i] = look(me, i);
        if (--all->missing == 0) finish(me, std::move(all->parts));
      });
    }
  }

  void answer(Answer told) const {
    note([number = number_, promise = promise_, told = std::move(told)](inspector_state& s) mutable {
      end_errand(s, number);
      promise.deliver(std::move(told));
    });
  }
  void fail(std::string why) const {
    note([number = number_, promise = promise_, why = std::move(why)](inspector_state& s) mutable {
      end_errand(s, number);
      promise.deliver(caf::make_error(caf::sec::runtime_error, std::move(why)));
    });
  }
  /// Has the inspector do that.
  void note(std::function<void(inspector_state&)> then) const {
    caf::anon_send(inspector_, inspector_note{std::move(then)});
  }

private:
  std::shared_ptr<const inspected_gateway> where_;
  std::shared_ptr<visit_costs> costs_;
  inspector_backstage inspector_;
  std::uint64_t number_;
  caf::typed_response_promise<Answer> promise_;
};

}  // namespace actorgate::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actorgate::actors::inspector_note)
