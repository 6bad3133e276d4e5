#include "protocol/http_path.hpp"

#include <random>
#include <string>

#include <doctest/doctest.h>

#include "protocol/rid.hpp"

using namespace actorgate::protocol;

namespace {

/// A valid rid whose query is UTF-8, out of all characters that may be in one.
class rid_maker {
public:
  std::string next() {
    std::string out = part();
    for (auto more = below(4); more > 0; --more) out += "." + part();
    if (below(2) == 0) return out;
    out += '?';
    for (auto more = below(20); more > 0; --more) out += query_character();
    return out;
  }

private:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random_); }
  std::string part() {
    std::string out;
    for (auto more = 1 + below(8); more > 0;) {
      const auto c = static_cast<char>(33 + below(94));
      if (!is_valid_part({&c, 1})) continue;
      out += c;
      --more;
    }
    return out;
  }
  std::string query_character() {
    constexpr const char* wide[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "//", "..", "%", "?"};
    const auto n = below(128 + std::size(wide));
    return n < 128 ? std::string(1, static_cast<char>(n)) : wide[n - 128];
  }

  std::mt19937 random_{42};
};

}  // namespace

TEST_CASE("which resource a target names") {
  struct row {
    const char *target, *rid;
  };
  const row table[] = {
      {"/api/user", "user"},
      {"/api/user/42/roles", "user.42.roles"},
      {"/api/user?", "user"},
      {"/api/user?a=1&b=2", "user?a=1&b=2"},
      {"/api/user?a=%20%2E%zz", "user?a=%20%2E%zz"},
      {"/api/user?a.b//c/", "user?a.b//c/"},
      {"/api/user?a?b=*.>", "user?a?b=*.>"},
      {"/api/user??", "user??"},
      {"/api/user%2E42", "user.42"},
      {"/api/user%2e42", "user.42"},
      {"/api/a%2Fb/c", "a/b.c"},
      {"/api/a%2F", "a/"},
      {"/api/a%3Fb=1", "a?b=1"},
      {"/api/a%3F", "a?"},
      {"/api/a%3F?", "a?"},
      {"/api/a%3Fb=%2E%2F%20", "a?b=./ "},
      {"/api/a%3Fb/c", "a?b.c"},
      {"/api/a%3Fb?c=%3F", "a?b?c=%3F"},
      {"/api/a%3F%C3%A9", "a?\xc3\xa9"},
      {"/api/a?\xc3\xa9", "a?\xc3\xa9"},
      {"/api/a%2525", "a%25"},
      {"/api/%7Bcid%7D", "{cid}"},
      {"/api/a+b", "a+b"},
      {"/api/a#b", "a#b"},
      {"/api/a?b#c", "a?b#c"},
      {"/api/a:b", "a:b"},
      {"http://host/api/user/42", "user.42"},
      {"https://user@host:8080/api/user?a=http://x/y", "user?a=http://x/y"},
      {"HTTP://[::1]:80/api/a%2Fb", "a/b"},
      {"http:///api/a", "a"},
  };
  for (const auto& [target, rid] : table) {
    CAPTURE(target);
    CHECK(rid_of_target(target, "/api/") == rid);
  }
  CHECK(rid_of_target("/api/a%3Fb%0D%0A%00", "/api/") == std::string("a?b\r\n\0", 6));
}

TEST_CASE("targets that name no resource") {
  for (const char* target : {
           // not behind the api path
           "",
           "/",
           "*",
           "/api",
           "/api/",
           "/api?a",
           "/api/?a",
           "/apifoo",
           "/apifoo/a",
           "/API/a",
           "api/a",
           "a",
           "/%61pi/a",
           " /api/a",
           "host:80",
           "http:",
           "http://",
           "http://host",
           "http://host?/api/a",
           "http://host/apifoo/a",
           "://host/api/a",
           "http:/api/a",
           "a/b://host/api/a",
           "?a://host/api/a",
           // empty parts
           "/api//",
           "/api//a",
           "/api/a/",
           "/api/a//",
           "/api/a//b",
           "//api/a",
           "/api/a/?q",
           "/api/a%3Fq/",
           "/api/a%3Fq//b",
           "/api/a://b/c",
           "/api/%2E",
           "/api/a%2E",
           "/api/%2Ea",
           "/api/a%2E%2Eb",
           "/api/a%2E/b",
           "/api/%3Fq",
           // raw dots
           "/api/a.b",
           "/api/.",
           "/api/..",
           "/api/../a",
           "/api/a/../b",
           "/api/a/..%2Fb",
           "/api/a%3Fb.c",
           // escapes that are none
           "/api/%",
           "/api/a%",
           "/api/a%2",
           "/api/a%zz",
           "/api/a%2z",
           "/api/a%z2",
           "/api/a%/b",
           "/api/a%+2",
           "/api/a%-1",
           "/api/a% 2",
           "/api/a%0x",
           "/api/a%3Fb%",
           "/api/%u0041",
           "/api/a%2?0",
           // what no name can hold
           "/api/%00",
           "/api/a%0A",
           "/api/a%0D%0Ab",
           "/api/a%20b",
           "/api/a b",
           "/api/a\nb",
           "/api/a*",
           "/api/*",
           "/api/%3E",
           "/api/a%2A",
           "/api/%7F",
           "/api/%C3%A9",
           "/api/caf\xc3\xa9",
           "/api/%FF",
           "/api/\xff",
           // what no message can carry
           "/api/a?\xff",
           "/api/a%3F%FF",
           "/api/a?\xc3",
           "/api/a%3F%C3",
           "/api/a%3F%ED%A0%80",
       }) {
    CAPTURE(target);
    CHECK_FALSE(rid_of_target(target, "/api/"));
  }
  CHECK_FALSE(rid_of_target(std::string_view("/api/a\0b", 8), "/api/"));
}

