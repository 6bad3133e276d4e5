#include "main/option_table.hpp"
#include "tests/main/told.hpp"

using namespace actorgate;
using namespace actorgate::test;
using namespace std::chrono_literals;

namespace {

/// The warning that names settings without effect; empty if there is none.
std::string without_effect(const options& o) {
  for (const auto& warning : o.warnings) {
    if (contains(warning, "not in effect")) return warning;
  }
  return {};
}

}  // namespace

TEST_CASE("the gateway is told what its parts need") {
  const auto g = understood({"-n",
                             "nats://a,nats://b",
                             "--creds",
                             "x.creds",
                             "-i",
                             "::1",
                             "-p",
                             "81",
                             "-w",
                             "/ws",
                             "-r",
                             "400",
                             "--alloworigin",
                             "http://A",
                             "--resetthrottle",
                             "3",
                             "--referencethrottle",
                             "4",
                             "--shards",
                             "2"})
                     .gateway;
  CHECK(g.nats.urls == std::vector<std::string>{"nats://a,nats://b"});
  CHECK(g.nats.credentials_file == "x.creds");
  CHECK(g.door.address == "::1");
  CHECK(g.door.port == 81);
  CHECK(g.door.ws_path == "/ws");
  CHECK(g.door.cors.allow_origin == std::vector<std::string>{"http://A"});
  CHECK(g.actors.request_timeout == 400ms);
  CHECK(g.actors.reset_throttle == 3);
  CHECK(g.actors.reference_throttle == 4);
  CHECK(g.shards == 2);
  CHECK(g.busy_poll == 200us);
}

TEST_CASE("a request timeout of up to 10 means seconds, with a warning") {
  for (const auto& [value, expected] : std::vector<std::pair<std::string, std::chrono::milliseconds>>{
           {"1", 1s}, {"10", 10s}, {"11", 11ms}, {"3000", 3s}, {"2147483647", 2147483647ms}}) {
    const auto o = understood({"-r", value});
    CHECK(o.gateway.actors.request_timeout == expected);
    CHECK(o.warnings.size() == (expected >= 1s && value.size() <= 2 ? 1 : 0));
  }
}

TEST_CASE("a throttle below 0 is none, as 0 is") {
  const auto g = understood({"--resetthrottle", "-1", "--referencethrottle=-5"}).gateway;
  CHECK(g.actors.reset_throttle == 0);
  CHECK(g.actors.reference_throttle == 0);
}

TEST_CASE("the NATS server is embedded when its URL says so, on the command line or in the file") {
  for (const auto& o :
       {understood({"--nats", "embedded"}), understood({"-c", "a"}, {{"a", R"({"natsUrl": "embedded"})"}})}) {
    CHECK(o.embedded_nats);
    CHECK(o.gateway.nats.urls.empty());
  }
  CHECK(!understood({"--nats", "nats://embedded"}).embedded_nats);
}

TEST_CASE("the limits of a client are those of the gateway's parts") {
  const auto g = understood({"--max-subscriptions=1", "--max-pending-requests=2", "--max-message-size=2000",
                             "--max-queued-bytes=70000", "--max-body-size=3000", "--heartbeat=1500",
                             "--header-timeout=400"})
                     .gateway;
  CHECK(g.actors.subscriptions == 1);
  CHECK(g.actors.pending_requests == 2);
  CHECK(g.actors.websocket.message == 2000);
  CHECK(g.actors.websocket.queued == 70000);
  CHECK(g.actors.heartbeat >= 1500ms);
  CHECK(g.actors.heartbeat < 3s);
  CHECK(g.door.body_limit == 3000);
  CHECK(g.door.header_timeout == 400ms);
}

TEST_CASE("without options, the limits are those that the parts have themselves") {
  const auto g = understood({}).gateway;
  const actors::gateway_options own;
  CHECK(g.actors.subscriptions == own.actors.subscriptions);
  CHECK(g.actors.pending_requests == own.actors.pending_requests);
  CHECK(g.actors.websocket.message == own.actors.websocket.message);
  CHECK(g.actors.websocket.queued == own.actors.websocket.queued);
  CHECK(g.actors.heartbeat == own.actors.heartbeat);
  CHECK(g.door.body_limit == own.door.body_limit);
  CHECK(g.door.header_timeout == own.door.header_timeout);
}

