#include "main/config_file.hpp"

#include <functional>

#include "main/option_table.hpp"
#include "tests/main/told.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

options from_file(const std::string& text, arguments more = {}) {
  more.insert(more.begin(), {"-c", "a.json"});
  return understood(more, {{"a.json", text}});
}

refusal refused_file(const std::string& text) { return refused({"-c", "a.json"}, {{"a.json", text}}); }

/// Every key with a value that is not the default.
const std::string full = R"({
  "natsUrl": "nats://a:1,nats://b:2", "addr": "127.0.0.1", "port": 81, "metricsPort": 82,
  "inspectPort": 83, "inspectHost": "127.0.0.2", "inspectTlsCert": "e.pem", "inspectTlsKey": "f.pem",
  "inspectTlsCa": "g.pem",
  "wsPath": "/ws", "apiPath": "/data", "requestTimeout": 400, "bufferSize": 1,
  "headerAuth": "auth.a", "wsHeaderAuth": "auth.b", "apiEncoding": "jsonflat",
  "putMethod": "x", "deleteMethod": "y", "patchMethod": "z", "wsCompression": true,
  "resetThrottle": 3, "referenceThrottle": 4, "tls": false, "tlsCert": "c.pem", "tlsKey": "k.pem",
  "natsCreds": "a.creds", "natsCert": "n.pem", "natsKey": "m.pem", "natsRootCAs": ["r.pem", "s.pem"],
  "allowOrigin": "http://a;https://b:8443", "debug": true, "trace": true, "shards": 2, "busyPoll": 18,
  "logFormat": "json", "drainTimeout": 11, "waitForNats": true, "natsReconnectWindow": 12,
  "maxConnections": 13, "maxConnectionsPerAddress": 14, "maxSubscriptions": 15, "maxPendingRequests": 16,
  "maxMessageSize": 2048, "maxBodySize": 4096, "maxQueuedBytes": 131072, "requestRate": 17,
  "heartbeat": 2000, "headerTimeout": 300, "nodeId": "a", "cluster": true, "clusterHeartbeat": 700,
  "connectionEvents": true, "adminResources": true, "adminAccess": "a.b", "adminPage": "/p", "adminLogin": "c.d"
})";

void check_full(const configuration& c) {
  CHECK(c.nats_url == "nats://a:1,nats://b:2");
  CHECK(c.addr == "127.0.0.1");
  CHECK(c.port == 81);
  CHECK(c.metrics_port == 82);
  CHECK(c.inspect_port == 83);
  CHECK(c.inspect_host == "127.0.0.2");
  CHECK(c.inspect_tls_cert == "e.pem");
  CHECK(c.inspect_tls_key == "f.pem");
  CHECK(c.inspect_tls_ca == "g.pem");
  CHECK(c.ws_path == "/ws");
  CHECK(c.api_path == "/data");
  CHECK(c.request_timeout == 400);
  CHECK(c.buffer_size == 1);
  CHECK(c.header_auth == "auth.a");
  CHECK(c.ws_header_auth == "auth.b");
  CHECK(c.api_encoding == "jsonflat");
  CHECK(c.put_method == "x");
  CHECK(c.delete_method == "y");
  CHECK(c.patch_method == "z");
  CHECK(c.ws_compression);
  CHECK(c.reset_throttle == 3);
  CHECK(c.reference_throttle == 4);
  CHECK(c.tls_cert == "c.pem");
  CHECK(c.tls_key == "k.pem");
  CHECK(c.nats_creds == "a.creds");
  CHECK(c.nats_cert == "n.pem");
  CHECK(c.nats_key == "m.pem");
  CHECK(c.nats_root_cas == std::vector<std::string>{"r.pem", "s.pem"});
  CHECK(c.allow_origin == origin_list{{"http://a", "https://b:8443"}});
  CHECK(c.debug);
  CHECK(c.trace);
  CHECK(c.shards == 2);
  CHECK(c.busy_poll == 18);
}

void check_full_limits(const configuration& c) {
  CHECK(c.log_format == "json");
  CHECK(c.drain_timeout == 11);
  CHECK(c.wait_for_nats);
  CHECK(c.nats_reconnect_window == 12);
  CHECK(c.max_connections == 13);
  CHECK(c.max_connections_per_address == 14);
  CHECK(c.max_subscriptions == 15);
  CHECK(c.max_pending_requests == 16);
  CHECK(c.max_message_size == 2048);
  CHECK(c.max_body_size == 4096);
  CHECK(c.max_queued_bytes == 131072);
  CHECK(c.request_rate == 17);
  CHECK(c.heartbeat == 2000);
  CHECK(c.header_timeout == 300);
  CHECK(c.node_id == "a");
  CHECK(c.cluster);
  CHECK(c.cluster_heartbeat == 700);
  CHECK(c.connection_events);
  CHECK(c.admin_resources);
  CHECK(c.admin_access == "a.b");
  CHECK(c.admin_page == "/p");
  CHECK(c.admin_login == "c.d");
}

}  // namespace

TEST_CASE("every key of the file is read") {
  const auto c = from_file(full).told;
  check_full(c);
  check_full_limits(c);
  for (const auto& o : option_table()) {
    CAPTURE(o.key);
    const bool is_default = is_same(o.where, c, configuration{});
    CHECK((is_default == (o.key.empty() || o.key == "tls")));
  }
}

