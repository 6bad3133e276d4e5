#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "inspection/fields.hpp"
#include "inspection/questions.hpp"

// What an inspector answers. Every page of a list has `more` as long as `next` leads on; `complete` is false
// if the list has changed so much since the page before that something may be missing.

namespace actorgate::inspection {

/// The answer to `hello`. Never changes.
struct welcome {
  std::uint32_t version = 0;
  std::string node;
  std::string program;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"version", x.version}, named{"node", x.node}, named{"program", x.program});
  }
};

/// An action has been carried out.
struct done {
  std::string what;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"what", x.what});
  }
};

/// A stretch of a list.
template <class Row>
struct page {
  std::vector<Row> items;
  cursor next;
  bool more = false, complete = true;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"items", x.items}, named{"next", x.next}, named{"more", x.more},
             named{"complete", x.complete});
  }
};

// -- the node -----------------------------------------------------------------

struct node_row {
  std::string node, state;
  std::string clients;  ///< `address:port` where clients find it
  std::string inspect;  ///< where its inspector is; empty if there is none
  std::string host;
  std::uint64_t pid = 0;
  std::string version;
  std::uint64_t uptime_s = 0;
  std::uint64_t connections = 0, subscriptions = 0, resources = 0;  ///< at its latest heartbeat
  std::int64_t silence_ms = 0;                                      ///< since that

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"node", x.node}, named{"state", x.state}, named{"clients", x.clients},
             named{"inspect", x.inspect}, named{"host", x.host}, named{"pid", x.pid},
             named{"version", x.version}, named{"uptime_s", x.uptime_s}, named{"connections", x.connections},
             named{"subscriptions", x.subscriptions}, named{"resources", x.resources},
             named{"silence_ms", x.silence_ms});
  }
};

/// The node that answers, and the others by id.
struct node_list {
  std::vector<node_row> items;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"items", x.items});
  }
};

struct shard_row {
  std::uint32_t shard = 0;
  std::uint64_t connections = 0;
  std::uint64_t relays = 0;
  std::uint64_t entries = 0;
  std::uint64_t waiting = 0;  ///< actors that wait for their turn
  std::int64_t lag_us = 0;    ///< how long it took the shard to get to this question

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"shard", x.shard}, named{"connections", x.connections}, named{"relays", x.relays},
             named{"entries", x.entries}, named{"waiting", x.waiting}, named{"lag_us", x.lag_us});
  }
};

struct summary {
  std::string node, program;
  std::uint64_t uptime_s = 0;
  std::string nats;
  bool nats_connected = false;
  std::uint64_t nats_reconnects = 0;
  bool draining = false;
  std::string log_level;
  std::int64_t websockets = 0, streams = 0, identities = 0;
  std::int64_t resources = 0, subscriptions = 0;
  std::uint64_t nats_subscriptions = 0, pending_requests = 0;
  std::uint64_t events_in = 0, events_out = 0, bytes_in = 0, bytes_out = 0;
  std::uint64_t cache_hits = 0, cache_misses = 0, timeouts = 0;
  std::uint64_t memory_bytes = 0;  ///< resident
  /// What inspection costs the shards: how often they were visited, how long they were busy with it, and at
  /// most at once.
  std::uint64_t visits = 0;
  std::int64_t visits_us = 0, longest_visit_us = 0;
  std::vector<shard_row> shards;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"node", x.node}, named{"program", x.program}, named{"uptime_s", x.uptime_s},
             named{"nats", x.nats}, named{"nats_connected", x.nats_connected},
             named{"nats_reconnects", x.nats_reconnects}, named{"draining", x.draining},
             named{"log_level", x.log_level}, named{"websockets", x.websockets}, named{"streams", x.streams},
             named{"identities", x.identities}, named{"resources", x.resources},
             named{"subscriptions", x.subscriptions}, named{"nats_subscriptions", x.nats_subscriptions},
             named{"pending_requests", x.pending_requests}, named{"events_in", x.events_in},
             named{"events_out", x.events_out}, named{"bytes_in", x.bytes_in},
             named{"bytes_out", x.bytes_out}, named{"cache_hits", x.cache_hits},
             named{"cache_misses", x.cache_misses}, named{"timeouts", x.timeouts},
             named{"memory_bytes", x.memory_bytes}, named{"visits", x.visits},
             named{"visits_us", x.visits_us}, named{"longest_visit_us", x.longest_visit_us},
             named{"shards", x.shards});
  }
};

/// All actors of one kind.
struct actor_row {
  std::string kind;
  std::uint64_t count = 0;
  std::uint64_t messages = 0;  ///< handled since the start
  std::uint64_t runs = 0;      ///< so often an actor had its turn: messages for each run are its queue
  std::uint64_t deepest = 0;   ///< the most messages that waited for one of them, since last asked
  std::uint64_t bytes = 0;     ///< of the actors themselves, without what they hold

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"kind", x.kind}, named{"count", x.count}, named{"messages", x.messages},
             named{"runs", x.runs}, named{"deepest", x.deepest}, named{"bytes", x.bytes});
  }
};

struct actor_list {
  std::uint64_t uptime_ms = 0;  ///< of the gateway: rates are differences between two answers
  std::vector<actor_row> items;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"uptime_ms", x.uptime_ms}, named{"items", x.items});
  }
};

// -- connections --------------------------------------------------------------