TEST_CASE("the api path may be the root, or long") {
  CHECK(rid_of_target("/user/42", "/") == "user.42");
  CHECK(rid_of_target("http://host/user", "/") == "user");
  for (const char* target : {"", "/", "//", "//user", "/user/", "*", "user", "http://host/", "/?q", "/a.b"}) {
    CAPTURE(target);
    CHECK_FALSE(rid_of_target(target, "/"));
  }
  CHECK(rid_of_target("/v1.0/api/user", "/v1.0/api/") == "user");
  CHECK_FALSE(rid_of_target("/v1.0/user", "/v1.0/api/"));
}

TEST_CASE("a long target is read like any other") {
  std::string target = "/api", rid;
  for (int i = 0; i < 20000; ++i) {
    target += "/a%2Fb";
    rid += i == 0 ? "a/b" : ".a/b";
  }
  CHECK(rid_of_target(target, "/api/") == rid);
  CHECK(path_of_rid(rid, "/api/") == target);
  CHECK_FALSE(rid_of_target(target + "%", "/api/"));
}

TEST_CASE("the last part of a target is the method") {
  struct row {
    const char *target, *rid, *method;
  };
  const row table[] = {
      {"/api/user/set", "user", "set"},
      {"/api/user/42/set", "user.42", "set"},
      {"/api/user/set?a=1", "user?a=1", "set"},
      {"/api/user/set?", "user", "set"},
      {"/api/user/set?a/b.c", "user?a/b.c", "set"},
      {"/api/user%2E42/set", "user.42", "set"},
      {"/api/user%3Fq/set", "user?q", "set"},
      {"/api/user%3Fq/set?r", "user?q?r", "set"},
      {"/api/user/%73et", "user", "set"},
      {"/api/user/a%2Fb", "user", "a/b"},
      {"http://host/api/user/set", "user", "set"},
  };
  for (const auto& [target, rid, method] : table) {
    CAPTURE(target);
    const auto read = method_of_target(target, "/api/");
    REQUIRE(read);
    CHECK(read->rid == rid);
    CHECK(read->method == method);
  }
  const auto at_root = method_of_target("/user/set", "/");
  REQUIRE(at_root);
  CHECK(at_root->rid == "user");
  CHECK(at_root->method == "set");
}

TEST_CASE("targets that name no method of a resource") {
  for (const char* target : {
           "",
           "/",
           "/api",
           "/api/",
           "/api/set",
           "/api/set?a/b",
           "/apifoo/user/set",
           "/api/user/set/",
           "/api/user//set",
           "/api//user/set",
           "/api//set",
           "/api/user/",
           "/api/user/a.b",
           "/api/user/a%2Eb",
           "/api/user%2Eset",
           "/api/user/%2E",
           "/api/user/set%3F",
           "/api/user/a%3Fb",
           "/api/user/s%20t",
           "/api/user/*",
           "/api/user/%3E",
           "/api/user/%",
           "/api/user/s%zz",
           "/api/user/%00",
           "/api/us%er/set",
           "/api/us.er/set",
           "/api/u%20r/set",
           "/api/user/m\xc3\xa9thode",
           "/api/user/set?\xff",
           "/api/%3Fq/set",
       }) {
    CAPTURE(target);
    CHECK_FALSE(method_of_target(target, "/api/"));
  }
}

TEST_CASE("the path of a resource") {
  struct row {
    const char *rid, *path;
  };
  const row table[] = {
      {"user", "/api/user"},
      {"user.42.roles", "/api/user/42/roles"},
      {"azAZ09-_~$&+:=@", "/api/azAZ09-_~$&+:=@"},
      {"!\"#%'(),/", "/api/%21%22%23%25%27%28%29%2C%2F"},
      {";<[\\]^`{|}", "/api/%3B%3C%5B%5C%5D%5E%60%7B%7C%7D"},
      {"a.{cid}.b", "/api/a/%7Bcid%7D/b"},
      {"a/b.c", "/api/a%2Fb/c"},
      {"a.b?", "/api/a/b%3F"},
      {"a?b=1&c=./?", "/api/a%3Fb=1&c=%2E%2F%3F"},
      {"a?\r\n \x7f*>", "/api/a%3F%0D%0A%20%7F%2A%3E"},
      {"a?\xc3\xa9", "/api/a%3F%C3%A9"},
  };
  for (const auto& [rid, path] : table) {
    CAPTURE(rid);
    CHECK(path_of_rid(rid, "/api/") == path);
    CHECK(rid_of_target(path, "/api/") == rid);
  }
  CHECK(path_of_rid("a.b", "/") == "/a/b");
}

TEST_CASE("every rid comes back from its path") {
  rid_maker maker;
  for (int i = 0; i < 20000; ++i) {
    const auto rid = maker.next();
    CAPTURE(rid);
    REQUIRE(is_valid_rid(rid));
    for (const char* api_path : {"/api/", "/"}) {
      const auto path = path_of_rid(rid, api_path);
      CHECK(rid_of_target(path, api_path) == rid);
      CHECK(rid_of_target("http://host" + path, api_path) == rid);
      const auto call = method_of_target(path + "/set", api_path);
      REQUIRE(call);
      CHECK(call->rid == rid);
    }
  }
}
