// POST, PUT, DELETE and PATCH: methods of resources.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/gateway/http_stage.hpp"

using namespace actorgate::test;

namespace {

const headers no_headers;

/// PUT and DELETE stand for methods, PATCH does not.
actorgate::actors::settings mapped() {
  actorgate::actors::settings result;
  result.http.put_method = "set";
  result.http.delete_method = "remove";
  result.http.cors.allow_methods = "GET, HEAD, OPTIONS, POST, PUT, DELETE";
  return result;
}

}  // namespace

TEST_CASE("a call asks for access, and then calls with the body as params") {
  http_stage s;
  auto c = s.http();
  c.send(http_request("POST", "/api/test/crane/lift?q=1", no_headers, R"( {"kg": 1.50} )"));
  const auto access = s.test.take_next();
  CHECK(access.subject == "access.test.crane");
  const auto cid = text_at(access.payload, "/cid");
  CHECK(canonical(access.payload) ==
        canonical(R"({"cid":")" + cid + R"(","token":null,"query":"q=1","isHttp":true})"));
  access.result(R"({"call":"lift"})");
  const auto call = s.test.take_next();
  CHECK(call.subject == "call.test.crane.lift");
  CHECK(
      canonical(call.payload) ==
      canonical(R"({"cid":")" + cid + R"(","token":null,"query":"q=1","isHttp":true,"params":{"kg":1.50}})"));
  call.result("12.0");
  const auto answer = c.answer();
  CHECK(answer.status == 200);
  CHECK(answer.header("content-type") == "application/json; charset=utf-8");
  CHECK(answer.body == "12.0");
  s.settle();
  CHECK(s.test.seen("get.test.crane") == 0);
}

TEST_CASE("a body is JSON, or nothing") {
  http_stage s;
  s.access("crane");
  struct row {
    std::string body, params;  // no params: 400
  };
  const std::string deep(500, '['), closed(500, ']');
  const std::vector<row> rows = {
      {"", "null"},
      {" \r\n\t", "null"},
      {"null", "null"},
      {"0", "0"},
      {R"("\u00e9")", R"("\u00e9")"},
      {" [1.10,\n2] ", "[1.10,\n2]"},
      {deep + closed, deep + closed},
      {"a=b", ""},
      {"{", ""},
      {"{}{}", ""},
      {"{'a':1}", ""},
      {"\"\xff\"", ""},
      {"\xef\xbb\xbf{}", ""},
      {std::string("{}\0", 3), ""},
      {"01", ""},
      {std::string(2000, '[') + std::string(2000, ']'), ""},
  };
  auto c = s.http();
  for (const auto& r : rows) {
    CAPTURE(r.body);
    c.send(http_request("POST", "/api/test/crane/lift", no_headers, r.body));
    if (!r.params.empty()) {
      const auto call = s.test.take("call.test.crane.lift");
      CHECK(json_at(call.payload, "/params") == canonical(r.params));
      CHECK(call.payload.find("\"params\":" + r.params) != std::string::npos);
      call.result("1");
    }
    const auto answer = c.answer();
    CHECK(answer.status == (r.params.empty() ? 400 : 200));
    CHECK(answer.body ==
          (r.params.empty() ? body_of("system.badRequest", "The request body is not JSON") : "1"));
  }
}

TEST_CASE("what a call results in") {
  struct row {
    std::string answer;
    int status;
    std::string body, location = {};
    std::string method = "lift";
  };
  const auto internal = body_of("system.internalError", "Internal error");
  const std::vector<row> rows = {
      {R"({"result":{"height":1.10,"load":"\u00e9"}})", 200, R"({"height":1.10,"load":"\u00e9"})"},
      {R"({"result":0})", 200, "0"},
      {R"({"result":false})", 200, "false"},
      {R"({"result":""})", 200, R"("")"},
      {R"({"result":[]})", 200, "[]"},
      {R"({"result":null})", 204, ""},
      {R"({"result":{"rid":"test.crane"}})", 200, R"({"rid":"test.crane"})"},
      {R"({"resource":{"rid":"test.crane"}})", 200, "", "/api/test/crane"},
      {R"({"resource":{"rid":"test.a/b.crane?q=x.y"}})", 200, "", "/api/test/a%2Fb/crane%3Fq=x%2Ey"},
      {R"({"resource":{"rid":"test.new"}})", 200, "", "/api/test/new", "new"},
      {R"({"result":{"rid":"test.legacy"}})", 200, "", "/api/test/legacy", "new"},
      {R"({"result":17})", 200, "17", "", "new"},
      {R"({"resource":{"rid":"no rid"}})", 500, internal},
      {R"({"resource":{}})", 500, internal},
      {"{}", 500, internal},
      {"[]", 500, internal},
      {"", 500, internal},
      {R"({"error":{"message":"No code"}})", 500, internal},
      {R"({"result":1}x)", 500, internal},
  };
  http_stage s;
  s.access("crane");
  auto c = s.http();
  for (const auto& r : rows) {
    CAPTURE(r.answer);
    s.test.on("call.test.crane." + r.method, r.answer);
    const auto answer = c.request("POST", "/api/test/crane/" + r.method);
    CHECK(answer.status == r.status);
    CHECK(answer.body == r.body);
    CHECK(answer.header("location") == r.location);
    CHECK((answer.header("content-type") == "") == r.body.empty());
    CHECK((answer.header("content-length") == "") == (r.status == 204));
  }
}

