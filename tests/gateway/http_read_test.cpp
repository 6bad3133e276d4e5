// GET and HEAD: a resource as it is.
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/gateway/http_stage.hpp"

using namespace actorgate::test;

namespace {

actorgate::actors::settings flat() {
  actorgate::actors::settings result;
  result.http.flat = true;
  return result;
}

/// Resources that refer to each other in all ways.
void build_harbour(http_stage& s) {
  s.model("quay", R"({"crane":{"rid":"test.crane"},"hut":{"rid":"test.hut","soft":true},"n":1.10,
                      "plan":{"data":{"a":[1]}}})");
  s.model("crane", R"({"quay":{"rid":"test.quay"},"lost":{"rid":"test.lost"},"loads":{"rid":"test.loads"}})");
  s.collection("loads", R"(["tea",{"rid":"test.tea?kind=black"},{"rid":"test.tea?kind=black"}])");
  s.access("tea");
  s.test.on("get.test.tea", R"({"result":{"model":{"kg":5},"query":"kind=black"}})");
  s.failing("lost", "test.lost");
}

}  // namespace

TEST_CASE("a resource is read with all that it refers to") {
  http_stage s;
  build_harbour(s);
  const auto answer = s.get("/api/test/quay");
  CHECK(answer.status == 200);
  CHECK(answer.header("content-type") == "application/json; charset=utf-8");
  CHECK(canonical(answer.body) == R"({"n":1.10,"plan":{"a":[1]},"hut":{"href":"/api/test/hut"},
      "crane":{"href":"/api/test/crane","model":{
        "quay":{"href":"/api/test/quay"},
        "lost":{"href":"/api/test/lost","error":{"code":"test.lost","message":"Error"}},
        "loads":{"href":"/api/test/loads","collection":["tea",
          {"href":"/api/test/tea%3Fkind=black","model":{"kg":5}},
          {"href":"/api/test/tea%3Fkind=black","model":{"kg":5}}]}}}})"_json);
  s.settle();
  for (const std::string name : {"quay", "crane", "loads", "tea", "lost"}) {
    CHECK(s.test.seen("get.test." + name) == 1);
  }
  CHECK(s.test.seen("get.test.hut") == 0);
  // Access is a matter of what is asked for.
  CHECK(s.test.seen("access.test.quay") == 1);
  CHECK(s.test.seen("access.test.crane") == 0);
}

TEST_CASE("in the flat encoding there are no addresses but of what is not shown") {
  http_stage s{flat()};
  build_harbour(s);
  CHECK(canonical(s.get("/api/test/quay").body) == R"({"n":1.10,"plan":{"a":[1]},
      "hut":{"href":"/api/test/hut"},
      "crane":{"quay":{"href":"/api/test/quay"},"lost":{"code":"test.lost","message":"Error"},
               "loads":["tea",{"kg":5},{"kg":5}]}})"_json);
}

TEST_CASE("an address leads to what it stands for") {
  http_stage s;
  build_harbour(s);
  auto c = s.http();
  for (const std::string target : {"/api/test/crane", "/api/test/loads", "/api/test/tea%3Fkind=black"}) {
    CHECK(c.get(target).status == 200);
  }
}

TEST_CASE("HEAD is answered with the headers of GET") {
  http_stage s;
  build_harbour(s);
  s.access("closed", "{}");
  s.test.on("get.test.closed", R"({"result":{"model":{}}})");
  for (const std::string target :
       {"/api/test/quay", "/api/test/lost", "/api/test/closed", "/api/test/", "/api/nowhere/a", "/other"}) {
    CAPTURE(target);
    auto c = s.http();
    auto get = c.get(target), head = c.request("HEAD", target);
    CHECK(head.status == get.status);
    CHECK(head.reason == get.reason);
    CHECK(head.header("content-length") == std::to_string(get.body.size()));
    for (auto* each : {&get, &head}) CHECK(each->headers.erase("date") == 1);
    CHECK((head.headers == get.headers));
    // Nothing came behind the header.
    CHECK(c.get(target).status == get.status);
  }
}

