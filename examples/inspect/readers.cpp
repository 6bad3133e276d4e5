// A program of one's own that inspects a gateway: tells of the clients that do not read what they are sent,
// once a second, and closes those that have more waiting than they may.
//
//     readers PORT [BYTES]          127.0.0.1, the gateway's inspectPort; BYTES: close from so many on
//     (never)
//
// It is an ordinary user of CAF's remote actors: a configuration that knows the messages, a system, an actor
// that asks.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <thread>

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include "inspection/contact.hpp"

namespace {

namespace i = actorgate::inspection;

/// Looks at all connections, a page at a time.
void look(caf::scoped_actor& self, const i::inspector_actor& inspector, std::uint64_t most) {
  i::list_connections question;
  for (bool more = true; more;) {
    const auto page = i::ask(self, inspector, question);
    for (const auto& client : page.items) {
      if (client.queued_bytes == 0) continue;
      std::printf("%s %s: %llu bytes wait\n", client.cid.c_str(), client.address.c_str(),
                  static_cast<unsigned long long>(client.queued_bytes));
      if (client.queued_bytes > most)
        i::ask(self, inspector, i::close_connection{client.cid, "policy_violation"});
    }
    question.from = page.next;
    more = page.more;
  }
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: readers PORT [BYTES]\n"), EXIT_FAILURE;
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const auto most =
      argc > 2 ? std::strtoull(argv[2], nullptr, 10) : std::numeric_limits<std::uint64_t>::max();
  try {
    i::system_config config;
    caf::actor_system system(config);
    caf::scoped_actor self(system);
    const auto inspector = i::contact(system, "127.0.0.1", port);
    for (;;) {
      look(self, inspector, most);
      std::this_thread::sleep_for(std::chrono::seconds{1});
    }
  } catch (const std::exception& e) {
    std::fprintf(stderr, "readers: %s\n", e.what());
    return EXIT_FAILURE;
  }
}