TEST_CASE("the errors of access and calls have statuses") {
  struct row {
    std::string code;
    int status;
  };
  const std::vector<row> rows = {
      {"system.notFound", 404},       {"system.methodNotFound", 404}, {"system.timeout", 404},
      {"system.accessDenied", 401},   {"system.forbidden", 403},      {"system.methodNotAllowed", 405},
      {"system.subjectTooLong", 414}, {"system.internalError", 500},  {"system.serviceUnavailable", 503},
      {"system.invalidParams", 400},  {"crane.overload", 400},
  };
  http_stage s;
  s.access("crane");
  s.test.on("call.test.closed.lift", R"({"result":1})");
  auto c = s.http();
  for (const auto& r : rows) {
    CAPTURE(r.code);
    const auto body = R"({"code":")" + r.code + R"(","message":"Why","data":[1]})";
    s.test.on("call.test.crane.lift", R"({"error":)" + body + "}");
    s.test.on("access.test.closed", R"({"error":)" + body + "}");
    for (const std::string target : {"/api/test/crane/lift", "/api/test/closed/lift"}) {
      const auto answer = c.request("POST", target);
      CHECK(answer.status == r.status);
      CHECK(answer.body == body);
    }
  }
  s.settle();
  CHECK(s.test.seen("call.test.closed.lift") == 0);
}

TEST_CASE("a call needs access to its method") {
  http_stage s;
  for (const std::string method : {"lift", "lif", "drop"}) s.method("crane", method, "1");
  auto c = s.http();
  const auto status = [&](const std::string& rights, const std::string& method) {
    s.access("crane", rights);
    return c.request("POST", "/api/test/crane/" + method).status;
  };
  CHECK(status(R"({"call":"*"})", "lift") == 200);
  CHECK(status(R"({"call":"drop,lift"})", "lift") == 200);
  CHECK(status(R"({"get":false,"call":"lift"})", "lift") == 200);
  CHECK(status(R"({"call":"drop,lift"})", "lif") == 401);
  CHECK(status(R"({"get":true})", "drop") == 401);
  CHECK(status(R"({"get":true,"call":""})", "drop") == 401);
  CHECK(status("{}", "drop") == 401);
  CHECK(s.test.seen("call.test.crane.lif") == 0);
  CHECK(s.test.seen("call.test.crane.drop") == 0);
}

TEST_CASE("a call that is not answered in time is not found") {
  http_stage s{impatient()};
  s.access("crane");
  auto c = s.http();
  for (const std::string target : {"/api/test/crane/lift", "/api/test/closed/lift"}) {
    const auto answer = c.request("POST", target);
    CHECK(answer.status == 404);
    CHECK(answer.body == body_of("system.timeout", "Request timeout"));
  }
  CHECK(c.request("POST", "/api/nowhere/lift").body == body_of("system.notFound", "Not found"));
}

TEST_CASE("targets that name no method are not found") {
  http_stage s;
  auto c = s.http();
  for (const std::string target :
       {"/api/test", "/api/", "/api/test/crane/lift/", "/api/test/crane//lift", "/api/test/crane/li%2Eft",
        "/api/test/crane/lift%3Fq", "/other/crane/lift"}) {
    CAPTURE(target);
    CHECK(c.request("POST", target, no_headers, "{}").status == 404);
  }
  s.settle();
  CHECK(s.test.seen() == 2);
}