TEST_CASE("a path names a resource, or nothing at all") {
  http_stage s;
  struct row {
    std::string target, name;  // no name: 404
    std::string query = {};
  };
  const std::vector<row> rows = {
      {"/api/test/lamp", "lamp"},
      {"/api/test/lamp?", "lamp"},
      {"/api/test/lamp?a=1&b=%20.//*", "lamp", "a=1&b=%20.//*"},
      {"/api/test/lamp%3Fa=1", "lamp", "a=1"},
      {"/api/test/lamp%3Fa?b", "lamp", "a?b"},
      {"/api/test/user/42/roles", "user.42.roles"},
      {"/api/test%2Euser%2e42", "user.42"},
      {"/api/test/a%2Fb/c", "a/b.c"},
      {"/api/test/$&+:=@~-_", "$&+:=@~-_"},
      {"http://example.com/api/test/lamp", "lamp"},
      {"/", ""},
      {"/api", ""},
      {"/api/", ""},
      {"/API/test/lamp", ""},
      {"/apitest/lamp", ""},
      {"/api/test/lamp/", ""},
      {"/api/test//lamp", ""},
      {"/api//test/lamp", ""},
      {"/api/test.lamp", ""},
      {"/api/test/../lamp", ""},
      {"/api/test/lamp%2E", ""},
      {"/api/test/%zz", ""},
      {"/api/test/a%20b", ""},
      {"/api/test/*", ""},
      {"/api/test/%3E", ""},
      {"/api/test/caf%C3%A9", ""},
      {"/api/test/%00", ""},
  };
  auto c = s.http();
  std::size_t asked = 0;
  for (const auto& r : rows) {
    CAPTURE(r.target);
    if (!r.name.empty()) {
      s.access(r.name);
      s.test.on("get.test." + r.name, R"({"result":{"model":{"is":"it"},"query":")" + r.query + "\"}}");
      asked += s.test.seen("get.test." + r.name) == 0 || !r.query.empty() ? 2 : 1;
    }
    const auto answer = c.get(r.target);
    CHECK(answer.status == (r.name.empty() ? 404 : 200));
    CHECK(answer.body == (r.name.empty() ? body_of("system.notFound", "Not found") : R"({"is":"it"})"));
    if (!r.name.empty()) CHECK(s.test.seen("get.test." + r.name) > 0);
  }
  s.settle();
  CHECK(s.test.seen() == asked + 2);  // and those of settling
}

TEST_CASE("services get the query as it stands, with get and access") {
  http_stage s;
  for (const std::string query : {"q=1", "q=%2E%20&r=a.b/c?", "q=\"\\"}) {
    CAPTURE(query);
    auto c = s.http();
    c.send(http_request("GET", "/api/test/list?" + query));
    const auto get = s.test.take("get.test.list"), access = s.test.take("access.test.list");
    CHECK(text_at(get.payload, "/query") == query);
    CHECK(text_at(access.payload, "/query") == query);
    access.result(R"({"get":true})");
    get.result(R"({"collection":[],"query":"normal"})");
    CHECK(c.answer().body == "[]");
  }
  auto c = s.http();
  c.send(http_request("GET", "/api/test/list"));
  CHECK(s.test.take("get.test.list").payload == "{}");
  CHECK(json_at(s.test.take("access.test.list").payload, "/query") == "");
}

TEST_CASE("get and access are asked at the same time, and the answer waits for both") {
  http_stage s;
  auto c = s.http();
  for (const bool access_first : {true, false}) {
    c.send(http_request("GET", "/api/test/lamp?" + std::to_string(access_first)));
    const auto get = s.test.take("get.test.lamp"), access = s.test.take("access.test.lamp");
    if (access_first) access.result(R"({"get":true})");
    get.result(R"({"model":{"n":1}})");
    if (!access_first) access.result(R"({"get":true})");
    CHECK(c.answer().body == R"({"n":1})");
  }
}

TEST_CASE("access requests tell of HTTP, and each of a connection of its own") {
  http_stage s;
  s.test.on("get.test.lamp", R"({"result":{"model":{}}})");
  auto c = s.http();
  std::set<std::string> cids;
  for (int i = 0; i < 3; ++i) {
    c.send(http_request("GET", "/api/test/lamp"));
    const auto access = s.test.take("access.test.lamp");
    const auto cid = text_at(access.payload, "/cid");
    CHECK(cid.size() == 15);
    CHECK(canonical(access.payload) == canonical(R"({"cid":")" + cid + R"(","token":null,"isHttp":true})"));
    access.result(R"({"get":true})");
    CHECK(c.answer().status == 200);
    cids.insert(cid);
  }
  CHECK(cids.size() == 3);
}

