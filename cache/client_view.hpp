#pragma once
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cache/reference_graph.hpp"
#include "cache/report.hpp"
#include "cache/small_set.hpp"
#include "cache/subscription.hpp"
#include "cache/walk.hpp"
#include "protocol/client_message.hpp"
#include "protocol/client_request.hpp"
#include "protocol/version.hpp"

namespace actorgate::cache {

/// A request that is to be answered.
struct request_tag {
  std::uint64_t id;  ///< the client's
  protocol::request_kind kind;
};

/// What a client's view wants done. Called from within the view's functions; must not call it back, but may
/// keep what it is told for when that function has returned.
class client_view_port {
public:
  /// Have the resource loaded and be told of its events, under this slot.
  virtual void watch(slot_id slot, const protocol::shared_text& rid, throttle_id throttle) = 0;
  virtual void unwatch(slot_id slot, const protocol::shared_text& rid) = 0;
  /// Ask the service; the answer goes to `client_view::on_access`.
  virtual void ask_access(std::uint64_t ticket, std::string_view rid, throttle_id throttle) = 0;
  /// The call of this ticket may be made, or may not.
  virtual void call_granted(std::uint64_t ticket) = 0;
  virtual void call_refused(std::uint64_t ticket, const protocol::error& why) = 0;
  /// A reply that waited behind events may be answered now.
  virtual void pass(std::uint64_t ticket) = 0;

  /// Answer the client's request with a result, which is raw JSON, or empty if there is to be none; or with
  /// an error.
  virtual void respond(request_tag to, std::string_view result) {
    send(result.empty() ? protocol::empty_message(to.id) : protocol::result_message(to.id, result));
  }
  virtual void refuse(request_tag to, const protocol::error& why) {
    send(protocol::error_message(to.id, why));
  }
  /// Send an event as all clients that know the resource by this rid get it.
  virtual void send(const relayed_event& event) = 0;
  virtual void send(std::string message) = 0;

protected:
  ~client_view_port() = default;
};

/// What a client can make grow.
struct client_view_limits {
  std::size_t resources = 100'000;  ///< direct subscriptions; references are the services' business
  std::uint16_t direct_per_resource = 256;
  bool throttle_references = false;
};

/// One client's view of all resources: a state machine without I/O, which answers subscribe, unsubscribe and
/// get requests, keeps the client in step with events, and knows what access it has.
///
/// Requests, and events that bring references, become tasks: they wait until the whole tree of references is
/// there (and access is granted), collect what is new to the client and send it in one message. Meanwhile
/// later events of the resources concerned are held.
class client_view {
public:
  explicit client_view(client_view_port& port, client_view_limits limits = {})
      : port_(port), limits_(limits) {}
  client_view(const client_view&) = delete;
  client_view& operator=(const client_view&) = delete;

  void set_version(protocol::version v) { version_ = v; }
  protocol::version version() const { return version_; }

  // -- from the client
  void subscribe(std::uint64_t id, std::string_view rid);
  void unsubscribe(std::uint64_t id, std::string_view rid, std::uint64_t count);
  void get(std::uint64_t id, std::string_view rid);
  /// The answer to request `id`, a call in most cases, is this resource, to which the client is subscribed
  /// with it.
  void subscribe_response(std::uint64_t id, std::string_view rid,
                          protocol::request_kind asked = protocol::request_kind::call);
  /// Finds out whether a method of the resource may be called, and answers `call_granted` or `call_refused`.
  void call(std::uint64_t ticket, std::string_view rid, std::string_view method);

  // -- from relays
  void on_loaded(slot_id slot, snapshot_ptr content);
  void on_failed(slot_id slot, const protocol::error& why);
  void on_event(slot_id slot, relayed_event_ptr event);
  void on_reaccess(slot_id slot, throttle_id throttle);

  // -- from services
  void on_access(std::uint64_t ticket, protocol::outcome<protocol::access_rights> answer);
  /// A reply to a call on this rid has come. Passes at once, or behind the events that came before it.
  void on_reply(std::uint64_t ticket, std::string_view rid);
  /// The connection's token is another: what access was granted for the old one counts no more.
  void on_token_changed();

  /// Lets go of everything, without a message to the client.
  void clear();

