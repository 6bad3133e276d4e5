#include "protocol/admin_names.hpp"

namespace actorgate::protocol {

std::string node_name(std::string_view id) { return std::string{"actorgate.node."}.append(id); }
std::string node_clients_name(std::string_view id) { return node_name(id) + ".connections"; }
std::string node_busiest_name(std::string_view id) { return node_name(id) + ".busiest"; }

std::vector<served_subject> admin_subjects(std::string_view id) {
  std::vector<served_subject> all;
  for (const std::string type : {"access.", "get."}) {
    all.push_back({type + std::string{nodes_name}, "actorgate"});
    all.push_back({type + node_name(id), {}});
    all.push_back({type + node_name(id) + ".*", {}});
  }
  return all;
}

}  // namespace actorgate::protocol
