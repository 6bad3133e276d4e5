#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>

#include "actors/actors.hpp"
#include "actors/exposition.hpp"
#include "cache/entry.hpp"
#include "cache/subscription.hpp"
#include "inspection/answers.hpp"
#include "net/close_reason.hpp"
#include "net/nats_client.hpp"
#include "protocol/node_report.hpp"
#include "protocol/service_event.hpp"
#include "protocol/shared_text.hpp"

// What actors say to each other. Commands are verbs, facts are in the past tense. None of it leaves the
// process.

namespace actorgate::actors {

using message_ptr = std::shared_ptr<const net::nats_message>;
using protocol::shared_text;

// -- a resource on its way to a client ----------------------------------------

/// What a connection wants to be told of, as it calls its hub, and that the relay.
struct client_slot {
  connection_actor connection;
  cache::slot_id slot;
  std::string_view name;  ///< for services, with the connection's id in place of the tag
  std::string_view query;
  const shared_text& rid;  ///< for the client
};
/// relay -> hub: I have no client any more.
struct relay_emptied {
  shared_text name;
};

/// relay -> directory: tell the relay of this shard of the resource under this query.
struct open_resource {
  shared_text name;
  shared_text query;
  relay_actor relay;
  cache::watcher_id shard;
  cache::throttle_id throttle;
};
/// relay -> directory
struct close_resource {
  shared_text name;
  shared_text query;
  cache::watcher_id shard;
};
/// http_exchange -> directory: tell this connection once what these resources are under these queries.
struct read_resources {
  struct wanted {
    cache::slot_id slot;
    std::string name;
    std::string query;
    cache::throttle_id throttle;
  };
  connection_actor connection;
  std::vector<wanted> what;
};
/// entry -> directory: I know nothing any more. May come more than once, and when there is another entry of
/// the name already.
struct entry_emptied {
  shared_text name;
};

/// entry -> relay
struct resource_loaded {
  std::string query;
  cache::resource_id resource;
  cache::snapshot_ptr content;
};
struct resource_failed {
  std::string query;
  std::shared_ptr<const protocol::error> why;
};
struct resource_changed {
  cache::resource_id resource;
  cache::resource_event_ptr event;
};
/// entry -> relay: access to every resource of the name has to be asked for again.
struct access_changed {
  cache::throttle_id throttle;
};

/// relay, entry -> connection: the same, for one slot.
struct slot_loaded {
  cache::slot_id slot;
  cache::snapshot_ptr content;
};
/// directory -> connection, connection -> itself: what has been known when it was asked for.
struct slots_loaded {
  std::vector<slot_loaded> slots;
};
struct slot_failed {
  cache::slot_id slot;
  std::shared_ptr<const protocol::error> why;
};
struct slot_event {
  cache::slot_id slot;
  cache::relayed_event_ptr event;
};
struct slot_reaccess {
  cache::slot_id slot;
  cache::throttle_id throttle;
};

// -- requests to services -----------------------------------------------------

/// What became of a request.
enum class request_outcome : std::uint8_t { answered, timed_out, no_responders, subject_too_long, failed };

/// Where the answer to a request goes: by the way that the events of `name` take, if there is such a way, so
/// that neither overtakes the other. It ends at the connection, or at the entry if there is none.
struct request_route {
  std::string name;             ///< of the resource; empty if the order does not matter
  connection_actor connection;  ///< null if the entry of that name asks
  cache::watcher_id shard = 0;  ///< that of the connection
  admin_actor admin = {};       ///< set if it is for the gateway's own resources
};

/// The throttle of what is asked again because NATS has been away. Services may come back later than we do:
/// such a request waits for somebody to listen.
inline constexpr cache::throttle_id after_outage = cache::patient;

/// entry, connection, relay (-> directory) -> nats_gateway
struct send_request {
  std::string subject;
  std::string payload;
  std::uint64_t ticket;  ///< the asker's own
  request_route route;
  cache::throttle_id throttle = 0;
  net::shared_headers headers = nullptr;  ///< of the NATS message
};
/// nats_gateway (-> nats_subscription -> entry (-> relay)) -> asker
struct service_replied {
  std::uint64_t ticket;
  request_outcome outcome;
  message_ptr message;  ///< null unless answered
  request_route route;
};

// -- NATS ---------------------------------------------------------------------

/// The bus -> nats_gateway: a message on one of its subscriptions.
struct message_arrived {
  message_ptr message;
};
/// gateway -> nats_gateway: begin, and have the events of the system delivered to this subscription, and what
/// nodes tell of themselves to the beacon, and requests for our own resources to the admin, if there are
/// such.
struct subscribe_system {
  subscription_actor subscription;
  beacon_actor nodes = {};
  admin_actor admin = {};
};
/// connection, beacon, admin -> nats_gateway
struct publish_event {
  std::string subject;
  std::string payload;
  std::function<void()> sent = {};  ///< called when it is on its way, or cannot be; may be null
};
/// entry -> nats_gateway: have the events of a resource name delivered to this subscription.
struct subscribe_events {
  shared_text name;
  subscription_actor subscription;
};
struct unsubscribe_events {
  shared_text name;
};
/// connection -> nats_gateway: have the events for this connection delivered to it.
struct subscribe_connection {
  std::string cid;
  connection_actor connection;
};
struct unsubscribe_connection {
  std::string cid;
};
/// nats_gateway -> nats_subscription, connection, beacon: an event, named by the last part of its subject;
/// and nats_gateway -> admin: a request.
struct event_arrived {
  message_ptr message;
};

// -- the system ---------------------------------------------------------------

using reset_ptr = std::shared_ptr<const protocol::reset_event>;
/// Its tids are sorted.
using token_reset_ptr = std::shared_ptr<const protocol::token_reset_event>;

/// nats_subscription of the system -> directories
struct reset_resources {
  reset_ptr patterns;
  cache::throttle_id throttle;
};
/// nats_subscription of the system -> hubs -> connections
struct reset_tokens {
  token_reset_ptr which;
};

/// connection -> hub
struct connection_opened {
  connection_actor connection;
};
struct connection_closed {
  connection_actor connection;
};
/// gateway -> hubs -> connections
struct close_connections {
  net::close_reason why;
  bool answers_first = false;  ///< each when the requests of its client are answered
};
/// gateway -> hubs: close all connections, one after the other within that time.
struct drain_connections {
  std::chrono::milliseconds patience;
};

// -- the cluster --------------------------------------------------------------

struct known_node {
  protocol::node_report report;
  std::chrono::milliseconds silence;  ///< since that
};
/// Takes all nodes, this one first and the others by id; on the thread of NATS' shard.
using node_list_taker = std::function<void(std::vector<known_node>)>;

/// gateway -> beacon: clients can come.
struct start_beacon {
  std::string clients;  ///< where
  /// Has `node_counted` sent, with that taker. From any thread.
  std::function<void(node_list_taker)> count;
};
/// inspector -> beacon
struct list_nodes {
  node_list_taker take;
};
/// gateway -> beacon: what this node has to tell of itself.
struct node_counted {
  std::uint64_t connections = 0, subscriptions = 0, resources = 0;
  bool draining = false;
  node_list_taker take = {};  ///< null: it is for the cluster
};
/// gateway -> beacon: nothing is said any more but that we are gone.
struct leave_cluster {
  std::function<void()> done;  ///< called when that is on its way
};

// -- the gateway's own resources ------------------------------------------------

/// gateway -> admin: clients can come.
struct start_admin {
  /// Hands over what the gateway has counted; from any thread. Null: nothing is looked at any more.
  std::function<void(std::function<void(gateway_report)>)> report;
};
/// gateway -> admin
struct renew_admin {};
/// beacon -> admin; of this gateway itself, too, before anything else.
struct node_listed {
  protocol::node_report report;
  bool is_there;
};
/// gateway -> admin
struct node_measured {
  gateway_report report;
};

class client_survey;
/// admin -> hub, hub -> itself: tell the admin of the clients here.
struct survey_clients {
  admin_actor to;
  /// The names of resources whose clients are to be counted.
  std::shared_ptr<const std::vector<std::string>> names;
  std::shared_ptr<client_survey> so_far = nullptr;  ///< null at the beginning
};
/// hub -> admin
struct clients_surveyed {
  std::vector<inspection::connection_row> first;  ///< those with the most to write, a bounded number
  std::uint64_t slow = 0;                         ///< so many have something to write
  std::vector<std::uint64_t> subscribers;         ///< clients of each name
};

/// A moment has come: of a periodic task of the receiver itself, or hub -> connections: show that you are
/// alive.
struct tick {};

}  // namespace actorgate::actors

