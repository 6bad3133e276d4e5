#include "protocol/service_response.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace actorgate::protocol;
using namespace std::chrono_literals;

namespace {

template <class T>
error error_of(const outcome<T>& o) {
  const auto* e = std::get_if<error>(&o);
  return e ? *e : error{};
}

/// What no request can be answered with.
constexpr const char* malformed[] = {"",
                                     "x",
                                     "[]",
                                     "1",
                                     "null",
                                     "{}",
                                     R"({"meta":{}})",
                                     R"({"result":{})",
                                     R"({"result":{}}x)",
                                     R"({"error":1})",
                                     R"({"error":"system.notFound"})",
                                     R"({"error":{}})",
                                     R"({"error":{"message":"no code"}})",
                                     R"({"error":{"code":1}})",
                                     R"({"error":{"code":"a","message":null}})",
                                     R"({"error":[]})"};

std::string content_of(const resource_content& c) {
  std::string out;
  c.is_model ? append_properties(out, c.values) : append_elements(out, c.values);
  return out;
}

}  // namespace

TEST_CASE("a malformed response is an internal error, whatever was asked for") {
  for (const char* text : malformed) {
    CAPTURE(text);
    CHECK(error_of(read_access_response(text)) == errors::internal_error());
    CHECK(error_of(read_get_response(text)) == errors::internal_error());
    CHECK(error_of(read_call_response(text, false)) == errors::internal_error());
    CHECK(error_of(read_query_response(text)) == errors::internal_error());
  }
}

TEST_CASE("the error of a response wins over all else, with its data as written") {
  const char* text =
      R"({"result":{"get":true},"resource":{"rid":"a"},"error":{"code":"a.b","message":"m\u00e9","data":{"x":1.10},"more":1}})";
  const error expected{"a.b", "m\xc3\xa9", R"({"x":1.10})"};
  CHECK(error_of(read_access_response(text)) == expected);
  CHECK(error_of(read_get_response(text)) == expected);
  CHECK(error_of(read_call_response(text, false)) == expected);
  CHECK(error_of(read_query_response(text)) == expected);
  CHECK(error_of(read_get_response(R"({"error":{"code":"a"}})")) == error{"a", ""});
}

TEST_CASE("an error of null is none") {
  CHECK(std::get<call_result>(read_call_response(R"({"error":null,"resource":null,"result":1})", false))
            .payload == "1");
}

TEST_CASE("what access a response grants") {
  struct row {
    const char* result;
    bool get;
    const char* call;
  };
  const row table[] = {
      {"{}", false, ""},
      {R"({"get":true})", true, ""},
      {R"({"get":false,"call":"*"})", false, "*"},
      {R"({"call":"set,foo","get":true,"more":[]})", true, "set,foo"},
      {R"({"get":null,"call":null})", false, ""},
  };
  for (const auto& [result, get, call] : table) {
    CAPTURE(result);
    const auto rights = read_access_response(R"({"result":)" + std::string{result} + "}");
    REQUIRE(std::holds_alternative<access_rights>(rights));
    CHECK(std::get<access_rights>(rights).get == get);
    CHECK(std::get<access_rights>(rights).call == call);
  }
  for (const char* result :
       {"null", "true", "[]", R"({"get":1})", R"({"get":"true"})", R"({"call":1})", R"({"call":["set"]})"}) {
    CAPTURE(result);
    CHECK(error_of(read_access_response(R"({"result":)" + std::string{result} + "}")) ==
          errors::internal_error());
  }
}

TEST_CASE("which methods may be called") {
  struct row {
    const char *call, *method;
    bool may;
  };
  const row table[] = {{"*", "set", true},
                       {"", "set", false},
                       {"set", "set", true},
                       {"set,foo,bar", "foo", true},
                       {"set,foo,bar", "bar", true},
                       {"set,foo", "fo", false},
                       {"set,foo", "set,foo", false},
                       {"settings", "set", false},
                       {"set", "settings", false},
                       {"*,foo", "set", false},
                       {"set,", "", false},
                       {",set", "set", true}};
  for (const auto& [call, method, may] : table) {
    CAPTURE(call);
    CAPTURE(method);
    CHECK(access_rights{true, call}.may_call(method) == may);
  }
}

TEST_CASE("a resource is read with its type and query") {
  struct row {
    const char* result;
    bool is_model;
    const char *content, *query;
  };
  const row table[] = {
      {R"({"model":{"a":1.10,"b":{"data":2}}})", true, R"({"a":1.10,"b":2})", nullptr},
      {R"({"collection":[1,{"rid":"x"}]})", false, R"([1,{"rid":"x"}])", nullptr},
      {R"({"model":{}})", true, "{}", nullptr},
      {R"({"collection":[],"query":"a=1"})", false, "[]", "a=1"},
      {R"({"query":null,"model":{},"collection":null})", true, "{}", nullptr},
      {R"({"query":"","collection":[],"model":null})", false, "[]", nullptr},
  };
  for (const auto& [result, is_model, content, query] : table) {
    CAPTURE(result);
    const auto response = read_get_response(R"({"result":)" + std::string{result} + "}");
    REQUIRE(std::holds_alternative<resource_content>(response));
    const auto& c = std::get<resource_content>(response);
    CHECK(c.is_model == is_model);
    CHECK(content_of(c) == content);
    CHECK(c.query == (query ? std::optional<std::string>{query} : std::nullopt));
  }
}

