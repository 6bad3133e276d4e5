#include <functional>

#include "main/option_table.hpp"
#include "tests/main/told.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

struct sample {
  std::vector<std::string> names;
  std::string value;
  std::function<void(configuration&)> change;
};

const std::vector<sample> with_value{
    {{"n", "nats"}, "nats://a:1", [](auto& c) { c.nats_url = "nats://a:1"; }},
    {{"i", "addr"}, "::1", [](auto& c) { c.addr = "::1"; }},
    {{"p", "port"}, "81", [](auto& c) { c.port = 81; }},
    {{"w", "wspath"}, "/ws", [](auto& c) { c.ws_path = "/ws"; }},
    {{"a", "apipath"}, "/data/", [](auto& c) { c.api_path = "/data/"; }},
    {{"r", "reqtimeout"}, "400", [](auto& c) { c.request_timeout = 400; }},
    {{"u", "headauth"}, "auth.login", [](auto& c) { c.header_auth = "auth.login"; }},
    {{"t", "wsheadauth"}, "auth.login", [](auto& c) { c.ws_header_auth = "auth.login"; }},
    {{"m", "metricsport"}, "8090", [](auto& c) { c.metrics_port = 8090; }},
    {{"inspect-port"}, "8091", [](auto& c) { c.inspect_port = 8091; }},
    {{"inspect-host"}, "::1", [](auto& c) { c.inspect_host = "::1"; }},
    {{"apiencoding"}, "jsonFlat", [](auto& c) { c.api_encoding = "jsonFlat"; }},
    {{"putmethod"}, "replace", [](auto& c) { c.put_method = "replace"; }},
    {{"deletemethod"}, "scrap", [](auto& c) { c.delete_method = "scrap"; }},
    {{"patchmethod"}, "adjust", [](auto& c) { c.patch_method = "adjust"; }},
    {{"resetthrottle"}, "32", [](auto& c) { c.reset_throttle = 32; }},
    {{"referencethrottle"}, "33", [](auto& c) { c.reference_throttle = 33; }},
    {{"tlscert"}, "c.pem", [](auto& c) { c.tls_cert = "c.pem"; }},
    {{"tlskey"}, "k.pem", [](auto& c) { c.tls_key = "k.pem"; }},
    {{"creds"}, "a.creds", [](auto& c) { c.nats_creds = "a.creds"; }},
    {{"natsrootca"}, "r.pem", [](auto& c) { c.nats_root_cas = {"r.pem"}; }},
    {{"alloworigin"}, "http://a", [](auto& c) { c.allow_origin = {{"http://a"}}; }},
    {{"shards"}, "3", [](auto& c) { c.shards = 3; }},
    {{"busy-poll"}, "34", [](auto& c) { c.busy_poll = 34; }},
    {{"log-format"}, "json", [](auto& c) { c.log_format = "json"; }},
    {{"drain-timeout"}, "0", [](auto& c) { c.drain_timeout = 0; }},
    {{"nats-reconnect-window"}, "0", [](auto& c) { c.nats_reconnect_window = 0; }},
    {{"max-connections"}, "5", [](auto& c) { c.max_connections = 5; }},
    {{"max-connections-per-address"}, "6", [](auto& c) { c.max_connections_per_address = 6; }},
    {{"max-subscriptions"}, "7", [](auto& c) { c.max_subscriptions = 7; }},
    {{"max-pending-requests"}, "8", [](auto& c) { c.max_pending_requests = 8; }},
    {{"max-message-size"}, "2048", [](auto& c) { c.max_message_size = 2048; }},
    {{"max-body-size"}, "2049", [](auto& c) { c.max_body_size = 2049; }},
    {{"max-queued-bytes"}, "70000", [](auto& c) { c.max_queued_bytes = 70000; }},
    {{"request-rate"}, "9", [](auto& c) { c.request_rate = 9; }},
    {{"heartbeat"}, "1500", [](auto& c) { c.heartbeat = 1500; }},
    {{"header-timeout"}, "100", [](auto& c) { c.header_timeout = 100; }},
    {{"node-id"}, "node-1", [](auto& c) { c.node_id = "node-1"; }},
    {{"cluster-heartbeat"}, "700", [](auto& c) { c.cluster_heartbeat = 700; }},
    {{"admin-access"}, "a.b", [](auto& c) { c.admin_access = "a.b"; }},
    {{"admin-page"}, "/p", [](auto& c) { c.admin_page = "/p"; }},
    {{"admin-login"}, "c.d", [](auto& c) { c.admin_login = "c.d"; }},
};

const std::vector<sample> flags{
    {{"wscompression"}, "", [](auto& c) { c.ws_compression = true; }},
    {{"D", "debug"}, "", [](auto& c) { c.debug = true; }},
    {{"V", "trace"}, "", [](auto& c) { c.trace = true; }},
    {{"DV"}, "", [](auto& c) { c.debug = c.trace = true; }},
    {{"wait-for-nats"}, "", [](auto& c) { c.wait_for_nats = true; }},
    {{"cluster"}, "", [](auto& c) { c.cluster = true; }},
    {{"connection-events"}, "", [](auto& c) { c.connection_events = true; }},
};

}  // namespace

TEST_CASE("without arguments, everything has its default") {
  const auto o = understood({});
  CHECK(o.told == configuration{});
  CHECK(o.warnings.empty());
  CHECK(!o.file);
}

