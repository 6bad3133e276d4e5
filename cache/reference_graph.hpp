#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "cache/subscription.hpp"

namespace actorgate::cache {

/// Who is kept alive by whom in one connection, cycles included.
///
/// A subscription lives as long as it is direct or needed by something under way, or reachable from one that
/// is. The client does the same sum for itself, but only over what it knows: its roots are the direct
/// subscriptions that have been answered, and its edges those of known resources. Where both differ, the
/// client has let go of something that we still need, and it must be sent again.
class reference_graph {
public:
  /// Adds or removes one reference.
  void link(subscription& from, subscription& to);
  /// The same for one that is known not to be there yet, without searching.
  void append(subscription& from, subscription& to);
  void unlink(subscription& from, subscription& to);
  /// The client has been told of the resource: its references count for the client from now on.
  void make_known(subscription& s);
  /// It has to be told again.
  void make_unknown(subscription& s);
  /// Takes all references out of `s`, to be released.
  std::vector<subscription::edge> take_references(subscription& s);
  /// Lets go of references that were of one who is known to the client, or not.
  void release(std::vector<subscription::edge> edges, bool known);
  /// Takes the references of `s` away, which goes together with all that kept it.
  void remove(subscription& s);

  // A deleted resource that is loaded anew: until the client is told, it keeps its dead copy and what that
  // refers to.

  void revive(subscription& s);
  void stay_dead(subscription& s);
  void forget_dead_copy(subscription& s);

  /// `s` has lost something that kept it.
  void suspect(subscription& s);
  bool has_suspects() const { return !suspects_.empty(); }

  struct findings {
    std::vector<subscription*> dead;  ///< reachable from nothing that counts
    std::vector<subscription*>
        forgotten;  ///< alive, and thought to be known to the client, but is not any more
    std::vector<subscription*>
        unwanted;  ///< a revived one that nothing under way needs: the client keeps the dead copy
  };
  /// Looks at everything that is suspected, and what that refers to.
  findings collect();

  /// A fresh mark for a walk.
  std::uint32_t next_mark() { return ++mark_; }

private:
  subscription::edge* find(subscription& from, const subscription& to);

  std::vector<subscription*> suspects_;
  std::uint32_t mark_ = 0;
};

}  // namespace actorgate::cache
