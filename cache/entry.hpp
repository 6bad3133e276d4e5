#pragma once
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "cache/report.hpp"
#include "cache/resource.hpp"
#include "cache/small_map.hpp"
#include "cache/throttle.hpp"
#include "protocol/error.hpp"
#include "protocol/shared_text.hpp"

namespace actorgate::cache {

/// One who is told of an entry's resources; numbered by whom the entry belongs to.
using watcher_id = std::uint32_t;
/// One of the resources of an entry, which may have several: one for each normalised query.
using resource_id = std::uint32_t;

/// What an entry wants done. Called from within the entry's own functions; must not call it back.
class entry_port {
public:
  /// Ask the service for the resource; the answer goes to `entry::on_get_response` with the ticket.
  virtual void send_get(std::uint64_t ticket, std::string_view query, throttle_id throttle) = 0;
  /// Ask on the subject of a query event; the answer goes to `entry::on_query_response`.
  virtual void send_query(std::uint64_t ticket, std::string_view subject, std::string_view query) = 0;
  /// `query`, which the watcher has opened, is this resource, which is now so.
  virtual void loaded(watcher_id to, std::string_view query, resource_id resource, snapshot_ptr now) = 0;
  /// `query` cannot be had; it counts as closed.
  virtual void failed(watcher_id to, std::string_view query, const protocol::error& why) = 0;
  virtual void event(watcher_id to, resource_id resource, resource_event_ptr event) = 0;
  /// Access to all resources of the name has to be asked for again.
  virtual void reaccess(watcher_id to, throttle_id throttle) = 0;
  /// A reply that had to wait its turn may pass.
  virtual void pass(std::uint64_t ticket) = 0;
  /// Something that a service sent makes no sense.
  virtual void complain(std::string_view what) = 0;

protected:
  ~entry_port() = default;
};

/// What the cache knows under one resource name: a state machine without I/O.
///
/// A `link` is what clients ask for: the query that they use. The service's answer tells which `variant` it
/// is: the plain resource, or that of a normalised query, which several links may share.
///
///     open -> link requested --get response--> link -> variant loaded <-> resetting
///                           \--error---------> gone                 \--delete, not found--> gone
///
/// While query requests are unanswered the name is busy: everything that comes for it waits its turn, replies
/// included, so that the order in which the service spoke is kept. Events before a resource is loaded are
/// part of it. What nobody has open any more is kept for a while and then forgotten by `expire`.
class entry {
public:
  using time = std::chrono::steady_clock::time_point;

  /// Tickets count from `first_ticket`.
  explicit entry(entry_port& port, std::uint64_t first_ticket = 1)
      : port_(port), next_ticket_(first_ticket) {}
  entry(const entry&) = delete;
  entry& operator=(const entry&) = delete;

  // -- from watchers
  /// The watcher wants to know of the resource under this query. It is answered by `loaded`, now or later,
  /// and told of events from then on, or by `failed`. Opened again, it is answered again.
  void open(watcher_id who, std::string_view query, throttle_id throttle);
  /// What the resource under this query is, for somebody who asks once; null if it has to be opened for that.
  snapshot_ptr read(std::string_view query, time now);
  /// Returns whether that leaves the query open to nobody.
  bool close(watcher_id who, std::string_view query, time now);

  // -- from the service, in its order
  void on_event(std::string_view name, std::string_view payload);
  void on_get_response(std::uint64_t ticket, protocol::outcome<protocol::resource_content> response);
  void on_query_response(std::uint64_t ticket, protocol::outcome<protocol::query_result> response);
  /// A reply to somebody's call or auth; passed on when what came before it has been.
  void on_reply(std::uint64_t ticket);

  // -- from the system
  void reset(bool resources, bool access, throttle_id throttle);
  /// Forgets what has not been open since `oldest`. Since when the longest idle of the rest has been, if any
  /// is.
  std::optional<time> expire(time oldest);