TEST_CASE("the connection id tag in a path is replaced towards the service") {
  http_stage s;
  auto c = s.http();
  c.send(http_request("GET", "/api/test/user/%7Bcid%7D/name"));
  const auto access = s.test.take_next();
  const auto get = s.test.take_next();
  const auto cid = text_at((access.subject.starts_with("access.") ? access : get).payload, "/cid");
  for (const auto* r : {&access, &get}) {
    CHECK(r->subject.ends_with(".test.user." + cid + ".name"));
    r->result(r->subject.starts_with("get.")
                  ? R"({"model":{"me":{"rid":"test.user.{cid}.name","soft":true}}})"
                  : R"({"get":true})");
  }
  CHECK(c.answer().body == R"({"me":{"href":"/api/test/user/%7Bcid%7D/name"}})");
}

TEST_CASE("what services answer decides about the status") {
  struct row {
    std::string access, get;  // whole answers
    int status;
    std::string body;
  };
  const std::string granted = R"({"result":{"get":true}})", there = R"({"result":{"model":{"n":1}}})";
  const auto error = [](const std::string& code) {
    return R"({"error":{"code":")" + code + R"(","message":"Why","data":{"a":1.0}}})";
  };
  const auto told = [](const std::string& code) {
    return R"({"code":")" + code + R"(","message":"Why","data":{"a":1.0}})";
  };
  const auto denied = body_of("system.accessDenied", "Access denied");
  const auto internal = body_of("system.internalError", "Internal error");
  std::vector<row> rows = {
      {granted, there, 200, R"({"n":1})"},
      {R"({"result":{"get":true,"call":""}})", there, 200, R"({"n":1})"},
      {R"({"result":{"get":false}})", there, 401, denied},
      {R"({"result":{}})", there, 401, denied},
      {R"({"result":{"call":"*"}})", there, 401, denied},
      // Access weighs more.
      {R"({"result":{}})", error("system.notFound"), 401, denied},
      {error("test.busy"), error("system.notFound"), 400, told("test.busy")},
      // malformed
      {"{nonsense", there, 500, internal},
      {R"({"result":null})", there, 500, internal},
      {R"({"result":{"get":1}})", there, 500, internal},
      {R"({"error":{}})", there, 500, internal},
      {granted, "", 500, internal},
      {granted, R"({"result":{}})", 500, internal},
      {granted, R"({"result":{"model":[]}})", 500, internal},
      {granted, R"({"result":{"model":{"a":[1]}}})", 500, internal},
      {granted, R"({"result":{"collection":{}}})", 500, internal},
      {granted, R"({"error":"no"})", 500, internal},
      {granted, R"({"result":{"model":{"n":1}}}})", 500, internal},
  };
  const std::vector<std::pair<std::string, int>> statuses = {
      {"system.notFound", 404},       {"system.methodNotFound", 404}, {"system.timeout", 404},
      {"system.accessDenied", 401},   {"system.forbidden", 403},      {"system.methodNotAllowed", 405},
      {"system.subjectTooLong", 414}, {"system.internalError", 500},  {"system.serviceUnavailable", 503},
      {"system.invalidQuery", 400},   {"test.whatever", 400},
  };
  for (const auto& [code, status] : statuses) {
    rows.push_back({granted, error(code), status, told(code)});
    rows.push_back({error(code), there, status, told(code)});
  }
  http_stage s;
  auto c = s.http();
  int number = 0;
  for (const auto& r : rows) {
    CAPTURE(r.access);
    CAPTURE(r.get);
    const auto name = "r" + std::to_string(++number);
    s.test.on("access.test." + name, r.access);
    s.test.on("get.test." + name, r.get);
    const auto answer = c.get("/api/test/" + name);
    CHECK(answer.status == r.status);
    CHECK(answer.header("content-type") == "application/json; charset=utf-8");
    CHECK(answer.body == r.body);
  }
}