  std::size_t size() const { return subscriptions_.size(); }
  /// What the rids of all subscriptions take.
  std::size_t rid_bytes() const { return rid_bytes_; }
  /// Requests that have not been answered.
  std::size_t pending() const { return requests_; }
  /// Tells of some of the subscriptions: see `walk_on`.
  walk_end report(std::vector<std::string>& trail, const walk_bounds& bounds,
                  std::vector<subscription_report>& to) const;
  /// Why there is a subscription to that rid, if there is one. Follows up to `bound` references for it.
  std::optional<reason_report> explain(std::string_view rid, std::size_t bound = 10'000) const;
  bool idle() const { return subscriptions_.empty() && tasks_.empty() && asks_.empty(); }

private:
  enum class task_kind : std::uint8_t { subscribe, response, get, event };
  /// Something that waits until a tree of resources is loaded.
  struct task {
    task_kind kind;
    request_tag tag = {};             ///< of the client's request
    subscription* subject = nullptr;  ///< the resource asked for, or that of the event
    relayed_event_ptr event = nullptr;
    std::vector<subscription*> roots = {};
    std::vector<subscription*> open = {};                 ///< still to be walked over
    std::unordered_set<const subscription*> walked = {};  ///< and over these it has, if they refer on
    std::uint32_t burials = 0;                            ///< had been when the walk began
    bool asks() const { return kind != task_kind::event; }
    bool subscribes() const { return kind == task_kind::subscribe || kind == task_kind::response; }
  };
  using task_id = std::uint32_t;
  struct rid_of {
    using type = std::string_view;
    type operator()(const std::unique_ptr<subscription>& s) const { return s->rid; }
  };
  using subscription_set = small_set<std::unique_ptr<subscription>, rid_of>;
  struct slot_of {
    using type = slot_id;
    type operator()(const subscription* s) const { return s->slot; }
  };
  /// Whom an access request under way is for: a subscription, or a single call.
  struct ask {
    subscription* subject = nullptr;
    throttle_id throttle = 0;
    std::string rid = {};  ///< of a single call
    waiting_call call = {};
  };

  // requests (client_view_requests.cpp)
  void request(task_kind kind, request_tag tag, std::string_view rid);
  bool may_subscribe(const subscription* s) const;
  void try_finish(task_id id);
  void begin_walk(task& t);
  bool walk(task_id id, task& t);
  std::vector<subscription*> unknown_below(const task& t);
  protocol::resource_set to_set(const std::vector<subscription*>& news) const;
  void finish_request(task_id id);
  void refuse_request(task_id id, const protocol::error& why);
  void finish_event(task_id id);
  task take(task_id id);

  // subscriptions
  subscription* find(std::string_view rid);
  subscription* find(slot_id slot);
  subscription& obtain(std::string_view rid, throttle_id tree, bool follows);
  void start_loading(subscription& s, throttle_id throttle);
  void stop_watching(subscription& s);
  void pin(subscription& s) { ++s.pins; }
  void unpin(subscription& s);
  void become_known(const std::vector<subscription*>& news);
  void wake(subscription& s);
  void free(subscription& s);
  void settle();
  void collect();
  void refresh(subscription& s);
  void give_up(subscription& s);
  void dispose(subscription& s);

  // events
  bool must_hold(const subscription& s) const;
  void hold_or_process(subscription& s, held_item item);
  void process_next(subscription& s);
  void drop_held(subscription& s);
  void process(subscription& s, relayed_event_ptr& event);
  void process(subscription& s, const held_reaccess& reaccess);
  void process(subscription& s, const held_reply& reply);
  void process_references(subscription& s, relayed_event_ptr event);
  void drop_references(subscription& s, const resource_event& event);
  void on_deleted(subscription& s);
  void cancel_event(subscription& s);
  void answer(const waiting_call& call, const protocol::access_rights& rights);

  // access (client_view_access.cpp)
  void require_access(subscription& s, throttle_id throttle = 0);
  void ask_for_call(ask asked);
  void forget_access(subscription& s);
  void renew_access(subscription& s, throttle_id throttle);
  void reaccess(subscription& s, throttle_id throttle);
  void on_access_of(subscription& s, const protocol::error* why);
  void revoke(subscription& s, const protocol::error& why);

  client_view_port& port_;
  client_view_limits limits_;
  reference_graph graph_;
  subscription_set subscriptions_;
  small_set<subscription*, slot_of> slots_;
  // Mostly empty, so of types that take no memory then.
  std::map<task_id, task> tasks_;
  std::map<std::uint64_t, ask> asks_;
  std::list<task_id> ready_;        ///< that may go on
  std::list<subscription*> freed_;  ///< whose held items may go on, in that order
  std::uint32_t burials_ = 0;       ///< how often subscriptions have been destroyed
  std::uint32_t requests_ = 0;      ///< of the tasks, those that the client waits for
  std::size_t rid_bytes_ = 0;
  std::uint32_t asked_ = 0;  ///< direct subscriptions, answered or not
  protocol::version version_;
  slot_id next_slot_ = 1;
  task_id next_task_ = 1;
  std::uint64_t next_ticket_ = 1;
  throttle_id next_tree_ = 1;
};

}  // namespace actorgate::cache
