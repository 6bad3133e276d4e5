#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "protocol/service_event.hpp"
#include "protocol/service_response.hpp"
#include "protocol/shared_text.hpp"
#include "protocol/value.hpp"

namespace actorgate::cache {

/// A resource at one moment, ready to be sent: immutable, shared by everybody who asks for it meanwhile.
struct snapshot : boost::intrusive_ref_counter<snapshot> {
  bool is_model = false;
  protocol::shared_text json;
  std::vector<std::string> references;  ///< rids that it refers to, one for each time
};
using snapshot_ptr = boost::intrusive_ptr<const snapshot>;

/// Something that happened to a resource, as clients are told.
struct resource_event {
  protocol::event_kind kind;
  std::string name;
  std::string data;                  ///< raw JSON of the event's data; empty for a reaccess
  std::vector<std::string> added;    ///< references that it brings, one for each time
  std::vector<std::string> removed;  ///< references that it takes away
};
using resource_event_ptr = std::shared_ptr<const resource_event>;

/// A model or a collection that events are applied to.
///
/// It is changed in place by its one owner. What others see are snapshots, encoded when somebody asks for one
/// and kept until the next change, and events: neither grows with what did not change. A resource that has
/// never changed, as most of them, is its snapshot and nothing else.
class resource {
public:
  explicit resource(protocol::resource_content content);

  bool is_model() const { return is_model_; }
  std::size_t size() { return values().size(); }
  snapshot_ptr current();
  /// How often it has changed.
  std::uint32_t version() const { return version_; }
  /// As far as they have been looked at.
  std::size_t known_values() const { return values_ ? values_->size() : 0; }
  /// Bytes of its JSON text; with more than a hundred values, and without a snapshot, about so many.
  std::size_t weight() const;

  // Each applies an event and returns it as clients are told, or nothing if it has no effect: values that
  // stay as they are and properties that never were are left out, and what does not fit the resource is
  // ignored.

  resource_event_ptr change(std::vector<protocol::value> values);
  resource_event_ptr add(protocol::add_event event);
  resource_event_ptr remove(std::size_t index);
  /// Applies the event of that kind out of its payload.
  resource_event_ptr apply(protocol::event_kind kind, std::string_view payload);

  /// Becomes what the service says now, and returns the events that lead there: one change, or removals and
  /// additions. Nothing if it is of the other type.
  std::optional<std::vector<resource_event_ptr>> replace(protocol::resource_content fresh);

private:
  std::vector<protocol::value>& values();
  void note_change() {
    snapshot_ = nullptr;
    ++version_;
  }
  bool merge(const protocol::value& property, resource_event& event, std::vector<protocol::value>& effective);
  std::vector<resource_event_ptr> become(std::vector<protocol::value> fresh);

  /// Properties sorted by key, or elements in order; to be had by `values`. Null while there is only the
  /// snapshot.
  std::unique_ptr<std::vector<protocol::value>> values_;
  snapshot_ptr snapshot_;  ///< null once a change has made it old
  bool is_model_;
  std::uint32_t version_ = 0;
};

}  // namespace actorgate::cache