TEST_CASE("a setting without sense is refused, by its key, its option and its variable") {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases{
      {"headauth", {"login", "a..b", ".login", "login.", "a.*", "a.>", "a b.c", "a.b?c", "ä.b"}},
      {"wsheadauth", {"a.*", "login"}},
      {"putmethod", {"a.b", "a b", "*", ">", "a?b", "ä"}},
      {"deletemethod", {"a b"}},
      {"patchmethod", {"*"}},
      {"apiencoding", {"xml", "json "}},
      {"addr", {"localhost", "127.0.0", "1.2.3.4.5", "[::1]", "::1%lo", "*"}},
      {"metricsport", {"8080"}},
      {"reqtimeout", {"-1"}},
      {"shards", {"-1", "257"}},
      {"busy-poll", {"-1", "10001"}},
      {"log-format", {"xml", "JSON"}},
      {"drain-timeout", {"-1", "3600001"}},
      {"nats-reconnect-window", {"-1"}},
      {"max-connections", {"-1"}},
      {"max-connections-per-address", {"-1"}},
      {"max-subscriptions", {"0", "-1"}},
      {"max-pending-requests", {"0"}},
      {"max-message-size", {"0", "1023", "1073741825"}},
      {"max-body-size", {"1023", "1073741825"}},
      {"max-queued-bytes", {"65535", "1073741825"}},
      {"request-rate", {"-1"}},
      {"heartbeat", {"0", "999", "3600001"}},
      {"header-timeout", {"0", "99", "3600001"}},
      {"node-id", {"a.b", "a b", "*", ">", "\u00e4", std::string(65, 'a')}},
      {"cluster-heartbeat", {"0", "49", "3600001"}},
      {"wspath", {"ws"}},
      {"apipath", {"api"}},
  };
  for (const auto& [name, values] : cases) {
    for (const auto& value : values) {
      CAPTURE(name + "=" + value);
      const auto why = refused({"--" + name, value});
      CHECK(contains(why.text, "(--" + name + ", " + variable_of(find_option(name)->key) + ")"));
      CHECK(contains(why.text, value));
      CHECK(!why.show_usage);
    }
  }
}

TEST_CASE("a gateway is part of a cluster if that is asked for, or events for connections are") {
  const auto alone = understood({}).gateway.actors;
  CHECK_FALSE(alone.cluster);
  CHECK_FALSE(alone.connection_events);
  CHECK(alone.node_id.empty());
  CHECK(alone.cluster_heartbeat == actors::settings{}.cluster_heartbeat);
  const auto one =
      understood({"--cluster", "--node-id", "Node_1-a", "--cluster-heartbeat=50"}).gateway.actors;
  CHECK(one.cluster);
  CHECK_FALSE(one.connection_events);
  CHECK(one.node_id == "Node_1-a");
  CHECK(one.cluster_heartbeat == 50ms);
  CHECK(understood({"--connection-events"}).gateway.actors.cluster);
}

TEST_CASE("the gateway serves itself if that is asked for, and who may see it is asked of a method") {
  CHECK_FALSE(understood({}).gateway.actors.admin.enabled);
  const auto nobody = understood({"--admin-resources"});
  CHECK(nobody.gateway.actors.cluster);
  CHECK(nobody.gateway.actors.admin.enabled);
  CHECK_FALSE(nobody.gateway.actors.admin.access);
  CHECK(nobody.warnings.size() == 1);
  const auto somebody = understood({"--admin-resources", "--admin-access", "auth.operator.may"});
  CHECK(somebody.gateway.actors.admin.access.name == "auth.operator");
  CHECK(somebody.gateway.actors.admin.access.method == "may");
  CHECK(somebody.warnings.empty());
}

TEST_CASE("methods that are empty make no sense in a file") {
  for (const std::string key : {"headerAuth", "wsHeaderAuth", "putMethod", "deleteMethod", "patchMethod",
                                "adminAccess", "adminLogin"}) {
    CHECK(contains(refused({"-c", "a"}, {{"a", file_of(key, "\"\"")}}).text, key));
  }
}

TEST_CASE("an origin is * alone, or scheme, host and perhaps port") {
  for (const std::string text : {"*", "http://a.example", "HTTPS://Pier.example:8443", "http://localhost:1",
                                 "http://[::1]:80", "http://[::1]", "http://127.0.0.1",
                                 "chrome-extension://abcdef", "http://a;http://b", "http://bücher.example"}) {
    CAPTURE(text);
    understood({"-c", "a"}, {{"a", file_of("allowOrigin", '"' + text + '"')}});
  }
  for (const std::string text : {"",
                                 "quay.example",
                                 "*;http://a.example",
                                 "http://a;*",
                                 "*;*",
                                 "http://a.example/x",
                                 "http://a/",
                                 "http://a.example;",
                                 ";http://a",
                                 "http://u@a.example",
                                 "http://",
                                 "://a",
                                 "http:a",
                                 "http://a:",
                                 "http://a:b",
                                 "http://a:1:2",
                                 "http://a?",
                                 "http://a#b",
                                 "null",
                                 "1http://a",
                                 "http://[::1",
                                 "http://::1",
                                 "http://[x]",
                                 "http://a b",
                                 "http://*.example",
                                 "http://a:999999"}) {
    CAPTURE(text);
    CHECK(contains(refused({"-c", "a"}, {{"a", file_of("allowOrigin", '"' + text + '"')}}).text,
                   "allowOrigin"));
  }
}

