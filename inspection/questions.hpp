#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include "inspection/fields.hpp"

// What an inspector is asked. Answers stand in `answers.hpp`, who may ask what in `inspector.hpp`.

namespace actorgate::inspection {

/// First of all: whether both speak the same version. Never changes.
struct hello {
  std::uint32_t version = 0;
  std::string program;  ///< who asks, for the log

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"version", x.version}, named{"program", x.program});
  }
};

/// Where a list goes on: as it was answered, or empty to begin.
struct cursor {
  std::uint32_t shard = 0;
  std::vector<std::string> trail;  ///< what was seen last

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"shard", x.shard}, named{"trail", x.trail});
  }
};

struct get_summary {
  template <class Self, class F>
  static auto each(Self&, F f) {
    return f();
  }
};

/// The gateways that know of each other, by their heartbeats on NATS; alone if they are told not to.
struct list_nodes {
  template <class Self, class F>
  static auto each(Self&, F f) {
    return f();
  }
};

struct list_actors {
  template <class Self, class F>
  static auto each(Self&, F f) {
    return f();
  }
};

/// Only those whose cid, address or token id has `filter` in it; empty: all.
struct list_connections {
  cursor from;
  std::uint32_t limit = 0;  ///< items of one page; 0: as many as fit
  std::string filter;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"from", x.from}, named{"limit", x.limit}, named{"filter", x.filter});
  }
};

/// A connection and a page of its subscriptions.
struct get_connection {
  std::string cid;
  cursor from;
  std::uint32_t limit = 0;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"cid", x.cid}, named{"from", x.from}, named{"limit", x.limit});
  }
};

/// Only those whose name has `filter` in it.
struct list_entries {
  cursor from;
  std::uint32_t limit = 0;
  std::string filter;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"from", x.from}, named{"limit", x.limit}, named{"filter", x.filter});
  }
};

struct get_entry {
  std::string name;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"name", x.name});
  }
};

/// NATS subscriptions; only those whose subject has `filter` in it.
struct list_subscriptions {
  cursor from;
  std::uint32_t limit = 0;
  std::string filter;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"from", x.from}, named{"limit", x.limit}, named{"filter", x.filter});
  }
};

/// Requests to services that have not been answered.
struct list_requests {
  cursor from;
  std::uint32_t limit = 0;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"from", x.from}, named{"limit", x.limit});
  }
};

/// Why a connection has a resource.
struct explain {
  std::string cid;
  std::string rid;  ///< as the client writes it

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"cid", x.cid}, named{"rid", x.rid});
  }
};

// -- actions ------------------------------------------------------------------

struct close_connection {
  std::string cid;
  std::string reason;  ///< one of `close_reasons`; empty: the first
  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"cid", x.cid}, named{"reason", x.reason});
  }
};

/// Forgets a cache entry that nobody is subscribed to, without waiting for its time to be over.
struct drop_entry {
  std::string name;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"name", x.name});
  }
};

/// Asks the service again for all that is cached under a name, as a system reset does.
struct refetch_entry {
  std::string name;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"name", x.name});
  }
};

/// Until the next reload or restart.
struct set_log_level {
  std::string level;  ///< trace, debug, info, warning, error, critical or off

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"level", x.level});
  }
};

/// A message that a traced connection or resource has to do with.
struct trace_line {
  std::int64_t time_us = 0;  ///< since 1970
  std::string cid;           ///< empty if it concerns no connection, or many
  std::string text;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"time_us", x.time_us}, named{"cid", x.cid}, named{"text", x.text});
  }
};

struct trace_ended {
  std::string why;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"why", x.why});
  }
};

/// Whom the lines of a trace go to.
using trace_listener = caf::typed_actor<caf::reacts_to<trace_line>, caf::reacts_to<trace_ended>>;

/// Has everything told that a connection or a resource has to do with, for a while.
struct start_trace {
  std::string subject;        ///< a cid, or a resource name or id
  std::uint32_t seconds = 0;  ///< 1 to 3600
  std::uint32_t lines = 0;    ///< at most so many; 1 to 10,000
  trace_listener listener;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"subject", x.subject}, named{"seconds", x.seconds}, named{"lines", x.lines},
             named{"listener", x.listener});
  }
};

}  // namespace actorgate::inspection