TEST_CASE("every option that takes a value is understood in every spelling") {
  for (const auto& s : with_value) {
    const auto expected = changed(s.change);
    for (const auto& name : s.names) {
      for (const std::string dashes : {"-", "--"}) {
        CAPTURE(dashes + name);
        CHECK(understood({dashes + name, s.value}).told == expected);
        CHECK(understood({dashes + name + "=" + s.value}).told == expected);
      }
    }
  }
}

TEST_CASE("every flag is understood in every spelling, and can be denied") {
  for (const auto& s : flags) {
    for (const auto& name : s.names) {
      for (const std::string dashes : {"-", "--"}) {
        CAPTURE(dashes + name);
        CHECK(understood({dashes + name}).told == changed(s.change));
        CHECK(understood({dashes + name + "=true"}).told == changed(s.change));
        CHECK(understood({dashes + name + "=false"}).told == configuration{});
        CHECK(contains(refused({dashes + name + "=perhaps"}).text, name));
      }
    }
  }
}

TEST_CASE("options are understood together, and the last of the same counts") {
  const auto o = understood({"-p", "1", "--wscompression", "-p=2", "--nats=nats://a?b=c"});
  CHECK(o.told.port == 2);
  CHECK(o.told.ws_compression);
  CHECK(o.told.nats_url == "nats://a?b=c");
}

TEST_CASE("origins and root certificates add up") {
  const auto o = understood(
      {"--alloworigin", "http://a", "--natsrootca=x.pem", "--alloworigin=http://b", "--natsrootca", "y.pem"});
  CHECK(o.told.allow_origin == origin_list{{"http://a", "http://b"}});
  CHECK(understood({"--alloworigin", "http://a;http://b", "--alloworigin=http://c"}).told.allow_origin ==
        origin_list{{"http://a", "http://b", "http://c"}});
  CHECK(o.told.nats_root_cas == std::vector<std::string>{"x.pem", "y.pem"});
}

TEST_CASE("an option that is empty has its default, and an address is that of all interfaces") {
  CHECK(understood({"-n", "", "-w", "", "-a=", "-u=", "--putmethod=", "--apiencoding=", "--log-format="})
            .told == configuration{});
  CHECK(understood({"-p", "0", "-m", "0", "-r", "0"}).told == configuration{});
  CHECK(understood({"-i", ""}).gateway.door.address == "::");
}

TEST_CASE("two dashes at the end say nothing") {
  CHECK(understood({"--"}).told == configuration{});
  CHECK(understood({"-p", "81", "--"}).told.port == 81);
}

TEST_CASE("what is no option is named, with the usage") {
  const std::vector<std::pair<arguments, std::string>> cases{{{"--lighthouse"}, "--lighthouse"},
                                                             {{"-x=1"}, "-x"},
                                                             {{"-p"}, "-p"},
                                                             {{"--port"}, "--port"},
                                                             {{"lighthouse"}, "lighthouse"},
                                                             {{"-"}, "-"},
                                                             {{"--", "x"}, "--"},
                                                             {{"--tls", "on"}, "on"},
                                                             {{"---port", "1"}, "---port"},
                                                             {{"--=1"}, "--"},
                                                             {{"-VD"}, "-VD"},
                                                             {{""}, ""},
                                                             {{"--PORT", "1"}, "--PORT"},
                                                             {{"-p", "1", "2"}, "2"}};
  for (const auto& [told, name] : cases) {
    const auto why = refused(told);
    CHECK(contains(why.text, name));
    CHECK(why.show_usage);
  }
}

TEST_CASE("a number that is none is named together with its option") {
  for (const std::string name : {"-p", "--port", "-m", "--metricsport"}) {
    for (const std::string value :
         {"65536", "99999", "eighty", "-1", "", " 1", "1 ", "0x50", "18446744073709551617"}) {
      const auto why = refused({name, value});
      CHECK(contains(why.text, name));
      CHECK(contains(why.text, '"' + value + '"'));
      CHECK(!why.show_usage);
    }
  }
  for (const std::string name : {"-r", "--resetthrottle", "--referencethrottle", "--shards"}) {
    for (const std::string value : {"2147483648", "many", "1.5", ""})
      CHECK(contains(refused({name, value}).text, name));
  }
}

TEST_CASE("help and version are all that is told when they are asked for") {
  for (const std::string ask : {"-h", "--help", "-help"}) {
    const auto text = std::get<information>(read({"-p", "80", ask, "-v"})).text;
    CHECK(contains(text, "Usage"));
    for (const auto& o : option_table()) {
      if (!o.name.empty()) CHECK(contains(text, "--" + std::string(o.name)));
      if (!o.letter.empty()) CHECK(contains(text, "-" + std::string(o.letter)));
    }
  }
  for (const std::string ask : {"-v", "--version"}) {
    CHECK(std::get<information>(read({ask})).text == "actorgate v0.1.0\nprotocol v1.2.3\n");
  }
}

TEST_CASE("no two options have a name in common") {
  for (const auto& o : option_table()) {
    if (!o.name.empty()) CHECK(find_option(o.name) == &o);
    if (!o.letter.empty()) CHECK(find_option(o.letter) == &o);
    if (!o.key.empty()) CHECK(find_key(o.key) == &o);
  }
}