TEST_CASE("TLS needs a certificate and a key that can be read") {
  const files pems{{"c", "certificate"}, {"k", "key"}, {"secret", unreadable}};
  CHECK(understood({"--tls", "--tlscert", "c", "--tlskey", "k"}, pems).told.tls);
  CHECK(contains(refused({"--tls"}, pems).text, "tlsCert"));
  CHECK(contains(refused({"--tls", "--tlscert", "c"}, pems).text, "tlsKey"));
  CHECK(refused({"--tls", "--tlscert", "x", "--tlskey", "k"}, pems).text == "tlsCert: x: no such file");
  CHECK(refused({"--tls", "--tlscert", "c", "--tlskey", "secret"}, pems).text ==
        "tlsKey: secret: Permission denied");
  understood({"--tlscert", "x", "--tlskey", "y"});  // not asked for
}

TEST_CASE("who is not alone on the machine is inspected over TLS alone") {
  const files pems{{"c", "certificate"}, {"k", "key"}, {"a", "authority"}};
  const arguments all{"--inspect-tls-cert", "c", "--inspect-tls-key", "k", "--inspect-tls-ca", "a"};
  const auto with = [&all](arguments more) {
    more.insert(more.end(), all.begin(), all.end());
    return more;
  };
  CHECK(!understood({}).gateway.inspection);
  const auto plain = understood({"--inspect-port", "8091"}).gateway.inspection;
  REQUIRE(plain);
  CHECK(plain->host == "127.0.0.1");
  CHECK(plain->port == 8091);
  CHECK(plain->who.empty());
  understood({"--inspect-port", "8091", "--inspect-host", "::1"});
  CHECK(contains(refused({"--inspect-port", "8091", "--inspect-host", "0.0.0.0"}).text,
                 "inspectTlsCert (--inspect-tls-cert, ACTORGATE_INSPECT_TLS_CERT): is needed, because others "
                 "reach 0.0.0.0"));
  const auto open = understood(with({"--inspect-port", "8091", "--inspect-host", "0.0.0.0"}), pems);
  CHECK(open.gateway.inspection->who.authority == "a");
  CHECK(contains(refused({"--inspect-tls-cert", "c"}, pems).text, "inspectTlsKey"));
  CHECK(refused(with({})).text == "inspectTlsCert: c: no such file");
  CHECK(contains(refused({"--inspect-port", "8080"}).text, "8080 is another port already"));
  CHECK(contains(refused({"--inspect-host", "localhost"}).text, "is no IP address"));
}

TEST_CASE("a client certificate for NATS and its key go together") {
  understood({"--natscert", "c.pem", "--natskey", "k.pem"});
  CHECK(contains(refused({"--natscert", "c.pem"}).text, "natsKey"));
  CHECK(contains(refused({"--natskey", "k.pem"}).text, "natsCert"));
}

TEST_CASE("a file for NATS that cannot be read is refused, by its key") {
  const std::vector<std::pair<std::string, arguments>> cases{
      {"natsCreds", {"--creds", "secret"}},
      {"natsCert", {"--natscert", "secret", "--natskey", "k.pem"}},
      {"natsKey", {"--natscert", "c.pem", "--natskey", "secret"}},
      {"natsRootCAs", {"--natsrootca", "r.pem", "--natsrootca", "secret"}},
  };
  for (const auto& [key, told] : cases) {
    CHECK(refused(told).text == key + ": secret: no such file");
    CHECK(refused(told, {{"secret", unreadable}}).text == key + ": secret: Permission denied");
  }
}

TEST_CASE("one warning names everything that is set and has no effect in this version") {
  CHECK(without_effect(understood({"-p", "81", "--apipath", "/api", "--tls=false", "--apiencoding", "json"}))
            .empty());
  const files there{{"a.json", R"({"wsPath": "/a", "bufferSize": 1})"}};
  CHECK(without_effect(understood({"-c", "a.json", "-p", "81"}, there)) ==
        "not in effect in this version: bufferSize");
}