struct connection_row {
  std::string cid;
  std::uint32_t shard = 0;
  std::string kind;  ///< websocket or stream
  std::string address;
  std::string protocol;
  std::uint64_t age_s = 0;
  std::uint64_t subscriptions = 0;
  std::uint64_t pending = 0;  ///< requests that have not been answered
  std::uint64_t queued_bytes = 0;
  bool has_token = false;
  std::string token_id;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"cid", x.cid}, named{"shard", x.shard}, named{"kind", x.kind}, named{"address", x.address},
             named{"protocol", x.protocol}, named{"age_s", x.age_s}, named{"subscriptions", x.subscriptions},
             named{"pending", x.pending}, named{"queued_bytes", x.queued_bytes},
             named{"has_token", x.has_token}, named{"token_id", x.token_id});
  }
};

using connection_page = page<connection_row>;

/// One client's view of one resource.
struct subscription_row {
  std::string rid;
  std::string state;           ///< loading, loaded, sent, failed or deleted
  std::uint32_t direct = 0;    ///< by the client's requests
  std::uint32_t indirect = 0;  ///< by references
  std::uint32_t pending = 0;   ///< the client's requests that have not been answered
  std::string access;          ///< unknown, asking, granted or denied
  std::uint64_t held = 0;      ///< events and replies that wait their turn

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"rid", x.rid}, named{"state", x.state}, named{"direct", x.direct},
             named{"indirect", x.indirect}, named{"pending", x.pending}, named{"access", x.access},
             named{"held", x.held});
  }
};

struct connection_detail {
  connection_row connection;
  std::vector<subscription_row> items;
  cursor next;
  bool more = false, complete = true;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"connection", x.connection}, named{"items", x.items}, named{"next", x.next},
             named{"more", x.more}, named{"complete", x.complete});
  }
};

/// Why a connection has a resource.
struct reason {
  std::string cid, rid;
  bool subscribed = false;
  subscription_row subscription;
  std::uint32_t needed = 0;  ///< by so many requests and events under way
  /// From a direct subscription along references to the resource; empty if there is none.
  std::vector<std::string> path;
  bool searched_all = true;             ///< false: there are too many references to follow them all
  bool may_get = false;                 ///< by the last answer to an access request
  std::string may_call;                 ///< likewise
  std::vector<std::string> waits;       ///< what has to come before held events may go on
  std::vector<std::string> held_items;  ///< their names, the first of them

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"cid", x.cid}, named{"rid", x.rid}, named{"subscribed", x.subscribed},
             named{"subscription", x.subscription}, named{"needed", x.needed}, named{"path", x.path},
             named{"searched_all", x.searched_all}, named{"may_get", x.may_get},
             named{"may_call", x.may_call}, named{"waits", x.waits}, named{"held_items", x.held_items});
  }
};

// -- the cache ----------------------------------------------------------------

struct entry_row {
  std::string name;
  std::uint32_t shard = 0;
  std::string state;  ///< requested, loaded, resetting, busy (with query requests), idle or gone
  std::string type;   ///< model, collection or mixed
  std::uint64_t resources = 0;
  std::uint64_t queries = 0;  ///< that clients use
  std::uint64_t events = 0;   ///< that have come
  std::int64_t quiet_s = -1;  ///< since the last event; -1: none has come
  std::uint64_t bytes = 0;    ///< of the content; more than 100 values are counted by their beginning

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"name", x.name}, named{"shard", x.shard}, named{"state", x.state}, named{"type", x.type},
             named{"resources", x.resources}, named{"queries", x.queries}, named{"events", x.events},
             named{"quiet_s", x.quiet_s}, named{"bytes", x.bytes});
  }
};

using entry_page = page<entry_row>;

/// A query that clients use: the empty one is the plain resource.
struct link_row {
  std::string query;
  std::string normalised;  ///< what the service makes of it
  std::string state;       ///< requested, loaded, resetting or querying
  std::string type;
  std::uint64_t values = 0;  ///< properties or elements; 0 while nobody has looked into the content
  std::uint64_t bytes = 0;
  std::uint64_t version = 0;  ///< how often it has changed since it was loaded
  std::uint64_t shards = 0;   ///< those with subscribers
  std::int64_t idle_s = -1;   ///< since nobody subscribes to it; -1: somebody does

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"query", x.query}, named{"normalised", x.normalised}, named{"state", x.state},
             named{"type", x.type}, named{"values", x.values}, named{"bytes", x.bytes},
             named{"version", x.version}, named{"shards", x.shards}, named{"idle_s", x.idle_s});
  }
};

struct subscribers_row {
  std::uint32_t shard = 0;
  std::uint64_t clients = 0;
  std::uint64_t rids = 0;  ///< spellings of the resource id; after 1000 of them nothing more is counted

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"shard", x.shard}, named{"clients", x.clients}, named{"rids", x.rids});
  }
};

struct entry_detail {
  entry_row entry;
  std::vector<link_row> links;  ///< the first hundred
  std::vector<subscribers_row> subscribers;
  std::uint64_t waiting = 0;   ///< events and replies behind query requests
  std::uint64_t requests = 0;  ///< to the service, under way

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"entry", x.entry}, named{"links", x.links}, named{"subscribers", x.subscribers},
             named{"waiting", x.waiting}, named{"requests", x.requests});
  }
};

// -- NATS ---------------------------------------------------------------------

struct nats_row {
  std::string subject;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"subject", x.subject});
  }
};

using nats_page = page<nats_row>;

struct request_row {
  std::uint64_t id = 0;
  std::string type;         ///< get, access, call, auth or query
  std::string name;         ///< of the resource; of an access request only until it is sent
  std::string cid;          ///< for whom; empty: for the cache
  std::string state;        ///< queued, sent or pausing
  std::int64_t age_ms = 0;  ///< since it was sent, or queued

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"id", x.id}, named{"type", x.type}, named{"name", x.name}, named{"cid", x.cid},
             named{"state", x.state}, named{"age_ms", x.age_ms});
  }
};

using request_page = page<request_row>;

}  // namespace actorgate::inspection