TEST_CASE("what is no resource is an internal error") {
  for (const char* result :
       {"null", "{}", "[]", R"({"model":[]})", R"({"collection":{}})", R"({"model":{},"collection":[]})",
        R"({"model":{"a":[]}})", R"({"collection":[{"action":"delete"}]})",
        R"({"model":{"a":{"action":"delete"}}})", R"({"model":{},"query":1})", R"({"model":null})"}) {
    CAPTURE(result);
    CHECK(error_of(read_get_response(R"({"result":)" + std::string{result} + "}")) ==
          errors::internal_error());
  }
}

TEST_CASE("a call answers with a payload as written, or a resource") {
  const auto read = [](std::string_view text, bool is_new = false) {
    return std::get<call_result>(read_call_response(text, is_new));
  };
  CHECK(read(R"({"result":null})").payload == "null");
  CHECK(read(R"({"result": { "a" : 1.10 } ,"meta":{"status":200}})").payload == R"({ "a" : 1.10 })");
  CHECK(read(R"({"result":null})").rid.empty());
  CHECK(read(R"({"resource":{"rid":"a.b?q"}})").rid == "a.b?q");
  CHECK(read(R"({"resource":{"rid":"a.b"},"result":1})").rid == "a.b");
  CHECK(read(R"({"resource":{"rid":"a.b"},"result":1})").payload.empty());
  CHECK(read(R"({"result":{"rid":"a.b"}})").payload == R"({"rid":"a.b"})");
  CHECK(read(R"({"result":{"rid":"a.b"}})").rid.empty());
}

TEST_CASE("before 1.2.0 the result of new was a reference") {
  const auto read = [](std::string_view text) {
    return std::get<call_result>(read_call_response(text, true));
  };
  CHECK(read(R"({"result":{"rid":"a.b"}})").rid == "a.b");
  CHECK(read(R"({"result":{"rid":"a.b"}})").payload.empty());
  CHECK(read(R"({"result":42})").payload == "42");
  CHECK(read(R"({"resource":{"rid":"a.b"}})").rid == "a.b");
}

TEST_CASE("a resource response that refers to nothing is an internal error") {
  for (const char* resource : {"1", "{}", "\"a\"", R"({"rid":1})", R"({"rid":"a..b"})", R"({"rid":""})"}) {
    CAPTURE(resource);
    CHECK(error_of(read_call_response(R"({"resource":)" + std::string{resource} + "}", false)) ==
          errors::internal_error());
  }
}

TEST_CASE("a query request is answered by events or by the resource") {
  const auto events = [](std::string_view result) {
    return std::get<std::vector<query_event>>(
        std::get<query_result>(read_query_response(R"({"result":)" + std::string{result} + "}")));
  };
  CHECK(events("{}").empty());
  CHECK(events(R"({"events":[]})").empty());
  CHECK(events(R"({"events":null,"model":null})").empty());
  const auto two =
      events(R"({"events":[{"event":"remove","data":{ "idx" : 24 }},{"more":1,"event":"gone"}]})");
  REQUIRE(two.size() == 2);
  CHECK(two[0].name == "remove");
  CHECK(two[0].data == R"({ "idx" : 24 })");
  CHECK(two[1].name == "gone");
  CHECK(two[1].data.empty());
  const auto content = [](std::string_view result) {
    return content_of(std::get<resource_content>(
        std::get<query_result>(read_query_response(R"({"result":)" + std::string{result} + "}"))));
  };
  CHECK(content(R"({"model":{"a":1},"events":null})") == R"({"a":1})");
  CHECK(content(R"({"collection":[1,2]})") == "[1,2]");
}

TEST_CASE("a query answer that is both or neither is an internal error") {
  for (const char* result :
       {"null", "[]", R"({"events":{}})", R"({"events":[1]})", R"({"events":[],"model":{}})",
        R"({"model":{},"collection":[]})", R"({"events":[{"event":1}]})", R"({"events":[{"data":{}}]})",
        R"({"events":[{"event":""}]})", R"({"model":{"a":[]}})"}) {
    CAPTURE(result);
    CHECK(error_of(read_query_response(R"({"result":)" + std::string{result} + "}")) ==
          errors::internal_error());
  }
}

TEST_CASE("a pre-response sets another time-out") {
  struct row {
    const char* text;
    bool is_pre;
    std::optional<std::chrono::milliseconds> timeout;
  };
  const row table[] = {
      {R"(timeout:"15000")", true, 15000ms},
      {R"(timeout:"0")", true, 0ms},
      {R"(other:"x" timeout:"20")", true, 20ms},
      {R"(timeout:"")", true, std::nullopt},
      {R"(timeout:"-1")", true, std::nullopt},
      {R"(timeout:"1.5")", true, std::nullopt},
      {R"(timeout:"99999999999")", true, std::nullopt},
      {R"(timeout:"12)", true, std::nullopt},
      {R"(timeout:12)", true, std::nullopt},
      {"nonsense", true, std::nullopt},
      {"", false, std::nullopt},
      {R"({"result":null})", false, std::nullopt},
      {"null", false, std::nullopt},
      {"true", false, std::nullopt},
      {" timeout:\"1\"", false, 1ms},
  };
  for (const auto& [text, is_pre, timeout] : table) {
    CAPTURE(text);
    CHECK(is_pre_response(text) == is_pre);
    CHECK(read_pre_response(text) == timeout);
  }
}
