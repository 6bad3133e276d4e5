// Clients that are told apart by the headers of their requests.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/gateway/http_stage.hpp"

using namespace actorgate::test;

namespace {

actorgate::actors::settings with_header_auth(actorgate::actors::settings result = {}) {
  result.http.header_auth = {"test.login", "header"};
  return result;
}

actorgate::actors::settings with_ws_header_auth(actorgate::actors::settings result = {}) {
  result.http.ws_header_auth = {"test.login", "header"};
  return result;
}

constexpr auto login = "auth.test.login.header";

/// Gives the client a token, and then answers: so services are to do it.
void grant(http_stage& s, const request& r, std::string_view token, std::string_view answer) {
  s.test.publish("conn." + text_at(r.payload, "/cid") + ".token", R"({"token":)" + std::string(token) + "}");
  r.reply(answer);
}

/// Whose token is what the client's header X-Name says.
void log_in_by_name(http_stage& s) {
  s.test.on(login, [&s](const request& r) {
    grant(s, r, json_at(r.payload, "/header/X-Name/0"), R"({"result":null})");
  });
}

}  // namespace

TEST_CASE("before each request its headers authenticate the client") {
  http_stage s{with_header_auth()};
  auto c = s.http();
  c.send(http_request("GET", "/api/test/lamp?q=1",
                      {{"cookie", "a=b"}, {"X-TWICE", "1"}, {"x-twice", "\xff\"2"}, {"Cookie", "c=d"}}));
  const auto auth = s.test.take_next();
  CHECK(auth.subject == login);
  const auto cid = text_at(auth.payload, "/cid");
  CHECK(json_at(auth.payload, "/token") == "null");
  CHECK(json_at(auth.payload, "/params") == "null");
  CHECK(json_at(auth.payload, "/isHttp") == "true");
  CHECK(json_at(auth.payload, "/query") == "");
  CHECK(json_at(auth.payload, "/header") == R"({"Cookie":["a=b","c=d"],"X-Twice":["1","?\"2"]})"_json);
  CHECK(text_at(auth.payload, "/host") == "example.com");
  CHECK(text_at(auth.payload, "/remoteAddr").starts_with("127.0.0.1:"));
  CHECK(text_at(auth.payload, "/uri") == "/api/test/lamp?q=1");
  // Nothing else is asked before that is answered.
  CHECK(s.test.seen() == 1);
  grant(s, auth, R"({"id":1.0})", R"({"result":{"any":"thing"}})");
  const auto access = s.test.take("access.test.lamp");
  CHECK(text_at(access.payload, "/cid") == cid);
  CHECK(access.payload.find(R"("token":{"id":1.0})") != std::string::npos);
  s.test.take("get.test.lamp").result(R"({"model":{}})");
  access.result(R"({"get":true})");
  CHECK(c.answer().status == 200);
}

TEST_CASE("services cannot reach whoever has been answered") {
  http_stage s{with_header_auth()};
  s.test.on(login, R"({"result":null})");
  auto witness = s.client();
  s.pass(witness, "witness");
  const auto others = s.known_connections();
  for (const bool access_first : {true, false}) {
    CAPTURE(access_first);
    const std::string name = access_first ? "a" : "b";
    auto c = s.http();
    c.send(http_request("GET", "/api/test/" + name));
    const auto access = s.test.take("access.test." + name), get = s.test.take("get.test." + name);
    CHECK(s.known_connections() == others + 1);
    if (access_first) access.result(R"({"get":true})");
    get.result(R"({"model":{}})");
    s.pass(witness, name);
    if (!access_first) access.result(R"({"get":true})");
    CHECK(c.answer().status == 200);
    CHECK(s.known_connections_become(others));
  }
}

TEST_CASE("a token counts for all that follows in its request, and for no other") {
  http_stage s{with_header_auth()};
  log_in_by_name(s);
  auto c = s.http();
  for (int i = 0; i < 25; ++i) {
    const auto name = "n" + std::to_string(i);
    c.send(http_request("POST", "/api/test/crane/lift", {{"X-Name", name}}));
    const auto access = s.test.take("access.test.crane");
    REQUIRE(text_at(access.payload, "/token") == name);
    access.result(R"({"call":"*"})");
    const auto call = s.test.take("call.test.crane.lift");
    REQUIRE(text_at(call.payload, "/token") == name);
    call.result("1");
    CHECK(c.answer().body == "1");
  }
  s.test.on(login, R"({"result":null})");
  c.send(http_request("POST", "/api/test/crane/lift", {{"X-Name", "late"}}));
  const auto access = s.test.take("access.test.crane");
  CHECK(json_at(access.payload, "/token") == "null");
  access.result("{}");
  CHECK(c.answer().status == 401);
}