#define ACTORGATE_MESSAGE(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actorgate::actors::type)
ACTORGATE_MESSAGE(relay_emptied)
ACTORGATE_MESSAGE(open_resource)
ACTORGATE_MESSAGE(close_resource)
ACTORGATE_MESSAGE(read_resources)
ACTORGATE_MESSAGE(entry_emptied)
ACTORGATE_MESSAGE(resource_loaded)
ACTORGATE_MESSAGE(resource_failed)
ACTORGATE_MESSAGE(resource_changed)
ACTORGATE_MESSAGE(access_changed)
ACTORGATE_MESSAGE(slot_loaded)
ACTORGATE_MESSAGE(slots_loaded)
ACTORGATE_MESSAGE(slot_failed)
ACTORGATE_MESSAGE(slot_event)
ACTORGATE_MESSAGE(slot_reaccess)
ACTORGATE_MESSAGE(send_request)
ACTORGATE_MESSAGE(service_replied)
ACTORGATE_MESSAGE(message_arrived)
ACTORGATE_MESSAGE(publish_event)
ACTORGATE_MESSAGE(subscribe_system)
ACTORGATE_MESSAGE(subscribe_events)
ACTORGATE_MESSAGE(unsubscribe_events)
ACTORGATE_MESSAGE(subscribe_connection)
ACTORGATE_MESSAGE(unsubscribe_connection)
ACTORGATE_MESSAGE(event_arrived)
ACTORGATE_MESSAGE(reset_resources)
ACTORGATE_MESSAGE(reset_tokens)
ACTORGATE_MESSAGE(connection_opened)
ACTORGATE_MESSAGE(connection_closed)
ACTORGATE_MESSAGE(close_connections)
ACTORGATE_MESSAGE(drain_connections)
ACTORGATE_MESSAGE(start_beacon)
ACTORGATE_MESSAGE(list_nodes)
ACTORGATE_MESSAGE(node_counted)
ACTORGATE_MESSAGE(leave_cluster)
ACTORGATE_MESSAGE(survey_clients)
ACTORGATE_MESSAGE(clients_surveyed)
ACTORGATE_MESSAGE(start_admin)
ACTORGATE_MESSAGE(renew_admin)
ACTORGATE_MESSAGE(node_listed)
ACTORGATE_MESSAGE(node_measured)
ACTORGATE_MESSAGE(tick)
#undef ACTORGATE_MESSAGE
