#include "protocol/client_request.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace actorgate::protocol;

namespace {

std::optional<client_request> of_method(std::string_view method, std::string& storage) {
  static std::string message;
  message = R"({"id":1,"method":")" + std::string{method} + "\"}";
  return client_request::read(message, storage);
}

}  // namespace

TEST_CASE("which request a method is") {
  struct row {
    const char* text;
    request_kind kind;
    const char *rid, *method;
  };
  const row table[] = {
      {"version", request_kind::version, "", ""},
      {"subscribe.a", request_kind::subscribe, "a", ""},
      {"subscribe.a.b?q=1.5", request_kind::subscribe, "a.b?q=1.5", ""},
      {"subscribe.user.{cid}", request_kind::subscribe, "user.{cid}", ""},
      {"unsubscribe.a.b", request_kind::unsubscribe, "a.b", ""},
      {"get.a.b", request_kind::get, "a.b", ""},
      {"call.a.set", request_kind::call, "a", "set"},
      {"call.a.b.c.set", request_kind::call, "a.b.c", "set"},
      {"call.a?q=1.set", request_kind::call, "a?q=1", "set"},
      {"call.a?q=1.5.set", request_kind::call, "a?q=1.5", "set"},
      {"auth.a.login", request_kind::auth, "a", "login"},
      {"new.a.b", request_kind::create, "a.b", ""},
  };
  for (const auto& [text, kind, rid, method] : table) {
    CAPTURE(text);
    std::string storage;
    const auto r = of_method(text, storage);
    REQUIRE(r);
    CHECK(r->kind == kind);
    CHECK(r->rid == rid);
    CHECK(r->method == method);
    CHECK(r->id == 1);
    CHECK(r->params.empty());
  }
}

TEST_CASE("a method that asks for nothing we know is invalid") {
  for (const char* text : {"",
                           ".",
                           "subscribe",
                           "subscribe.",
                           "subscribe.a.",
                           "subscribe..a",
                           "subscribe.*",
                           "subscribe.a>",
                           "subscribe.a b",
                           "subscribe.?q",
                           "Subscribe.a",
                           "version.a",
                           "versions",
                           "call",
                           "call.",
                           "call.a",
                           "call.a.",
                           "call..a",
                           "call.a.*",
                           "call.a?b=1",
                           "call.a. ",
                           "auth.a",
                           "new",
                           "new.",
                           "delete.a",
                           "get",
                           "subscribe.caf\xc3\xa9"}) {
    CAPTURE(text);
    std::string storage;
    const auto r = of_method(text, storage);
    REQUIRE(r);
    CHECK(r->kind == request_kind::invalid);
  }
}

TEST_CASE("a message that cannot be answered is none") {
  std::string storage;
  for (const char* text : {
           "",
           "x",
           "[]",
           "1",
           "null",
           "{",
           R"({"id":1,"method":"version")",
           R"({"id":1,"method":"version"}x)",
           R"({"id":1,"method":"version",})",
           R"({"method":"version"})",
           R"({"id":null,"method":"version"})",
           R"({"id":-1,"method":"version"})",
           R"({"id":1.0,"method":"version"})",
           R"({"id":1e2,"method":"version"})",
           R"({"id":"1","method":"version"})",
           R"({"id":true,"method":"version"})",
           R"({"id":18446744073709551616,"method":"version"})",
           R"({"id":[1],"method":"version"})",
           R"([{"id":1,"method":"version"}])",
           "{\"id\":1,\"method\":\"\xff\"}",
       }) {
    CAPTURE(text);
    CHECK_FALSE(client_request::read(text, storage));
  }
}

TEST_CASE("a request without a method that is a string is invalid, but has an id") {
  std::string storage;
  for (const char* text : {R"({"id":7})", R"({"id":7,"method":null})", R"({"id":7,"method":1})",
                           R"({"id":7,"method":["version"]})"}) {
    CAPTURE(text);
    const auto r = client_request::read(text, storage);
    REQUIRE(r);
    CHECK(r->kind == request_kind::invalid);
    CHECK(r->id == 7);
  }
}