TEST_CASE("PUT, DELETE and PATCH call the methods that they stand for") {
  http_stage s{mapped()};
  s.access("crane");
  s.method("crane", "set", R"({"set":1})");
  s.test.on("call.test.crane.remove", R"({"result":null})");
  auto c = s.http();
  const auto put = c.request("PUT", "/api/test/crane?q=1", no_headers, R"({"n":1.0})");
  CHECK(put.status == 200);
  CHECK(put.body == R"({"set":1})");
  CHECK(c.request("PUT", "/api/test/crane", no_headers, "nonsense").status == 400);
  CHECK(c.request("DELETE", "/api/test/crane").status == 204);
  CHECK(c.request("PUT", "/api/test/crane/").status == 404);
  for (const std::string method : {"PATCH", "TRACE", "BREW", "put"}) {
    CAPTURE(method);
    const auto answer = c.request(method, "/api/test/crane");
    CHECK(answer.status == 405);
    CHECK(answer.header("allow") == "GET, HEAD, OPTIONS, POST, PUT, DELETE");
    CHECK(answer.body == body_of("system.methodNotAllowed", "Method not allowed"));
  }
  s.settle();
  CHECK(s.test.seen("call.test.crane.set") == 1);
  CHECK(s.test.seen("call.test.crane.remove") == 1);
}

TEST_CASE("what the service does not have, a mapped method is not allowed to ask for") {
  http_stage s{mapped()};
  s.access("crane");
  const std::string lacks = R"({"error":{"code":"system.methodNotFound","message":"None","data":1}})";
  s.test.on("call.test.crane.set", lacks);
  s.test.on("call.test.crane.remove", R"({"error":{"code":"system.notFound","message":"Not found"}})");
  auto c = s.http();
  const auto put = c.request("PUT", "/api/test/crane");
  CHECK(put.status == 405);
  CHECK(put.header("allow") == "GET, HEAD, OPTIONS, POST, PUT, DELETE");
  CHECK(text_at(put.body, "/code") == "system.methodNotAllowed");
  CHECK(c.request("DELETE", "/api/test/crane").status == 404);
  const auto post = c.request("POST", "/api/test/crane/set");
  CHECK(post.status == 404);
  CHECK(post.header("allow") == "");
}

TEST_CASE("OPTIONS is told what may be asked, and asks nobody") {
  auto settings = mapped();
  settings.http.header_auth = {"test.login", "header"};
  http_stage s{settings};
  auto c = s.http();
  for (const std::string target : {"/api/test/crane", "/api/", "/api/test//x"}) {
    const auto answer = c.request("OPTIONS", target, {{"Access-Control-Request-Headers", "x-a"}});
    CHECK(answer.status == 200);
    CHECK(answer.body == "");
    CHECK(answer.header("access-control-allow-methods") == "GET, HEAD, OPTIONS, POST, PUT, DELETE");
    CHECK(answer.header("access-control-allow-headers") == "x-a");
    CHECK(answer.header("access-control-allow-origin") == "*");
  }
  CHECK(c.request("OPTIONS", "/other").status == 404);
  s.settle();
  CHECK(s.test.seen() == 2);
}

TEST_CASE("answers of all kinds say which pages may read them, and other pages get none") {
  actorgate::actors::settings settings;
  settings.http.cors.allow_origin = {"http://b.example", "http://a.example"};
  settings.http.cors.credentials = true;
  http_stage s{settings};
  s.model("lamp", "{}");
  s.method("lamp", "light", "null");
  auto c = s.http();
  struct row {
    std::string method, target;
    int status;
  };
  for (const auto& [method, target, status] : std::vector<row>{{"GET", "/api/test/lamp", 200},
                                                               {"HEAD", "/api/test/lamp", 200},
                                                               {"GET", "/api/nowhere/lamp", 404},
                                                               {"GET", "/api/test/lamp/", 404},
                                                               {"POST", "/api/test/lamp/light", 204},
                                                               {"PATCH", "/api/test/lamp", 405}}) {
    CAPTURE(method);
    CAPTURE(target);
    auto answer = c.request(method, target, {{"Origin", "http://B.example"}});
    CHECK(answer.status == status);
    CHECK(answer.header("access-control-allow-origin") == "http://B.example");
    CHECK(answer.header("access-control-allow-credentials") == "true");
    CHECK(answer.header("vary") == "Origin");
    const auto before = s.test.seen();
    answer = c.request(method, target, {{"Origin", "http://evil.example"}});
    CHECK(answer.status == 403);
    CHECK(answer.header("access-control-allow-origin") == "http://a.example");
    CHECK(answer.header("vary") == "Origin");
    if (method != "HEAD") CHECK(answer.body == body_of("system.forbidden", "Forbidden origin"));
    s.settle();
    CHECK(s.test.seen() == before + 2);
  }
  // Whoever is no page of another origin may.
  CHECK(c.get("/api/test/lamp").status == 200);
  CHECK(c.get("/api/test/lamp", {{"Origin", "null"}}).status == 200);
}
