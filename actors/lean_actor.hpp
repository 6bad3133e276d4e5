#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <typeinfo>
#include <utility>

#include <caf/abstract_actor.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/intrusive/lifo_inbox.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/make_actor.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>
#include <caf/system_messages.hpp>
#include <caf/typed_actor.hpp>

namespace actorgate::actors {

template <class Self, class Handle>
class lean_actor;

namespace lean {

struct inbox_policy {
  using mapped_type = caf::mailbox_element;
  using unique_pointer = caf::mailbox_element_ptr;
};

/// The one message type of a signature `reacts_to<Message>`.
template <class Signature>
struct message_of;
template <class Message>
struct message_of<caf::typed_mpi<caf::detail::type_list<Message>, caf::output_tuple<void>>> {
  using type = Message;
};

template <class Message, class Handle>
struct accepts;
template <class Message, class... Signatures>
struct accepts<Message, caf::typed_actor<Signatures...>>
    : std::bool_constant<(std::is_same_v<Message, typename message_of<Signatures>::type> || ...)> {};

/// What the actors of one kind have done on this thread.
struct activity {
  std::uint64_t messages = 0, runs = 0;
  std::uint64_t deepest = 0;  ///< the most messages that one of them has found in its inbox
};
template <class Self>
inline constinit thread_local activity activity_here{};

}  // namespace lean

/// A typed CAF actor in 150 bytes instead of 1,400: CAF's control block (identity, references, exit messages,
/// typed handles) with one lock-free inbox instead of a mailbox of queues, and static dispatch instead of a
/// behaviour on the heap. There is one for every connection and resource, so that is what a million of them
/// costs.
///
/// - Nobody is told of its end: monitors and links are answered as by an actor that has gone. It ends because
///   nobody refers to it any more, which who would watch it does.
/// - Its interface `Handle` consists of `reacts_to<Message>`, each with one message struct, and `Self` has a
/// public
///   `void on(Message&)` for each: the message is the handler's to take apart. Nothing is answered by a CAF
///   response.
/// - It is pinned: it runs on the execution unit that it is spawned on, so it can share that thread with a
/// socket. With
///   none it runs wherever the scheduler says, as in tests with virtual time.
/// - It is spawned lazily, and lives as long as somebody refers to it or a message for it is on its way.
/// CAF's registry
///   does not count it: `await_all_actors_done` does not wait for it.
template <class Self, class... Signatures>
class lean_actor<Self, caf::typed_actor<Signatures...>>
    : public caf::abstract_actor, public caf::resumable, public caf::statically_typed_actor_base {
public:
  using signatures = caf::detail::type_list<Signatures...>;
  using actor_hdl = caf::typed_actor<Signatures...>;

  lean_actor(caf::actor_config& config, caf::execution_unit* home)
      : caf::abstract_actor(config), home_(home) {
    inbox_.try_block();
  }

  // -- CAF's side
  // ----------------------------------------------------------------------------------------------
  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit*) override {
    if (inbox_.push_front(element.release()) != caf::intrusive::inbox_result::unblocked_reader) return;
    caf::intrusive_ptr_add_ref(ctrl());
    if (home_) {
      home_->exec_later(this);
    } else {
      home_system().scheduler().enqueue(this);
    }
  }

  resume_result resume(caf::execution_unit*, std::size_t max_throughput) override {
    std::size_t handled = 0;
    for (;;) {
      auto* newest = inbox_.take_head();
      if (!newest) {
        if (inbox_.try_block()) return resumable::awaiting_message;
        continue;
      }
      handled += handle_all(newest);
      if (quit_) {
        inbox_.close();
        return resumable::done;
      }
      if (handled >= max_throughput) {
        return inbox_.try_block() ? resumable::awaiting_message : resumable::resume_later;
      }
    }
  }

