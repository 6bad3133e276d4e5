#pragma once
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include "inspection/inspector.hpp"

namespace actorgate::inspection {

/// Why there is no answer: one line for a person.
class contact_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Files in PEM, for TLS on both sides: each has to show a certificate that the authority of the other has
/// issued. All of them, or none: then there is no TLS.
struct credentials {
  std::string certificate, key, authority;

  bool empty() const { return certificate.empty() && key.empty() && authority.empty(); }
  bool complete() const { return !certificate.empty() && !key.empty() && !authority.empty(); }
};

/// A CAF system that inspects or is inspected, and does nothing else.
struct system_config : caf::actor_system_config {
  /// Throws `contact_error` if some of the files are missing.
  explicit system_config(const credentials& who = {});
};

/// How long an answer may take.
inline constexpr std::chrono::seconds answer_wait{10};
/// How long it may take to connect.
inline constexpr std::chrono::seconds connect_wait{3};

/// What an error says.
std::string text_of(const caf::actor_system& system, const caf::error& why);

/// Publishes an actor under these types; 0: on a port that is free. Returns the port. Throws `contact_error`.
std::uint16_t publish(caf::actor_system& system, const inspector_actor& whom, const std::string& host,
                      std::uint16_t port);

/// Connects to the inspector there, and makes sure that both speak the same version and, if `node` is not
/// empty, that it is the inspector of that node. Throws `contact_error`.
inspector_actor contact(caf::actor_system& system, const std::string& host, std::uint16_t port,
                        const std::string& node = {});

/// Asks, and waits for the answer. Throws `contact_error`, with what the inspector says if it refuses.
template <class Question>
auto ask(caf::scoped_actor& self, const inspector_actor& inspector, Question question) {
  using types = caf::response_type_t<inspector_actor::signatures, Question>;
  using answer = caf::detail::tl_head_t<types>;
  answer result;
  caf::error failure;
  self->request(inspector, answer_wait, std::move(question))
      .receive([&result](answer& told) { result = std::move(told); },
               [&failure](caf::error& why) { failure = std::move(why); });
  if (failure) throw contact_error(text_of(self->system(), failure));
  return result;
}

}  // namespace actorgate::inspection
