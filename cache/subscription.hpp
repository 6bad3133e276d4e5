#pragma once
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "cache/resource.hpp"
#include "cache/throttle.hpp"
#include "protocol/error.hpp"
#include "protocol/service_response.hpp"
#include "protocol/shared_text.hpp"

namespace actorgate::cache {

/// Names a subscription towards the relay that feeds it. Never reused while something may still be under way
/// to it.
using slot_id = std::uint32_t;
inline constexpr slot_id no_slot = 0;

/// An event on its way to the clients that know the resource by one rid. Who makes it adds what it is on the
/// wire.
struct relayed_event {
  resource_event_ptr event;

  explicit relayed_event(resource_event_ptr e) : event(std::move(e)) {}
  relayed_event(const relayed_event&) = delete;
  relayed_event& operator=(const relayed_event&) = delete;
  virtual ~relayed_event() = default;
};
using relayed_event_ptr = std::shared_ptr<const relayed_event>;

/// The system says that access has to be asked for again.
struct held_reaccess {
  throttle_id throttle;
};
/// A reply to a call on the resource, which must not overtake the events before it.
struct held_reply {
  std::uint64_t ticket;
};
using held_item = std::variant<relayed_event_ptr, held_reaccess, held_reply>;

struct waiting_call {
  std::uint64_t ticket;
  std::string method;
};

/// One client's view of one resource.
///
///     loading --loaded--> loaded --answer or event that carries it--> sent --delete--> deleted
///        \--failed--> failed, which is sent as an error likewise
///
/// A known resource (sent, failed or deleted in the client's eyes) that the client has let go of while
/// something that is still loading refers to it becomes `loading` again.
struct subscription {
  struct loading {};
  struct loaded {
    snapshot_ptr content;
  };
  struct sent {};
  struct failed {
    std::unique_ptr<const protocol::error> why;
  };
  struct deleted {};

  /// A reference to another resource, with how many times it occurs.
  struct edge {
    subscription* to;
    std::uint32_t count;
  };

  /// What most subscriptions never have, or not for long.
  struct affairs {
    /// Where each of many references is; made when one is searched for.
    std::unique_ptr<std::unordered_map<const subscription*, std::size_t>> places;
    std::vector<edge> dead_references;   ///< of the client's copy, while what was deleted is loaded anew
    std::list<held_item> held;           ///< what came too early to be sent
    std::vector<std::uint32_t> waiters;  ///< tasks to go on when this is loaded, or its access answered
    std::vector<waiting_call> calls;     ///< calls that wait for access
    std::uint64_t access_ticket = 0;     ///< of the access request under way
    std::uint32_t task = 0;              ///< that of the event whose references load
    /// Its place among those whose held items are about to go on.
    std::optional<std::list<subscription*>::iterator> freed;

    bool empty() const {
      return !places && dead_references.empty() && held.empty() && waiters.empty() && calls.empty() &&
             access_ticket == 0 && task == 0 && !freed;
    }
  };

  enum class access_state : std::uint8_t { unknown, asking, known };
  /// What later items of `held` wait for.
  enum class busy_with : std::uint8_t { nothing, references, access };

  explicit subscription(protocol::shared_text r) : rid(std::move(r)) {}
  subscription(const subscription&) = delete;
  subscription& operator=(const subscription&) = delete;

  template <class T>
  bool is() const {
    return std::holds_alternative<T>(state);
  }
  /// Whether the client has been told of the resource.
  bool known() const { return is<sent>() || is<deleted>() || (is<failed>() && error_known); }

  /// To be read; none of it if there is none.
  const affairs& has() const {
    static const affairs nothing{};
    return own_ ? *own_ : nothing;
  }
  /// To be changed, if there may be any; null if there is none.
  affairs* own() { return own_.get(); }
  /// To be added to.
  affairs& make_own() { return own_ ? *own_ : *(own_ = std::make_unique<affairs>()); }
  /// To be called when some of it is over.
  void tidy() {
    if (own_ && own_->empty()) own_ = nullptr;
  }

  protocol::shared_text rid;  ///< as the client writes it
  std::variant<loading, loaded, sent, failed, deleted> state;

  std::vector<edge> references;
  throttle_id tree = 0;  ///< the group in which its references are fetched
  protocol::access_rights rights;

  slot_id slot = no_slot;
  std::uint32_t pins = 0;           ///< requests and events under way that need it
  std::uint32_t holders = 0;        ///< references to it
  std::uint32_t known_holders = 0;  ///< of those, from resources that the client knows
  std::uint32_t mark = 0;           ///< of the latest walk over the graph that came by
  std::uint16_t direct = 0;         ///< direct subscriptions that have been answered
  std::uint16_t pending = 0;        ///< those that have not
  access_state access = access_state::unknown;
  busy_with busy = busy_with::nothing;
  bool error_known = false;  ///< the client has been told why it has failed
  bool suspected = false;    ///< is to be looked at by the next collection
  bool leans = false;        ///< its pins may be all that keeps it

private:
  std::unique_ptr<affairs> own_;
};

}  // namespace actorgate::cache