TEST_CASE("what is written is read back as it was") {
  const auto told = from_file(full).told;
  configuration again;
  CHECK(apply_config_file(write_config_file(told), again).empty());
  CHECK(again == told);
  configuration defaults = told;
  apply_config_file(write_config_file(configuration{}), defaults);
  defaults.header_auth = defaults.ws_header_auth = defaults.put_method = {};  // null says nothing
  defaults.delete_method = defaults.patch_method = defaults.admin_access = defaults.admin_login = {};
  CHECK(defaults == configuration{});
}

TEST_CASE("options override the file, and leave the rest of it") {
  const auto c =
      from_file(full, {"-p", "9", "--alloworigin", "http://c", "--natsrootca=t.pem", "-u=", "--debug=false"})
          .told;
  CHECK(c.port == 9);
  CHECK(c.allow_origin == origin_list{{"http://c"}});
  CHECK(c.nats_root_cas == std::vector<std::string>{"t.pem"});
  CHECK(!c.header_auth);
  CHECK(!c.debug);
  CHECK(c.ws_path == "/ws");
  CHECK(c.ws_header_auth == "auth.b");
}

TEST_CASE("keys that are missing, null, empty or 0 have their default") {
  CHECK(from_file("{}").told == configuration{});
  CHECK(from_file(
            R"({"port": 0, "natsUrl": "", "wsPath": "", "apiPath": "", "apiEncoding": "", "requestTimeout": 0,
                      "bufferSize": 0})")
            .told == configuration{});
  for (const auto& o : option_table()) {
    if (!o.key.empty()) CHECK(from_file(file_of(o.key, "null")).told == configuration{});
  }
  CHECK(from_file(R"({"addr": ""})").gateway.door.address == "::");
}

TEST_CASE("the certificate has two names, and an empty one says nothing") {
  for (const std::string text : {R"({"tlsCert": "c", "tlsKey": "k"})", R"({"certFile": "c", "keyFile": "k"})",
                                 R"({"tlsCert": "c", "tlsKey": "k", "certFile": "", "keyFile": ""})",
                                 R"({"certFile": "", "keyFile": "", "tlsCert": "c", "tlsKey": "k"})",
                                 R"({"certFile": "c", "keyFile": "k", "tlsCert": "", "tlsKey": ""})"}) {
    CHECK(from_file(text).told == changed([](auto& c) { c.tls_cert = "c", c.tls_key = "k"; }));
  }
}

TEST_CASE("the case of a key does not matter, and a key that nobody knows is warned of") {
  const auto o = from_file(R"({"PORT": 81, "natsURL": "nats://a", "lamp": {"n": 1}})");
  CHECK(o.told == changed([](auto& c) { c.port = 81, c.nats_url = "nats://a"; }));
  REQUIRE(o.warnings.size() == 1);
  CHECK(contains(o.warnings[0], "lamp"));
}

TEST_CASE("a file that is no JSON object is refused, by its name") {
  for (const std::string text :
       {"", "{", "[]", "null", "1", "natsUrl: x", "{} {}", "{\"port\":}", "// hello\n{}"}) {
    const auto why = refused_file(text);
    CHECK(contains(why.text, "config file a.json"));
    CHECK(!why.show_usage);
  }
  CHECK(contains(refused_file(std::string(200'000, '[')).text, "config file a.json"));
}

TEST_CASE("a value of the wrong type is refused, by its key") {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases{
      {"port", {"\"http\"", "\"80\"", "65536", "70000", "-1", "80.5", "8080.0", "true", "[]", "{}"}},
      {"metricsPort", {"65536", "\"\""}},
      {"natsUrl", {"1", "[]", "true"}},
      {"headerAuth", {"1", "{}"}},
      {"requestTimeout", {"\"3000\"", "1.5", "2147483648", "1e99"}},
      {"resetThrottle", {"\"1\"", "true"}},
      {"tls", {"\"true\"", "1"}},
      {"natsRootCAs", {"\"ca.pem\"", "[1]", "{}"}},
      {"allowOrigin", {"[\"*\"]", "1"}},
  };
  for (const auto& [key, values] : cases) {
    for (const auto& value : values) {
      CAPTURE(value);
      const auto why = refused_file(file_of(key, value));
      CHECK(contains(why.text, "config file a.json"));
      CHECK(contains(why.text, key));
    }
  }
}

TEST_CASE("a list with something else in it is told what it is to be") {
  CHECK(contains(refused_file(file_of("natsRootCAs", "[1]")).text, "must be an array of strings"));
}

TEST_CASE("a file that is not there is written, with all keys and what the options say") {
  const auto o = understood({"--config", "new.json", "-p", "81"});
  REQUIRE(o.file);
  CHECK(o.file->path == "new.json");
  for (const auto& option : option_table()) {
    if (!option.key.empty())
      CHECK(contains(o.file->text, std::string(1, '"').append(option.key).append("\": ")));
  }
  configuration written;
  CHECK(apply_config_file(o.file->text, written).empty());
  CHECK(written == changed([](auto& c) { c.port = 81; }));
}

TEST_CASE("a file that is there is not written, nor one that would make no sense") {
  CHECK(!from_file("{}").file);
  refused({"-c", "new.json", "-u", "login"});
}

TEST_CASE("a file that cannot be read is refused") {
  const auto why = refused({"-c", "a.json"}, {{"a.json", unreadable}});
  CHECK(why.text == "config file a.json: Permission denied");
}
