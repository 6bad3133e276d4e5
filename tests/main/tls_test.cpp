// TLS from end to end: clients of all kinds, compression on top of it, and certificates that change.
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/deflate.hpp"
#include "tests/gateway/http_stage.hpp"
#include "tests/main/running_gateway.hpp"
#include "tests/support/authority.hpp"
#include "tests/support/tls_tunnel.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

using names = std::vector<std::string>;

/// A gateway that speaks TLS, a service, and the way for clients.
struct secure_world {
  secure_world()
      : gateway(R"({"tls": true, "wsCompression": true, "tlsCert": ")" + files.certificate +
                    R"(", "tlsKey": ")" + files.key + "\"}",
                {}, nats.url()),
        way(gateway.port, root.certificate()),
        test(nats.url(), "test") {
    test.on("access.test.lamp", R"({"result":{"get":true,"call":"*"}})");
    test.on("get.test.lamp", R"({"result":{"model":{"n":1}}})");
    test.on("call.test.lamp.light", R"({"result":"lit"})");
  }

  void change(int n) { test.event("lamp", "change", R"({"values":{"n":)" + std::to_string(n) + "}}"); }
  static void expect_change(res_client& c, int n) {
    CHECK(json_at(c.next_event(), "/data/values/n") == std::to_string(n));
  }

  nats_server nats;
  authority root;
  identity_files files = root.issue("first");
  running_gateway gateway;
  tls_tunnel way;
  service test;
};

}  // namespace

TEST_CASE("WebSocket and HTTP clients are served over TLS") {
  secure_world w;
  res_client c{w.way.port()};
  c.handshake();
  CHECK(c.result("subscribe.test.lamp") == R"({"models":{"test.lamp":{"n":1}}})");
  http_client https{w.way.port()};
  for (int i = 0; i < 2; ++i) {
    CHECK(https.get("/api/test/lamp").body == R"({"n":1})");
    CHECK(https.request("POST", "/api/test/lamp/light").body == R"("lit")");
  }
  http_client follows{w.way.port()};
  follows.send(http_request("GET", "/api/test/lamp", {{"Accept", "text/event-stream"}}));
  CHECK(follows.head().status == 200);
  follows.next_event("snapshot");
  w.change(2);
  secure_world::expect_change(c, 2);
  CHECK(json_at(follows.next_event(), "/data/values/n") == "2");
  CHECK(w.way.shown() == names{"first", "first", "first"});
  // Without TLS there is nothing to be had.
  CHECK(http_client{w.gateway.port}.get("/api/test/lamp").status == 400);
  w.gateway.ask_to_end();
  CHECK(c.recv_frame().payload.substr(0, 2) == "\x03\xe9");  // 1001
  c.send_close(1001);
  CHECK(https.ends());
  CHECK(follows.ends());
  follows.disconnect();
  CHECK(w.gateway.runs.wait() == 0);
}

TEST_CASE("a check tells of a key that belongs to another certificate") {
  const authority root;
  const auto files = root.issue("one", "one");
  const auto exit_code = [&](const std::string& key) {
    return process({"--check-config", "--tls", "--tlscert", files.certificate, "--tlskey", key}, {}).wait();
  };
  CHECK(exit_code(files.key) == 0);
  CHECK(exit_code(root.issue("other", "other").key) == 1);
}

TEST_CASE("a WebSocket over TLS may be compressed") {
  secure_world w;
  const std::string text(5'000, 'x');
  w.test.on("get.test.lamp", R"({"result":{"model":{"text":")" + text + "\"}}}");
  ws_client c{w.way.port(), "/", {{"Sec-WebSocket-Extensions", "permessage-deflate"}}};
  constexpr std::uint8_t rsv1 = 4;
  const auto request = R"({"id":1,"method":"subscribe.test.lamp"})";
  c.send_frame(1, net::deflate_message(request), true, true, rsv1);
  const auto answer = c.recv_frame();
  CHECK(answer.rsv == rsv1);
  CHECK(answer.payload.size() < 200);
  const auto inflated = net::inflate_message(answer.payload, 1u << 20);
  CHECK(inflated.what == net::inflated_message::verdict::whole);
  CHECK(json_at(inflated.text, "/result/models/test.lamp/text") == '"' + text + '"');
  w.change(2);
  const auto event = c.recv_frame();
  CHECK(event.rsv == 0);  // too short for it
  CHECK(json_at(event.payload, "/data/values/n") == "2");
  // The same to somebody who has not agreed upon it.
  ws_client plain{w.way.port()};
  plain.send_text(request);
  CHECK(plain.recv_frame().rsv == 0);
}

TEST_CASE("SIGHUP brings a new certificate to new connections, and the old ones go on") {
  secure_world w;
  res_client old{w.way.port()};
  old.result("subscribe.test.lamp");
  w.root.issue("second");
  w.gateway.reload();
  CHECK(w.gateway.says("reloaded the TLS certificate"));
  res_client fresh{w.way.port()};
  fresh.result("subscribe.test.lamp");
  CHECK(w.way.shown() == names{"first", "second"});
  w.change(2);
  for (auto* c : {&old, &fresh}) secure_world::expect_change(*c, 2);
  CHECK(old.result("call.test.lamp.light").find("lit") != std::string::npos);
}

TEST_CASE("a certificate that is broken at SIGHUP leaves the old one in service, and is told of") {
  secure_world w;
  res_client old{w.way.port()};
  old.result("subscribe.test.lamp");
  std::string broken = w.files.certificate;
  SUBCASE("no certificate") { write(broken, "no certificate"); }
  SUBCASE("no file") { std::filesystem::remove(broken); }
  SUBCASE("a key of another one") {
    broken = w.files.key;
    write(broken, read_file(w.root.issue("another", "another").key).value());
  }
  w.gateway.reload();
  CHECK(w.gateway.says("file " + broken + ": "));
  CHECK(w.gateway.says("; the TLS certificate stays as it is\n"));
  res_client fresh{w.way.port()};
  fresh.result("subscribe.test.lamp");
  CHECK(w.way.shown() == names{"first", "first"});
  w.change(2);
  for (auto* c : {&old, &fresh}) secure_world::expect_change(*c, 2);
  // And what is right again is taken.
  w.root.issue("third");
  w.gateway.reload();
  res_client last{w.way.port()};
  CHECK(w.way.shown().back() == "third");
}
