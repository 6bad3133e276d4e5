#include "main/environment.hpp"

#include <array>
#include <set>

#include "main/option_table.hpp"
#include "tests/main/told.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

struct sample {
  std::string variable;
  std::string value;
  std::function<void(configuration&)> change;
};

const std::vector<sample> samples{
    {"NATS_URL", "nats://a:1,nats://b", [](auto& c) { c.nats_url = "nats://a:1,nats://b"; }},
    {"ADDR", "::1", [](auto& c) { c.addr = "::1"; }},
    {"PORT", "81", [](auto& c) { c.port = 81; }},
    {"METRICS_PORT", "82", [](auto& c) { c.metrics_port = 82; }},
    {"INSPECT_PORT", "83", [](auto& c) { c.inspect_port = 83; }},
    {"INSPECT_HOST", "::1", [](auto& c) { c.inspect_host = "::1"; }},
    {"INSPECT_TLS_CERT", "e.pem", [](auto& c) { c.inspect_tls_cert = "e.pem"; }},
    {"INSPECT_TLS_KEY", "f.pem", [](auto& c) { c.inspect_tls_key = "f.pem"; }},
    {"INSPECT_TLS_CA", "g.pem", [](auto& c) { c.inspect_tls_ca = "g.pem"; }},
    {"WS_PATH", "/ws", [](auto& c) { c.ws_path = "/ws"; }},
    {"API_PATH", "/data", [](auto& c) { c.api_path = "/data"; }},
    {"REQUEST_TIMEOUT", "400", [](auto& c) { c.request_timeout = 400; }},
    {"BUFFER_SIZE", "1", [](auto& c) { c.buffer_size = 1; }},
    {"HEADER_AUTH", "auth.a", [](auto& c) { c.header_auth = "auth.a"; }},
    {"WS_HEADER_AUTH", "auth.b", [](auto& c) { c.ws_header_auth = "auth.b"; }},
    {"API_ENCODING", "jsonflat", [](auto& c) { c.api_encoding = "jsonflat"; }},
    {"PUT_METHOD", "x", [](auto& c) { c.put_method = "x"; }},
    {"DELETE_METHOD", "y", [](auto& c) { c.delete_method = "y"; }},
    {"PATCH_METHOD", "z", [](auto& c) { c.patch_method = "z"; }},
    {"WS_COMPRESSION", "true", [](auto& c) { c.ws_compression = true; }},
    {"RESET_THROTTLE", "3", [](auto& c) { c.reset_throttle = 3; }},
    {"REFERENCE_THROTTLE", "4", [](auto& c) { c.reference_throttle = 4; }},
    {"TLS", "0", [](auto& c) { c.tls = false; }},
    {"TLS_CERT", "c.pem", [](auto& c) { c.tls_cert = "c.pem"; }},
    {"TLS_KEY", "k.pem", [](auto& c) { c.tls_key = "k.pem"; }},
    {"NATS_CREDS", "a.creds", [](auto& c) { c.nats_creds = "a.creds"; }},
    {"NATS_CERT", "n.pem", [](auto& c) { c.nats_cert = "n.pem"; }},
    {"NATS_KEY", "m.pem", [](auto& c) { c.nats_key = "m.pem"; }},
    {"NATS_ROOT_CAS", "r.pem;s,t.pem",
     [](auto& c) {
       c.nats_root_cas = {"r.pem", "s,t.pem"};
     }},
    {"ALLOW_ORIGIN", "http://a;https://b",
     [](auto& c) {
       c.allow_origin = {{"http://a", "https://b"}};
     }},
    {"DEBUG", "1", [](auto& c) { c.debug = true; }},
    {"TRACE", "t", [](auto& c) { c.trace = true; }},
    {"LOG_FORMAT", "json", [](auto& c) { c.log_format = "json"; }},
    {"SHARDS", "2", [](auto& c) { c.shards = 2; }},
    {"BUSY_POLL", "19", [](auto& c) { c.busy_poll = 19; }},
    {"DRAIN_TIMEOUT", "11", [](auto& c) { c.drain_timeout = 11; }},
    {"WAIT_FOR_NATS", "true", [](auto& c) { c.wait_for_nats = true; }},
    {"NATS_RECONNECT_WINDOW", "12", [](auto& c) { c.nats_reconnect_window = 12; }},
    {"MAX_CONNECTIONS", "13", [](auto& c) { c.max_connections = 13; }},
    {"MAX_CONNECTIONS_PER_ADDRESS", "14", [](auto& c) { c.max_connections_per_address = 14; }},
    {"MAX_SUBSCRIPTIONS", "15", [](auto& c) { c.max_subscriptions = 15; }},
    {"MAX_PENDING_REQUESTS", "16", [](auto& c) { c.max_pending_requests = 16; }},
    {"MAX_MESSAGE_SIZE", "2048", [](auto& c) { c.max_message_size = 2048; }},
    {"MAX_BODY_SIZE", "4096", [](auto& c) { c.max_body_size = 4096; }},
    {"MAX_QUEUED_BYTES", "131072", [](auto& c) { c.max_queued_bytes = 131072; }},
    {"REQUEST_RATE", "17", [](auto& c) { c.request_rate = 17; }},
    {"HEARTBEAT", "2000", [](auto& c) { c.heartbeat = 2000; }},
    {"HEADER_TIMEOUT", "300", [](auto& c) { c.header_timeout = 300; }},
    {"NODE_ID", "node-1", [](auto& c) { c.node_id = "node-1"; }},
    {"CLUSTER", "true", [](auto& c) { c.cluster = true; }},
    {"CLUSTER_HEARTBEAT", "700", [](auto& c) { c.cluster_heartbeat = 700; }},
    {"CONNECTION_EVENTS", "true", [](auto& c) { c.connection_events = true; }},
    {"ADMIN_RESOURCES", "true", [](auto& c) { c.admin_resources = true; }},
    {"ADMIN_ACCESS", "a.b", [](auto& c) { c.admin_access = "a.b"; }},
    {"ADMIN_PAGE", "/p", [](auto& c) { c.admin_page = "/p"; }},
    {"ADMIN_LOGIN", "c.d", [](auto& c) { c.admin_login = "c.d"; }},
};

