// What services are told of WebSockets that come and go.
#include <doctest/doctest.h>

#include "crowd.hpp"
#include "stage.hpp"

using namespace actorgate;
using namespace actorgate::test;
using namespace std::chrono_literals;

namespace {

actors::settings telling() {
  actors::settings s;
  s.node_id = "node-1";
  s.cluster = true;
  s.connection_events = true;
  return s;
}

/// A service that hears of connections, and no others: NATS is the test's own.
struct eavesdropper {
  explicit eavesdropper(const actors::settings& settings = telling()) : s{settings, nats} {
    s.test.listen("conn.*.connect");
    s.test.listen("conn.*.disconnect");
    s.test.flush();
  }

  /// The connection that the next event is about, which is that; and its payload.
  struct heard {
    std::string cid, payload;
  };
  heard next(std::string_view event) {
    const auto r = s.test.take_next();
    const auto first = r.subject.find('.'), last = r.subject.rfind('.');
    CHECK(r.subject.substr(0, first) == "conn");
    CHECK(r.subject.substr(last + 1) == event);
    return {r.subject.substr(first + 1, last - first - 1), r.payload};
  }

  nats_server nats;
  stage s;
};

}  // namespace

TEST_CASE(
    "a service hears of a WebSocket when it comes, before it has asked for anything, and when it ends") {
  eavesdropper e;
  auto c = e.s.client("");
  const auto came = e.next("connect");
  CHECK(came.payload == R"({"node":"node-1"})");
  CHECK(e.s.known_connections() == 0);
  CHECK(e.s.cid(c) == came.cid);
  c.send_close();
  const auto gone = e.next("disconnect");
  CHECK(gone.cid == came.cid);
  CHECK(gone.payload == R"({"node":"node-1","reason":"closed_by_peer"})");
}

TEST_CASE("a service hears of clients that vanish") {
  eavesdropper e;
  auto c = e.s.client();
  const auto came = e.next("connect");
  vanish(c);
  const auto gone = e.next("disconnect");
  CHECK(gone.cid == came.cid);
  CHECK(gone.payload == R"({"node":"node-1","reason":"peer_gone"})");
}

TEST_CASE("what services are told of connections is no business of the connections themselves") {
  eavesdropper e;
  auto c = e.s.client();
  e.next("connect");
  const auto cid = e.s.cid(c);
  e.s.test.publish("conn." + cid + ".connect", R"({"token":"stolen"})");
  e.s.test.publish("conn." + cid + ".disconnect", R"({"token":"stolen"})");
  e.s.token(c, R"({"token":"own"})");
  e.s.test.on("auth.test.stage.token", [](const request& r) { r.result(json_at(r.payload, "/token")); });
  CHECK(json_at(c.result("auth.test.stage.token"), "/payload") == R"("own")");
}

TEST_CASE("services are told of the connections of a gateway that ends, and then that it is gone") {
  nats_server nats;
  service listener{nats.url(), "listener"};
  listener.listen("conn.*.disconnect");
  listener.listen(std::string{protocol::all_nodes});
  listener.flush();
  constexpr std::size_t count = 20;
  const auto heartbeat = protocol::node_subject("node-1");
  {
    stage s{telling(), nats};
    CHECK(json_at(listener.take(heartbeat).payload, "/state") == R"("serving")");
    crowd all{s.port(), count};
    all.on_closed([](std::size_t) {});
    // Asked once, each of them is there.
    std::size_t there = 0;
    all.listen([&] { return there == count; }, [&](std::size_t, std::string_view) { ++there; });
    for (std::size_t i = 0; i < count; ++i) vanish(all[i]);
    CHECK(falls_to(s, 0));
    for (std::size_t i = 0; i < count; ++i) {
      CHECK(text_at(listener.take_next().payload, "/reason") == "peer_gone");
    }
    res_client last{s.port()};
    last.handshake();
    last.disconnect();
  }
  // The last word is the last, whoever was there until then.
  CHECK(listener.take_next().subject.ends_with(".disconnect"));
  const auto farewell = listener.take_next();
  CHECK(farewell.subject == heartbeat);
  CHECK(json_at(farewell.payload, "/state") == R"("gone")");
}

TEST_CASE("without the option, services hear nothing of connections, and nothing of the gateway") {
  actors::settings quiet;
  quiet.node_id = "node-1";
  nats_server nats;
  service listener{nats.url(), "listener"};
  for (const auto* subject : {"conn.>", "actorgate.>"}) listener.listen(subject);
  listener.flush();
  {
    stage s{quiet, nats};
    auto c = s.client();
    s.token(c, "{}");
    c.send_close();
    CHECK(falls_to(s, 0));
  }
  listener.publish("conn.end.token", "{}");
  CHECK(listener.take_next().subject.ends_with(".token"));
  CHECK(listener.take_next().subject == "conn.end.token");
}
