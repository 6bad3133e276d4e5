#pragma once
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

// The map: every actor's interface, and nothing else. What the messages carry stands in `messages.hpp`.

namespace actorgate::actors {

struct relay_emptied;
struct open_resource;
struct close_resource;
struct read_resources;
struct entry_emptied;
struct resource_loaded;
struct resource_failed;
struct resource_changed;
struct access_changed;
struct slot_loaded;
struct slots_loaded;
struct slot_failed;
struct slot_event;
struct slot_reaccess;
struct send_request;
struct service_replied;
struct message_arrived;
struct publish_event;
struct subscribe_system;
struct subscribe_events;
struct unsubscribe_events;
struct subscribe_connection;
struct unsubscribe_connection;
struct event_arrived;
struct reset_resources;
struct reset_tokens;
struct connection_opened;
struct connection_closed;
struct close_connections;
struct drain_connections;
struct start_beacon;
struct list_nodes;
struct node_counted;
struct leave_cluster;
struct survey_clients;
struct clients_surveyed;
struct start_admin;
struct renew_admin;
struct node_listed;
struct node_measured;
struct tick;

/// One WebSocket client; owns its socket, and what the client knows. On the shard that accepted it.
using connection_actor = caf::typed_actor<
    /// A resource that the client waits for is there.
    caf::reacts_to<slot_loaded>,
    /// Those are there that were here already when it asked for them.
    caf::reacts_to<slots_loaded>,
    /// It cannot be had.
    caf::reacts_to<slot_failed>,
    /// Something happened to a resource that the client has, or waits for.
    caf::reacts_to<slot_event>,
    /// Access to it has to be asked for again.
    caf::reacts_to<slot_reaccess>,
    /// A service has answered, or has not.
    caf::reacts_to<service_replied>,
    /// A service tells something about the connection: its token.
    caf::reacts_to<event_arrived>,
    /// Some tokens have to be renewed; perhaps that of this connection.
    caf::reacts_to<reset_tokens>,
    /// The client has to go.
    caf::reacts_to<close_connections>,
    /// Find out whether the client is still there.
    caf::reacts_to<tick>>;

/// One for each shard: who is here. Makes relays, knows connections; which call it to have themselves added
/// to relays and removed.
using hub_actor = caf::typed_actor<
    /// Lets go of the relay, unless something is on its way to it.
    caf::reacts_to<relay_emptied>,
    /// Remembers a connection for what concerns all of them.
    caf::reacts_to<connection_opened>,
    /// Forgets it.
    caf::reacts_to<connection_closed>,
    /// Passes on to all connections.
    caf::reacts_to<reset_tokens>,
    /// Passes on to all connections.
    caf::reacts_to<close_connections>,
    /// Closes them one after the other.
    caf::reacts_to<drain_connections>,
    /// Looks for the clients that an operator should know of, a bounded stretch at a time.
    caf::reacts_to<survey_clients>,
    /// Has all connections look after their clients.
    caf::reacts_to<tick>>;

/// One for each resource name and shard with subscribers: spreads what the entry says over the clients here,
/// in one frame for all that know the resource by the same rid. The hub calls it for its connections.
using relay_actor = caf::typed_actor<
    /// The resource under a query, as it is at this point between the events.
    caf::reacts_to<resource_loaded>,
    /// There is none.
    caf::reacts_to<resource_failed>,
    /// An event.
    caf::reacts_to<resource_changed>,
    /// Access has to be asked for again.
    caf::reacts_to<access_changed>,
    /// A reply to a client's call or auth, in its place between the events.
    caf::reacts_to<service_replied>>;

/// One for each shard: finds the entries of the resource names that belong to it, calls them, makes them and
/// lets go of them.
using directory_actor = caf::typed_actor<
    /// Passes on to NATS, behind what entries have asked for.
    caf::reacts_to<send_request>,
    /// A relay wants a resource under a query. The entry is made if there is none.
    caf::reacts_to<open_resource>,
    /// It does so no more.
    caf::reacts_to<close_resource>,
    /// A connection wants to know once what resources are. Entries are made if there are none.
    caf::reacts_to<read_resources>,
    /// Lets go of the entry, unless something is on its way to it.
    caf::reacts_to<entry_emptied>,
    /// Has the entries whose names match ask anew.
    caf::reacts_to<reset_resources>>;

/// One for each resource name: the cache. Asks the service, applies its events, tells the relays.
/// The directory calls it for relays and connections.
using entry_actor = caf::typed_actor<
    /// The service has said something about the resource.
    caf::reacts_to<event_arrived>,
    /// The service has answered: a get or query of the entry, or a client's call or auth, to be passed on in
    /// order.
    caf::reacts_to<service_replied>,
    /// Time to forget what nobody needs.
    caf::reacts_to<tick>>;

/// One for each NATS subscription to the events of a resource name, or of the system: where the order in
/// which the service speaks is kept, replies included.
using subscription_actor = caf::typed_actor<
    /// An event.
    caf::reacts_to<event_arrived>,
    /// A reply that the service sent between the events.
    caf::reacts_to<service_replied>>;

/// One for the process: everything that goes to NATS and comes from it. Matches answers with requests, and
/// knows when they are late.
using nats_gateway_actor = caf::typed_actor<
    /// Begins: subscribes to answers and to the events of the system.
    caf::reacts_to<subscribe_system>,
    /// Sends a request, when its throttle allows; it is answered in any case.
    caf::reacts_to<send_request>,
    /// Publishes what nobody answers.
    caf::reacts_to<publish_event>,
    /// A message has arrived.
    caf::reacts_to<message_arrived>,
    /// Subscribes to the events of a resource name.
    caf::reacts_to<subscribe_events>,
    /// Ends that.
    caf::reacts_to<unsubscribe_events>,
    /// Subscribes to the events for a connection.
    caf::reacts_to<subscribe_connection>,
    /// Ends that.
    caf::reacts_to<unsubscribe_connection>,
    /// Time to look for late answers.
    caf::reacts_to<tick>>;

/// One for the process: tells the cluster that this gateway is there, and knows which others are.
using beacon_actor = caf::typed_actor<
    /// Begins.
    caf::reacts_to<start_beacon>,
    /// Somebody wants to know all nodes.
    caf::reacts_to<list_nodes>,
    /// What this gateway has to tell of itself: to the cluster, or to whoever has asked.
    caf::reacts_to<node_counted>,
    /// Says goodbye; the last word.
    caf::reacts_to<leave_cluster>,
    /// A gateway, perhaps this one, has told the cluster that it is there.
    caf::reacts_to<event_arrived>,
    /// Time for a sign of life.
    caf::reacts_to<tick>>;

/// One for the process, if it is wanted: serves this gateway, and the list of all of them, as resources.
using admin_actor = caf::typed_actor<
    /// Begins.
    caf::reacts_to<start_admin>,
    /// What others know of our resources may be old: NATS has been away.
    caf::reacts_to<renew_admin>,
    /// A gateway, perhaps for a client, wants to have a resource or to know who may.
    caf::reacts_to<event_arrived>,
    /// The service has said who may, or has not.
    caf::reacts_to<service_replied>,
    /// A node has come or gone.
    caf::reacts_to<node_listed>,
    /// What this gateway has counted.
    caf::reacts_to<node_measured>,
    /// What a hub has found.
    caf::reacts_to<clients_surveyed>,
    /// Time to look again.
    caf::reacts_to<tick>>;

}  // namespace actorgate::actors