  /// Whether a ticket is that of a query request.
  bool is_query(std::uint64_t ticket) const;
  /// Nothing is known or awaited.
  bool empty() const { return links_.empty() && (!affairs_ || affairs_->requests.empty()); }
  std::size_t resources() const { return variants_.size(); }
  /// Somebody has something open.
  bool in_use() const { return (affairs_ ? affairs_->idle.size() : 0) < links_.size(); }
  entry_report report() const;
  /// The first of its queries. The views are good until the entry is told something.
  std::vector<link_report> report_links(std::size_t limit) const;

private:
  struct link;
  /// Lives as long as it has links.
  struct variant {
    resource_id id;
    const std::optional<protocol::shared_text>* query;  ///< normalised; none for the plain resource
    resource content;
    link* first = nullptr;        ///< of its links
    std::uint64_t resetting = 0;  ///< the ticket of the get under way, or 0
    std::uint64_t queried = 0;    ///< the ticket of the query request under way, or 0
  };
  struct idle_link {
    link* which;
    time since;
  };
  struct link {
    const protocol::shared_text* query;
    std::uint64_t ticket = 0;   ///< of its get
    variant* target = nullptr;  ///< null while requested
    link* next = nullptr;       ///< of those with the same target
    link* previous = nullptr;
    boost::container::small_vector<watcher_id, 2> watchers;
    std::list<idle_link>::iterator idle;  ///< valid while nobody watches
  };
  /// What the service has been asked: for a link the first time, for a variant anew, or a query request,
  /// which is awaited even if its variant is gone.
  struct request {
    link* asker = nullptr;
    variant* subject = nullptr;
    bool is_query = false;
    std::optional<throttle_id> again = {};  ///< a reset has come since: ask once more, under this throttle
  };

  struct pending_event {
    std::string name, payload;
  };
  struct pending_get {
    std::uint64_t ticket;
    protocol::outcome<protocol::resource_content> response;
  };
  struct pending_reply {
    std::uint64_t ticket;
  };
  using pending = std::variant<pending_event, pending_get, pending_reply>;

  /// What an entry has only while something is under way, or idle.
  struct affairs {
    std::map<std::uint64_t, request> requests;  ///< by their ticket
    std::uint32_t queries = 0;                  ///< of them, query requests
    std::list<pending> waiting;                 ///< for the answers to those
    std::list<idle_link> idle;                  ///< the longest idle first

    std::list<idle_link>::iterator place_of(time since);
  };
  affairs& with_affairs() { return affairs_ ? *affairs_ : *(affairs_ = std::make_unique<affairs>()); }
  /// To be called when something of them has been taken away.
  void tidy();

  std::string_view state() const;
  void submit(pending p);
  void handle(const pending_event& e);
  void handle(pending_get& get);
  void handle(const pending_reply& reply) { port_.pass(reply.ticket); }

  void on_resource_event(variant& v, protocol::event_kind kind, std::string_view name,
                         std::string_view payload);
  void on_query_event(std::string_view payload);
  void on_loaded(link& l, protocol::resource_content content);
  void on_failed(link& l, const protocol::error& why);
  void on_reset_response(variant& v, protocol::outcome<protocol::resource_content> response, bool final);
  void apply(variant& v, protocol::event_kind kind, std::string_view payload);
  void apply(variant& v, std::vector<protocol::query_event> events);
  void apply(variant& v, protocol::resource_content content);
  void start_reset(variant& v, throttle_id throttle);
  void ask_again(std::uint64_t ticket, throttle_id throttle);

  request* find_request(std::uint64_t ticket) const;
  void begin_request(std::uint64_t ticket, request r);
  void end_request(std::uint64_t ticket);
  bool is_busy() const { return affairs_ && affairs_->queries > 0; }
  void begin_idling(link& l, time since);
  void end_idling(link& l);
  variant* find(const std::optional<std::string_view>& query);
  std::vector<watcher_id> all_watchers() const;
  std::vector<watcher_id> watchers(const variant& of) const;
  void tell(const variant& v, const resource_event_ptr& event);
  void attach(link& l, variant& v);
  void detach(link& l);
  void forget(link& l);
  void forget(variant& v);
  void remove(variant& v);

  entry_port& port_;
  small_map<protocol::shared_text, link> links_;                       ///< by their query
  small_map<std::optional<protocol::shared_text>, variant> variants_;  ///< by their normalised query
  std::unique_ptr<affairs> affairs_;
  std::uint64_t next_ticket_;
  resource_id next_resource_ = 1;
};

}  // namespace actorgate::cache