TEST_CASE("clients who ask at the same time are told apart") {
  http_stage s{with_header_auth()};
  log_in_by_name(s);
  s.test.on("access.test.crane", R"({"result":{"call":"*"}})");
  s.test.on("call.test.crane.who", [](const request& r) { r.result(json_at(r.payload, "/token")); });
  std::vector<http_client> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(s.http());
    clients.back().send(http_request("POST", "/api/test/crane/who", {{"X-Name", std::to_string(i)}}));
  }
  for (std::size_t i = 0; i < clients.size(); ++i) {
    CHECK(clients[i].answer().body == '"' + std::to_string(i) + '"');
  }
}

TEST_CASE("whoever cannot be authenticated is nobody, but is served") {
  http_stage s{with_header_auth(impatient())};
  s.model("lamp", "{}");
  auto c = s.http();
  for (const std::string answer : {R"({"error":{"code":"test.unknown","message":"Who?"}})", "{nonsense", "",
                                   R"({"result":null,"meta":{"status":200}})"}) {
    CAPTURE(answer);
    s.test.on(login, answer);
    CHECK(c.get("/api/test/lamp").status == 200);
  }
  s.test.off(login);
  CHECK(c.get("/api/test/lamp").status == 200);  // when nobody has answered in time
  CHECK(s.test.seen(login) == 5);
}

TEST_CASE("a request that means nothing authenticates nobody") {
  http_stage s{with_header_auth()};
  auto c = s.http();
  CHECK(c.get("/api/test/lamp/").status == 404);
  CHECK(c.request("OPTIONS", "/api/test/lamp").status == 200);
  CHECK(c.request("PATCH", "/api/test/lamp").status == 405);
  CHECK(c.request("POST", "/api/test/lamp/light", {}, "nonsense").status == 400);
  s.settle();
  CHECK(s.test.seen(login) == 0);
}

TEST_CASE("authentication may decide about the answer") {
  struct row {
    std::string answer;
    int status;
    std::string body, location = {};
  };
  const std::vector<row> rows = {
      {R"({"result":null,"meta":{"status":401}})", 401, body_of("system.accessDenied", "Access denied")},
      {R"({"error":{"code":"test.why","message":"Why"},"meta":{"status":403}})", 403,
       body_of("test.why", "Why")},
      {R"({"error":{"code":"test.why","message":"Why"},"meta":{"status":302,"header":{"Location":["/login"]}}})",
       302, "", "/login"},
      {R"({"resource":{"rid":"test.login"},"meta":{"status":303}})", 303, "", "/api/test/login"},
      {R"({"resource":{"rid":"test.login"},"meta":{"status":303,"header":{"location":["/here"]}}})", 303, "",
       "/here"},
      {R"({"result":null,"meta":{"status":599}})", 599, body_of("system.internalError", "Internal error")},
  };
  http_stage s{with_header_auth()};
  auto c = s.http();
  for (const auto& r : rows) {
    CAPTURE(r.answer);
    s.test.on(login, r.answer);
    for (const std::string method : {"GET", "POST"}) {
      const auto answer = c.request(method, "/api/test/lamp/light");
      CHECK(answer.status == r.status);
      CHECK(answer.body == r.body);
      CHECK(answer.header("location") == r.location);
      CHECK(s.known_connections_become(0));
    }
  }
  s.settle();
  CHECK(s.test.seen() == 2 * rows.size() + 2);
}

TEST_CASE("a token that the service sets while access is asked for counts for the call") {
  http_stage s;
  s.test.on("access.test.crane",
            [&s](const request& r) { grant(s, r, R"("from access")", R"({"result":{"call":"*"}})"); });
  s.test.on("call.test.crane.lift", [](const request& r) { r.result(json_at(r.payload, "/token")); });
  for (int i = 0; i < 25; ++i) REQUIRE(s.post("/api/test/crane/lift").body == R"("from access")");
}

// -- WebSockets ---------------------------------------------------------------

