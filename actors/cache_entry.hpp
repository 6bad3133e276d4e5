#pragma once
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/address_book.hpp"
#include "actors/lean_actor.hpp"
#include "actors/messages.hpp"
#include "cache/entry.hpp"
#include "inspection/answers.hpp"

namespace actorgate::actors {

/// See `entry_actor`. Carries out what the cache's entry machine wants; its watchers are shards.
class cache_entry final : public lean_actor<cache_entry, entry_actor>, private cache::entry_port {
public:
  static constexpr auto actor_name = "cache_entry";

  /// Subscribes to the events of the name, before anything is asked.
  cache_entry(caf::actor_config& config, caf::execution_unit* home, const address_book& book,
              shared_text name);

  // -- called by the directory

  void open(const open_resource& command);
  void close(const close_resource& command);
  /// The resource as it is, if that is known; otherwise the reader will be told.
  cache::snapshot_ptr read(const connection_actor& reader, const read_resources::wanted& what);
  const shared_text& name() const { return name_; }
  /// Nothing is known or awaited.
  bool empty() const { return machine_.empty(); }
  /// What is known of the resources, or of access to them, may be wrong.
  void reset(bool resources, bool access, cache::throttle_id throttle);

  // -- called by the inspector

  inspection::entry_row report();
  inspection::entry_detail report_all();
  /// Forgets everything at once, if nobody has it open; whether it was so.
  bool drop();

  // -- messages

  void on(event_arrived& event);
  void on(service_replied& reply);
  void on(tick&);

private:
  void send_get(std::uint64_t ticket, std::string_view query, cache::throttle_id throttle) override;
  void send_query(std::uint64_t ticket, std::string_view subject, std::string_view query) override;
  void loaded(cache::watcher_id to, std::string_view query, cache::resource_id resource,
              cache::snapshot_ptr now) override;
  void failed(cache::watcher_id to, std::string_view query, const protocol::error& why) override;
  void event(cache::watcher_id to, cache::resource_id resource, cache::resource_event_ptr event) override;
  void reaccess(cache::watcher_id to, cache::throttle_id throttle) override;
  void pass(std::uint64_t ticket) override;
  void complain(std::string_view what) override;

  void be_subscribed();
  void keep(cache::watcher_id shard, relay_actor relay);
  const relay_actor* relay_of(cache::watcher_id shard) const;
  void open(cache::watcher_id who, std::string_view query, cache::throttle_id throttle);
  void close_read();
  void request(std::uint64_t ticket, std::string subject, std::string payload, cache::throttle_id throttle);
  void watch_clock(std::chrono::milliseconds delay);
  /// To be called when the machine has been told something.
  void settle();

  struct reader {
    connection_actor connection;
    cache::slot_id slot;
  };
  /// What only an entry needs that is more than subscribed to.
  struct visitors {
    /// Those who want to know once, by query; to the machine they are one watcher.
    std::map<std::string, std::vector<reader>, std::less<>> readers;
    std::vector<std::string> read;  ///< queries whose readers have been told: to be closed
    /// Replies to clients that wait their turn; tickets are the entry's own.
    std::unordered_map<std::uint64_t, service_replied> passengers;
    std::uint64_t next_passenger = 1;
  };
  visitors& with_visitors() {
    if (!visitors_) visitors_ = std::make_unique<visitors>();
    return *visitors_;
  }
  /// Readers of the query wait no more.
  template <class Tell>
  void tell_readers(std::string_view query, Tell tell);

  const address_book& book_;
  shared_text name_;
  cache::entry machine_;
  relay_actor first_relay_;                      ///< that of shard 0, which many gateways have alone
  std::unique_ptr<relay_actor[]> other_relays_;  ///< by shard, from the first of them on
  std::unique_ptr<visitors> visitors_;           ///< likewise
  std::uint32_t counted_ = 0;                    ///< resources
  std::uint32_t events_ = 0;
  std::uint32_t last_event_ = 0;  ///< seconds of the clock
  bool subscribed_ = false;
  bool ticking_ = false;
};

}  // namespace actorgate::actors
