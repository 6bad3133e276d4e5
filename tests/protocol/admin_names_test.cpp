#include "protocol/admin_names.hpp"

#include <doctest/doctest.h>

using namespace actorgate;

TEST_CASE("a gateway listens for the list of all, which it shares, and for what is its own") {
  std::vector<std::string> all;
  for (const auto& [subject, queue] : protocol::admin_subjects("a")) all.push_back(subject + ' ' + queue);
  CHECK(all == std::vector<std::string>{"access.actorgate.nodes actorgate", "access.actorgate.node.a ",
                                        "access.actorgate.node.a.* ", "get.actorgate.nodes actorgate",
                                        "get.actorgate.node.a ", "get.actorgate.node.a.* "});
  CHECK(protocol::node_clients_name("a") == "actorgate.node.a.connections");
  CHECK(protocol::node_busiest_name("a") == "actorgate.node.a.busiest");
}