TEST_CASE("a service that is not there, or does not answer, has nothing") {
  http_stage s{impatient()};
  auto c = s.http();
  const auto nobody = c.get("/api/nowhere/lamp");
  CHECK(nobody.status == 404);
  CHECK(nobody.body == body_of("system.notFound", "Not found"));
  const auto late = body_of("system.timeout", "Request timeout");
  s.access("slow");
  CHECK(c.get("/api/test/slow").body == late);
  s.test.on("get.test.silent", R"({"result":{"model":{}}})");
  const auto answer = c.get("/api/test/silent");
  CHECK(answer.status == 404);
  CHECK(answer.body == late);
  // Late answers harm nobody.
  s.test.take("get.test.slow").result(R"({"model":{"late":true}})");
  s.test.take("access.test.silent").result(R"({"get":true})");
  s.model("slow", R"({"late":false})");
  CHECK(c.get("/api/test/slow").body == R"({"late":false})");
}

TEST_CASE("after a denial nothing more of a resource is fetched") {
  http_stage s;
  s.test.on("access.test.top", R"({"result":{}})");
  auto c = s.http();
  c.send(http_request("GET", "/api/test/top"));
  const auto get = s.test.take("get.test.top");
  CHECK(c.answer().status == 401);
  get.result(R"({"collection":[{"rid":"test.a"},{"rid":"test.b"}]})");
  auto witness = s.client();
  s.pass(witness, "top");
  s.settle();
  CHECK(s.test.seen("get.test.a") == 0);
}

TEST_CASE("a resource that takes more than the limit is an internal error") {
  actorgate::actors::settings settings;
  settings.http.response_limit = 1000;
  http_stage s{settings};
  s.collection("d0", R"([{"rid":"test.d1"},{"rid":"test.d1"}])");
  s.collection("d1", R"([{"rid":"test.d2"},{"rid":"test.d2"}])");
  s.collection("d2", "[\"" + std::string(300, 'x') + "\"]");
  auto c = s.http();
  CHECK(c.get("/api/test/d1").status == 200);
  const auto answer = c.get("/api/test/d0");
  CHECK(answer.status == 500);
  CHECK(answer.body == body_of("system.internalError", "Internal error"));
}

TEST_CASE("what a client has is not sent again until it changes") {
  http_stage s;
  s.model("lamp", R"({"leaf":{"rid":"test.leaf"}})");
  s.model("leaf", R"({"n":1})");
  auto c = s.http();
  const auto first = c.get("/api/test/lamp");
  const auto tag = first.header("etag");
  CHECK(tag.size() == 18);
  CHECK(first.header("cache-control") == "no-cache");
  const headers known{{"If-None-Match", tag}};
  auto answer = c.get("/api/test/lamp", known);
  CHECK(answer.status == 304);
  CHECK(answer.header("etag") == tag);
  CHECK(c.request("HEAD", "/api/test/lamp", known).status == 304);
  s.test.event("leaf", "change", R"({"values":{"n":2}})");
  auto witness = s.client();
  s.pass(witness, "leaf");
  answer = c.get("/api/test/lamp", known);
  CHECK(answer.status == 200);
  CHECK(answer.header("etag") != tag);
  CHECK(answer.body == R"({"leaf":{"href":"/api/test/leaf","model":{"n":2}}})");
  // Who may not see it is not told that it is the same.
  s.access("lamp", "{}");
  CHECK(c.get("/api/test/lamp", {{"If-None-Match", answer.header("etag")}}).status == 401);
}

TEST_CASE("a long resource is compressed for who takes gzip") {
  http_stage s;
  s.collection("long", "[\"" + std::string(5000, 'x') + "\"]");
  auto c = s.http();
  const auto plain = c.get("/api/test/long"), gzip = c.get("/api/test/long", {{"Accept-Encoding", "gzip"}});
  CHECK(plain.header("content-encoding") == "");
  CHECK(plain.body.size() == 5004);
  CHECK(gzip.header("content-encoding") == "gzip");
  CHECK(gzip.body.starts_with("\x1f\x8b"));
  CHECK(gzip.body.size() < 200);
  for (const auto* each : {&plain, &gzip}) CHECK(each->header("vary") == "Accept-Encoding");
  CHECK(plain.header("etag") != gzip.header("etag"));
}
