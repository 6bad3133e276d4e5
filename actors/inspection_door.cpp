#include "actors/inspection_door.hpp"

#include <utility>

#include <caf/scoped_actor.hpp>

#include "actors/inspector.hpp"

namespace actorgate::actors {

inspection_door::inspection_door(const inspection_options& options, inspected_gateway where)
    : config_(options.who), system_(config_) {
  inspector_ = system_.spawn(inspector, std::make_shared<const inspected_gateway>(std::move(where)));
  try {
    port_ = inspection::publish(system_, inspector_, options.host, options.port);
  } catch (...) {
    close();
    throw;
  }
}

inspection_door::~inspection_door() { close(); }

void inspection_door::close() {
  if (!inspector_) return;
  caf::scoped_actor self{system_};
  const auto going = std::exchange(inspector_, inspector_backstage{});
  // Before the questions that wait: somebody may ask faster than there are answers.
  caf::anon_send<caf::message_priority::high>(going,
                                              inspector_note{[](inspector_state& state) { state.quit(); }});
  self->wait_for(going);
}

}  // namespace actorgate::actors
