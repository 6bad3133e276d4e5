#include "protocol/connection_event.hpp"

#include <doctest/doctest.h>

using namespace actorgate::protocol;

TEST_CASE("services are told on which node a connection is, and why it has ended") {
  const auto came = connected("abc", "node-1"), gone = disconnected("abc", "node-1", "idle_timeout");
  CHECK(came.subject == "conn.abc.connect");
  CHECK(came.payload == R"({"node":"node-1"})");
  CHECK(gone.subject == "conn.abc.disconnect");
  CHECK(gone.payload == R"({"node":"node-1","reason":"idle_timeout"})");
}