TEST_CASE("before a WebSocket is accepted its headers authenticate the client") {
  http_stage s{with_ws_header_auth()};
  s.test.on(login, [&s](const request& r) {
    grant(s, r, '"' + text_at(r.payload, "/header/X-Name/0") + text_at(r.payload, "/uri") + '"',
          R"({"result":null,"meta":{"status":200,"header":{"Set-Cookie":["a","b"],"X-Seen":["yes"],
              "Sec-WebSocket-Protocol":["evil"],"Content-Length":["3"]}}})");
  });
  res_client c;
  const auto accepted = c.connect(s.port(), "/?who", {{"X-Name", "ada"}});
  CHECK(accepted.status == 101);
  CHECK(accepted.header("x-seen") == "yes");
  CHECK(accepted.headers.count("set-cookie") == 2);
  CHECK(accepted.header("sec-websocket-protocol") == "");
  CHECK(accepted.header("content-length") == "");
  c.send_request("subscribe.test.lamp");
  const auto access = s.test.take("access.test.lamp");
  CHECK(text_at(access.payload, "/token") == "ada/?who");
  CHECK(json_at(access.payload, "/isHttp") == "");
  CHECK(s.test.seen(login) == 1);
}

TEST_CASE("the auth request of an upgrade tells of HTTP, later ones do not") {
  http_stage s{with_ws_header_auth()};
  http_client asks{s.port()};
  asks.send(http_request("GET", "/",
                         {{"Connection", "Upgrade"},
                          {"Upgrade", "websocket"},
                          {"Sec-WebSocket-Version", "13"},
                          {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}}));
  const auto auth = s.test.take(login);
  CHECK(json_at(auth.payload, "/isHttp") == "true");
  CHECK(json_at(auth.payload, "/header/Upgrade") == R"(["websocket"])");
  CHECK(s.connections() == 0);
  auth.result("null");
  CHECK(asks.head().status == 101);
  s.test.on(login, R"({"result":null})");
  auto c = s.client();
  c.send_request("auth.test.stage.who");
  CHECK(json_at(s.test.take("auth.test.stage.who").payload, "/isHttp") == "");
}

TEST_CASE("a WebSocket may be refused") {
  http_stage s{with_ws_header_auth()};
  struct row {
    std::string answer;
    int status;
    std::string body, location = {};
  };
  const std::vector<row> rows = {
      {R"({"result":null,"meta":{"status":401,"header":{"X-Why":["no"]}}})", 401,
       body_of("system.accessDenied", "Access denied")},
      {R"({"error":{"code":"test.why","message":"Why"},"meta":{"status":503,"header":{"X-Why":["no"]}}})",
       503, body_of("test.why", "Why")},
      {R"({"resource":{"rid":"test.login"},"meta":{"status":307,"header":{"X-Why":["no"]}}})", 307, "",
       "/api/test/login"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.answer);
    s.test.on(login, r.answer);
    const auto answer = ws_client{}.connect(s.port());
    CHECK(answer.status == r.status);
    CHECK(answer.header("x-why") == "no");
    CHECK(answer.header("location") == r.location);
    CHECK(answer.body == r.body);
    CHECK(s.known_connections_become(0));
  }
  CHECK(s.connections() == 0);
}

TEST_CASE("a WebSocket whose client cannot be authenticated is accepted") {
  http_stage s{with_ws_header_auth(impatient())};
  for (const std::string answer : {R"({"error":{"code":"test.unknown","message":"Who?"}})", "{nonsense"}) {
    s.test.on(login, answer);
    CHECK(ws_client{}.connect(s.port()).status == 101);
  }
  s.test.off(login);
  CHECK(ws_client{}.connect(s.port()).status == 101);  // when nobody has answered in time
}

TEST_CASE("a page of another origin authenticates nobody") {
  auto settings = with_ws_header_auth(with_header_auth());
  settings.http.cors.allow_origin = {"http://a.example"};
  http_stage s{settings};
  const headers evil{{"Origin", "http://evil.example"}};
  CHECK(ws_client{}.connect(s.port(), "/", evil).status == 403);
  CHECK(s.get("/api/test/lamp", evil).status == 403);
  s.test.on(login, R"({"result":null})");
  CHECK(ws_client{}.connect(s.port(), "/", {{"Origin", "http://a.example"}}).status == 101);
  CHECK(s.test.seen(login) == 1);
}

TEST_CASE("a client that vanishes while it is authenticated leaves nothing") {
  http_stage s{with_ws_header_auth(with_header_auth())};
  for (const bool upgrades : {true, false}) {
    CAPTURE(upgrades);
    auto c = s.http();
    c.send(upgrades ? http_request("GET", "/",
                                   {{"Connection", "Upgrade"},
                                    {"Upgrade", "websocket"},
                                    {"Sec-WebSocket-Version", "13"},
                                    {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}})
                    : http_request("GET", "/api/nowhere/lamp"));
    const auto auth = s.test.take(login);
    CHECK(s.known_connections() == 1);
    c.vanish();
    auth.result("null");
    CHECK(s.known_connections_become(0));
  }
}
