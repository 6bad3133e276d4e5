#pragma once
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "cache/resource.hpp"
#include "cache/subscription.hpp"
#include "protocol/error.hpp"

namespace actorgate::cache {

/// A resource with everything that it refers to, collected once for somebody who asks once: a state machine
/// without I/O.
///
/// `next` tells what has to be loaded, which is answered by `on_loaded` or `on_failed`; then there may be
/// more, until the tree is complete.
class resource_tree {
public:
  /// References beyond `limit` resources are left as if they had failed.
  explicit resource_tree(std::string rid, std::size_t limit = 100'000);
  resource_tree(const resource_tree&) = delete;
  resource_tree& operator=(const resource_tree&) = delete;

  struct wanted {
    slot_id slot;
    std::string_view rid;
  };
  /// The next resource to be loaded; each is named once.
  std::optional<wanted> next();

  void on_loaded(slot_id slot, snapshot_ptr content);
  void on_failed(slot_id slot, std::shared_ptr<const protocol::error> why);

  bool complete() const { return open_ == 0; }
  /// Why there is no tree; null if there is one.
  const protocol::error* failure() const { return nodes_.front().why.get(); }

  /// How the tree is written: nested with addresses, or just nested (the encodings `json` and `jsonflat`).
  enum class encoding : std::uint8_t { json, jsonflat };

  /// The complete tree as one JSON value, with paths below `api_path`. A reference back to what is being
  /// shown is only its address; so is one that lies deeper than a reader would take. Nothing if it would
  /// take more than `max_size` bytes, which a few resources that refer to each other twice can.
  std::optional<std::string> encode(encoding how, std::string_view api_path, std::size_t max_size) const;

private:
  struct node {
    std::string_view rid;
    snapshot_ptr content;
    std::shared_ptr<const protocol::error> why;
  };
  class writer;

  std::string root_;
  /// By slot, counted from one; the root is the first. What refers to a resource keeps its rid.
  std::deque<node> nodes_;
  boost::unordered_flat_map<std::string_view, slot_id> slots_;  ///< by rid
  std::size_t limit_;
  std::size_t asked_ = 0;  ///< of the nodes
  std::size_t open_ = 1;   ///< that have not been answered
};

}  // namespace actorgate::cache
