#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include <caf/actor_system_config.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include "inspection/answers.hpp"
#include "inspection/questions.hpp"

// What an inspector understands, in roles. Every question is answered, if need be with a `caf::error` whose
// text `text_of` (see `contact.hpp`) returns.

namespace actorgate::inspection {

/// Counts up with every change of a message or of what it means; both sides have to be of one version.
inline constexpr std::uint32_t interface_version = 1;

/// What `close_connection` may give as reason.
inline constexpr std::array<std::string_view, 5> close_reasons{"closed_by_operator", "normal", "going_away",
                                                               "policy_violation", "try_again_later"};

/// The first contact; the same in all versions.
using greeter_actor = caf::typed_actor<
    /// Who are you?
    caf::replies_to<hello>::with<welcome>>;

/// Overview: all of it a page at a time.
using lister_actor = caf::typed_actor<
    /// How is the gateway?
    caf::replies_to<get_summary>::with<summary>,
    /// Which others are there?
    caf::replies_to<list_nodes>::with<node_list>,
    /// Who lives in it?
    caf::replies_to<list_actors>::with<actor_list>,
    /// Who is connected?
    caf::replies_to<list_connections>::with<connection_page>,
    /// What is cached?
    caf::replies_to<list_entries>::with<entry_page>,
    /// What is subscribed to at NATS?
    caf::replies_to<list_subscriptions>::with<nats_page>,
    /// What have services not answered?
    caf::replies_to<list_requests>::with<request_page>>;

/// One thing, whole.
using examiner_actor = caf::typed_actor<
    /// What does this client have?
    caf::replies_to<get_connection>::with<connection_detail>,
    /// What is known under this name?
    caf::replies_to<get_entry>::with<entry_detail>,
    /// Why does this client have that?
    caf::replies_to<explain>::with<reason>>;

/// Interference. Each is logged.
using operator_actor = caf::typed_actor<
    /// Has a client closed.
    caf::replies_to<close_connection>::with<done>,
    /// Has something forgotten.
    caf::replies_to<drop_entry>::with<done>,
    /// Has something asked for again.
    caf::replies_to<refetch_entry>::with<done>,
    /// Has more or less logged.
    caf::replies_to<set_log_level>::with<done>,
    /// Listens for a while.
    caf::replies_to<start_trace>::with<done>>;

/// All of it.
using inspector_actor =
    greeter_actor::extend_with<lister_actor>::extend_with<examiner_actor>::extend_with<operator_actor>;

/// Makes a configuration know the messages, on either side.
void add_messages(caf::actor_system_config& to);

}  // namespace actorgate::inspection