TEST_CASE("ids are whole numbers of 64 bits, in any place") {
  std::string storage;
  CHECK(client_request::read(R"({"method":"version","id":18446744073709551615})", storage)->id ==
        18446744073709551615u);
  CHECK(client_request::read(R"({"id":0,"method":"version"})", storage)->id == 0);
  CHECK(client_request::read(R"( { "jsonrpc" : "2.0", "id" : 5 , "method" : "version" } )", storage)->id ==
        5);
}

TEST_CASE("params are handed on as they are written") {
  std::string storage;
  const auto params = [&storage](std::string_view json) {
    static std::string message;
    message = R"({"id":1,"params": )" + std::string{json} + R"( ,"method":"call.a.b"})";
    return client_request::read(message, storage)->params;
  };
  for (const char* json : {"null", "1.10", R"({ "a" : 9007199254740993 })", R"(["\u00e9"])"})
    CHECK(params(json) == json);
}

TEST_CASE("a method with escapes is decoded") {
  std::string storage;
  const auto r = client_request::read(R"({"id":1,"method":"c\u0061ll.a\u002eb.set"})", storage);
  REQUIRE(r);
  CHECK(r->kind == request_kind::call);
  CHECK(r->rid == "a.b");
  CHECK(r->method == "set");
}

TEST_CASE("the id of a long request is found in its beginning") {
  CHECK(read_request_id(R"({"id":12,"method":"call.a.b","params":"aaaaa)") == 12);
  CHECK(read_request_id(R"({"method":"call.a.b","id" : 12 ,"params":{"a":[)") == 12);
  CHECK(read_request_id(R"({"id":12,)") == 12);
  CHECK(read_request_id(R"({"id":12})") == 12);
}

TEST_CASE("an id that is not in the beginning, or not all of it, is not found") {
  for (const char* text :
       {"", "{", R"({"params":"aaaa)", R"({"params":"a","i)", R"({"params":"a","id":)",
        R"({"params":"a","id":12)", R"({"id":1.5,)", R"({"id":-1,)", R"({"id":"a",)", "[12,"}) {
    CAPTURE(text);
    CHECK_FALSE(read_request_id(text));
  }
}

TEST_CASE("how often to unsubscribe") {
  CHECK(read_unsubscribe_count("") == 1);
  CHECK(read_unsubscribe_count("null") == 1);
  CHECK(read_unsubscribe_count("{}") == 1);
  CHECK(read_unsubscribe_count(R"({"count":null})") == 1);
  CHECK(read_unsubscribe_count(R"({"count":3})") == 3);
  CHECK(read_unsubscribe_count(R"({"a":"b","count":256})") == 256);
  for (const char* params :
       {"[]", "1", "\"1\"", "true", R"({"count":0})", R"({"count":-1})", R"({"count":"1"})",
        R"({"count":1.5})", R"({"count":1.0})", R"({"count":true})", R"({"count":{}})", R"({"count":[1]})",
        R"({"count":1e1})", R"({"count":99999999999999999999})"}) {
    CAPTURE(params);
    CHECK_FALSE(read_unsubscribe_count(params));
  }
}

TEST_CASE("the version that a client tells") {
  CHECK(read_version_params("") == "");
  CHECK(read_version_params("null") == "");
  CHECK(read_version_params("{}") == "");
  CHECK(read_version_params(R"({"protocol":null})") == "");
  CHECK(read_version_params(R"({"protocol":"1.2.3"})") == "1.2.3");
  CHECK(read_version_params(R"({"a":[],"protocol":"1\u002e2"})") == "1.2");
  for (const char* params :
       {"[]", "1", "\"1.2.3\"", R"({"protocol":1})", R"({"protocol":{}})", R"({"protocol":["1.2.3"]})"}) {
    CAPTURE(params);
    CHECK_FALSE(read_version_params(params));
  }
}
