#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace actorgate::protocol {

// How gateways are named as resources. `actorgate.nodes` is served by all that are there, each of the others
// by the gateway that it is about.

/// The model of all nodes: references, by their ids.
inline constexpr std::string_view nodes_name = "actorgate.nodes";
/// The model of one.
std::string node_name(std::string_view id);
/// The collection of its clients that an operator should know of first.
std::string node_clients_name(std::string_view id);
/// The collection of the resources whose events come most often to it.
std::string node_busiest_name(std::string_view id);

/// A subject that a gateway listens to as a service; those in one queue share the work.
struct served_subject {
  std::string subject, queue;
};
/// For requests (RES-Service, "Requests") about all of the above.
std::vector<served_subject> admin_subjects(std::string_view id);

}  // namespace actorgate::protocol