options with(const environment& variables) { return understood({}, {}, variables); }

}  // namespace

TEST_CASE("every key is a variable, too") {
  std::set<std::string> expected, sampled;
  for (const auto& o : option_table()) {
    if (!o.key.empty()) expected.insert(variable_of(o.key));
  }
  for (const auto& s : samples) {
    const auto name = "ACTORGATE_" + s.variable;
    CAPTURE(name);
    sampled.insert(name);
    const environment with_key{{"NATS_CERT", "other"}, {name, s.value}, {"PATH", "/bin"}};
    configuration c;
    CHECK(apply_environment(with_key, c).empty());
    CHECK(c == changed(s.change));
  }
  CHECK(sampled == expected);
}

TEST_CASE("options override the environment, which overrides the file") {
  const files there{
      {"a.json", R"({"port": 1, "wsPath": "/1", "apiPath": "/1", "allowOrigin": "http://a;http://b"})"}};
  const auto c =
      understood(
          {"-c", "a.json", "-p", "3"}, there,
          {{"ACTORGATE_PORT", "2"}, {"ACTORGATE_WS_PATH", "/2"}, {"ACTORGATE_ALLOW_ORIGIN", "http://c"}})
          .told;
  CHECK(c.port == 3);
  CHECK(c.ws_path == "/2");
  CHECK(c.api_path == "/1");
  CHECK(c.allow_origin == origin_list{{"http://c"}});
}

TEST_CASE("lists of options replace those of the environment") {
  const auto c = understood({"--alloworigin", "http://c", "--natsrootca", "t.pem"}, {},
                            {{"ACTORGATE_ALLOW_ORIGIN", "http://a;http://b"},
                             {"ACTORGATE_NATS_ROOT_CAS", "r.pem;s.pem"}})
                     .told;
  CHECK(c.allow_origin == origin_list{{"http://c"}});
  CHECK(c.nats_root_cas == std::vector<std::string>{"t.pem"});
}

TEST_CASE("a variable that is empty says nothing") {
  environment variables;
  for (const auto& s : samples) variables["ACTORGATE_" + s.variable] = "";
  const auto o = understood({"-c", "a"}, {{"a", R"({"port": 81, "headerAuth": "auth.a"})"}}, variables);
  CHECK(o.told == changed([](auto& c) { c.port = 81, c.header_auth = "auth.a"; }));
  CHECK(o.warnings.empty());
}

TEST_CASE("a variable that cannot be read is refused, by its name") {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases{
      {"ACTORGATE_PORT", {"eighty", "65536", "-1", " 80", "0x50"}},
      {"ACTORGATE_REQUEST_TIMEOUT", {"3s", "1.5", "2147483648"}},
      {"ACTORGATE_MAX_SUBSCRIPTIONS", {"many", "0"}},
      {"ACTORGATE_TLS", {"yes", "on"}},
      {"ACTORGATE_ADDR", {"localhost"}},
      {"ACTORGATE_LOG_FORMAT", {"xml"}},
      {"ACTORGATE_ALLOW_ORIGIN", {"http://a;"}},
      {"ACTORGATE_BUFFER_SIZE", {"-1"}},
  };
  for (const auto& [name, values] : cases) {
    for (const auto& value : values) {
      CAPTURE(name + "=" + value);
      const auto why = refused({}, {}, {{name, value}});
      CHECK(contains(why.text, name));
      CHECK(!why.show_usage);
    }
  }
}

TEST_CASE("one warning names the variables that mean nothing to us") {
  const auto o =
      with({{"ACTORGATE_PROT", "81"}, {"ACTORGATE_", ""}, {"ACTORGATE_natsUrl", "x"}, {"OTHER", "1"}});
  CHECK(o.told == configuration{});
  REQUIRE(o.warnings.size() == 1);
  CHECK(o.warnings[0] == "unknown environment variables: ACTORGATE_, ACTORGATE_PROT, ACTORGATE_natsUrl");
}

TEST_CASE("variables of scripts, of tests and of Kubernetes are not ours") {
  const auto o = with({{"ACTORGATE", "build/actorgate"},
                       {"ACTORGATE_NATS", "nats://a"},
                       {"ACTORGATE_PAGE_PORT", "81"},
                       {"ACTORGATE_TEST_SEEDS", "9"},
                       {"ACTORGATE_PORT", "tcp://10.0.0.1:8080"},
                       {"ACTORGATE_PORT_8080_TCP", "tcp://10.0.0.1:8080"},
                       {"ACTORGATE_PORT_8080_TCP_PORT", "8080"},
                       {"ACTORGATE_SERVICE_HOST", "10.0.0.1"},
                       {"ACTORGATE_SERVICE_PORT", "8080"},
                       {"ACTORGATE_METRICS_PORT", "tcp://10.0.0.2:8090"},
                       {"ACTORGATE_METRICS_SERVICE_PORT_HTTP", "8090"}});
  CHECK(o.told == configuration{});
  CHECK(o.warnings.empty());
}

TEST_CASE("a file that is written does not hold what the environment says") {
  const auto o = understood({"-c", "new.json", "-p", "81"}, {},
                            {{"ACTORGATE_NATS_URL", "nats://u:secret@a"}, {"ACTORGATE_PORT", "82"}});
  REQUIRE(o.file);
  CHECK(o.told.nats_url == "nats://u:secret@a");
  CHECK(!contains(o.file->text, "secret"));
  CHECK(contains(o.file->text, "\"port\": 81"));
}

TEST_CASE("the environment of a process is taken apart at the first equals sign") {
  const std::array<const char*, 5> variables{"A=1", "B=", "C=x=y", "D", nullptr};
  CHECK(environment_of(variables.data()) == environment{{"A", "1"}, {"B", ""}, {"C", "x=y"}, {"D", ""}});
}
