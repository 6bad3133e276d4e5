#pragma once
#include <nats/nats.h>

namespace actorgate::net {

/// Has cnats call `take` with every message as soon as it has parsed it, on the thread that reads. The
/// message is the callee's to destroy, who says so by setting it to null. Otherwise it goes on to cnats'
/// delivery thread and the subscription's callback.
///
/// This saves two changes of thread for each batch of messages, about a fifth of the CPU time of a small
/// request. cnats has it for its own tests: exported by all releases of 3.x, but not in its public header. So
/// it may be missing.
///
/// Returns whether it could be done.
bool tap(natsConnection* connection, void (*take)(natsConnection*, natsMsg**, void* closure), void* closure);

/// Destroys the message, or keeps it until there are some more: cnats hands every one over to a thread that
/// frees it, and wakes that thread. On any thread; what is kept goes when the thread ends, at the latest.
void discard(natsMsg* message);

}  // namespace actorgate::net