  subtype_t subtype() const override { return resumable::unspecified; }
  void intrusive_ptr_add_ref_impl() override { caf::intrusive_ptr_add_ref(ctrl()); }
  void intrusive_ptr_release_impl() override { caf::intrusive_ptr_release(ctrl()); }
  std::set<std::string> message_types() const override { return {}; }
  void attach(caf::attachable_ptr observer) override {
    if (observer) observer->actor_exited(caf::exit_reason::unknown, nullptr);
  }
  std::size_t detach(const caf::attachable::token&) override { return 0; }
  void add_link(caf::abstract_actor*) override {}
  void remove_link(caf::abstract_actor*) override {}
  bool add_backlink(caf::abstract_actor*) override { return false; }
  bool remove_backlink(caf::abstract_actor*) override { return false; }

  /// To answer whoever sent an exit message: the actor handles nothing any more.
  void quit() { quit_ = true; }

protected:
  actor_hdl self() { return caf::actor_cast<actor_hdl>(static_cast<Self*>(this)); }
  caf::execution_unit* home() const { return home_; }

  template <class Handle, class Message>
  void send(const Handle& to, Message message) {
    static_assert(lean::accepts<Message, Handle>::value, "the actor has no such message in its interface");
    to->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(message)), home_);
  }

  /// Sends a message to itself later.
  template <class Message>
  void send_later(std::chrono::milliseconds delay, Message message) {
    auto& clock = home_system().clock();
    clock.schedule_message(
        clock.now() + delay, caf::strong_actor_ptr{ctrl()},
        caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(message)));
  }

  std::chrono::steady_clock::time_point now() { return home_system().clock().now(); }

private:
  using node = caf::intrusive::singly_linked<caf::mailbox_element>;

  /// Handles everything that has come, oldest first.
  std::size_t handle_all(node* newest) {
    node* oldest = nullptr;
    while (newest) oldest = std::exchange(newest, std::exchange(newest->next, oldest));
    std::size_t count = 0;
    while (oldest) {
      caf::mailbox_element_ptr element{static_cast<caf::mailbox_element*>(oldest)};
      oldest = std::exchange(oldest->next, nullptr);
      if (!quit_) dispatch(element->content());
      ++count;
    }
    auto& mine = lean::activity_here<Self>;
    mine.messages += count;
    ++mine.runs;
    if (count > mine.deepest) mine.deepest = count;
    return count;
  }

  void dispatch(caf::type_erased_tuple& content) {
    if (content.size() != 1) return;
    const auto type = content.type(0);
    if (type.second) {
      (void)(try_handle<typename lean::message_of<Signatures>::type>(content, *type.second) || ...);
    } else if (content.match_element<caf::exit_msg>(0)) {
      quit();
    }
  }

  template <class Message>
  bool try_handle(caf::type_erased_tuple& content, const std::type_info& type) {
    if (type != typeid(Message)) return false;
    static_cast<Self*>(this)->on(*static_cast<Message*>(content.get_mutable(0)));
    return true;
  }

  caf::execution_unit* home_;
  caf::intrusive::lifo_inbox<lean::inbox_policy> inbox_;
  bool quit_ = false;
};

/// Spawns a lean actor that runs on `home`.
template <class Actor, class... Args>
typename Actor::actor_hdl spawn_lean(caf::actor_system& system, caf::execution_unit* home, Args&&... args) {
  caf::actor_config config;
  return caf::make_actor<Actor, typename Actor::actor_hdl>(system.next_actor_id(), system.node(), &system,
                                                           config, home, std::forward<Args>(args)...);
}

/// The actor itself, for one that shares its thread: what needs no place in a queue may be said by a call.
template <class Actor>
Actor& neighbour(const typename Actor::actor_hdl& handle) {
  return static_cast<Actor&>(*caf::actor_cast<caf::abstract_actor*>(handle));
}

/// Sends from outside any actor.
template <class Handle, class Message>
void tell(const Handle& to, Message message) {
  static_assert(lean::accepts<Message, Handle>::value, "the actor has no such message in its interface");
  to->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(message)), nullptr);
}

}  // namespace actorgate::actors
