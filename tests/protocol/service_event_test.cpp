#include "protocol/service_event.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace actorgate::protocol;

namespace {

std::string changed(std::string_view payload) {
  const auto values = read_change_event(payload);
  if (!values) return "(none)";
  std::string out;
  append_properties(out, *values);
  return out;
}

}  // namespace

TEST_CASE("which event a name means") {
  struct row {
    const char* name;
    event_kind kind;
  };
  const row table[] = {
      {"change", event_kind::change},        {"add", event_kind::add},        {"remove", event_kind::remove},
      {"reaccess", event_kind::reaccess},    {"create", event_kind::create},  {"delete", event_kind::deleted},
      {"query", event_kind::query},          {"patch", event_kind::reserved}, {"reset", event_kind::reserved},
      {"unsubscribe", event_kind::reserved}, {"custom", event_kind::custom},  {"Change", event_kind::custom},
      {"changed", event_kind::custom},       {"", event_kind::custom},
  };
  for (const auto& [name, kind] : table) {
    CAPTURE(name);
    CHECK(event_kind_of(name) == kind);
  }
}

TEST_CASE("a change event has its values, in the form of today or before RES 1.0") {
  struct row {
    const char *payload, *values;
  };
  const row table[] = {
      {R"({"values":{"a":1.10,"b":{"action":"delete"}}})", R"({"a":1.10,"b":{"action":"delete"}})"},
      {R"({"values":{}})", "{}"},
      {R"({ "values" : { "rid" : "x" } })", R"({"rid":"x"})"},
      // legacy: not exactly one member `values`, or its value is no object
      {R"({"a":1,"b":{"rid":"x"}})", R"({"a":1,"b":{"rid":"x"}})"},
      {"{}", "{}"},
      {R"({"values":5})", R"({"values":5})"},
      {R"({"values":null})", R"({"values":null})"},
      {R"({"values":{"rid":"x"},"b":1})", R"({"values":{"rid":"x"},"b":1})"},
      {R"({"a":{"action":"delete"}})", R"({"a":{"action":"delete"}})"},
  };
  for (const auto& [payload, values] : table) {
    CAPTURE(payload);
    CHECK(changed(payload) == values);
  }
}

TEST_CASE("a change event that makes no sense is none") {
  for (const char* payload :
       {"", "null", "[]", "1", "{", R"({"values":{"a":[]}})", R"({"values":{"a":1}}x)",
        R"({"values":{"a":1},"b":2})", R"({"values":[]})", R"({"a":{"action":"drop"}})"}) {
    CAPTURE(payload);
    CHECK(changed(payload) == "(none)");
  }
}

TEST_CASE("an add event has an index and a value") {
  const auto add = read_add_event(R"({ "value" : {"data":[1]}, "idx" : 2, "more":{} })");
  REQUIRE(add);
  CHECK(add->index == 2);
  CHECK(add->element.text() == R"({"data":[1]})");
  for (const char* payload :
       {"", "null", "{}", R"({"idx":0})", R"({"value":1})", R"({"idx":-1,"value":1})",
        R"({"idx":1.0,"value":1})", R"({"idx":"1","value":1})", R"({"idx":99999999999999999999,"value":1})",
        R"({"idx":0,"value":[]})", R"({"idx":0,"value":{"action":"delete"}})", R"({"idx":0,"value":1}x)",
        R"([0,1])"}) {
    CAPTURE(payload);
    CHECK_FALSE(read_add_event(payload));
  }
}

TEST_CASE("a remove event has an index") {
  CHECK(read_remove_event(R"({"idx":3,"more":1})") == 3u);
  for (const char* payload :
       {"", "null", "{}", R"({"idx":-1})", R"({"idx":null})", R"({"idx":1.5})", R"({"idx":1}x)", "3"}) {
    CAPTURE(payload);
    CHECK_FALSE(read_remove_event(payload));
  }
}

TEST_CASE("a query event has the subject to ask on") {
  CHECK(read_query_event(R"({"subject":"_INBOX.a1.2","more":[]})") == "_INBOX.a1.2");
  for (const char* payload :
       {"", "{", "[]", "{}", R"({"subject":""})", R"({"subject":7})", R"({"subject":null})",
        R"({"subject":"a.*"})", R"({"subject":"a b"})", R"({"subject":"a."})", R"({"subject":"a"}x)"}) {
    CAPTURE(payload);
    CHECK_FALSE(read_query_event(payload));
  }
}

TEST_CASE("a token event sets or clears the token") {
  struct row {
    const char *payload, *token, *tid;
  };
  const row table[] = {
      {R"({"token":{ "id" : 9007199254740993 },"tid":"42"})", R"({ "id" : 9007199254740993 })", "42"},
      {R"({"token":null})", "null", ""},
      {R"({"token":"x","tid":null})", "\"x\"", ""},
      {"null", "", ""},
      {" null ", "", ""},
      {"{}", "", ""},
  };
  for (const auto& [payload, token, tid] : table) {
    CAPTURE(payload);
    const auto event = read_token_event(payload);
    REQUIRE(event);
    CHECK(event->token == token);
    CHECK(event->tid == tid);
  }
  for (const char* payload :
       {"", "[]", "1", "nullx", "null null", R"({"token":})", R"({"tid":7})", R"({"token":1}x)"}) {
    CAPTURE(payload);
    CHECK_FALSE(read_token_event(payload));
  }
}

TEST_CASE("a reset event has patterns of resources and of access") {
  const auto reset = read_reset_event(R"({"resources":["a.>","b"],"access":["c.*"],"more":1})");
  REQUIRE(reset);
  CHECK(reset->resources == std::vector<std::string>{"a.>", "b"});
  CHECK(reset->access == std::vector<std::string>{"c.*"});
  const auto nothing = read_reset_event(R"({"resources":null})");
  REQUIRE(nothing);
  CHECK(nothing->resources.empty());
  CHECK(nothing->access.empty());
  for (const char* payload :
       {"", "null", "[]", R"({"resources":"a"})", R"({"resources":[1]})", R"({"access":{}})", "{}x"}) {
    CAPTURE(payload);
    CHECK_FALSE(read_reset_event(payload));
  }
}

TEST_CASE("a token reset event has token ids and a subject") {
  const auto reset = read_token_reset_event(R"({"tids":["12","42"],"subject":"auth.a.renew"})");
  REQUIRE(reset);
  CHECK(reset->tids == std::vector<std::string>{"12", "42"});
  CHECK(reset->subject == "auth.a.renew");
  for (const char* payload : {"", "null", "{}", R"({"tids":[],"subject":"a"})", R"({"tids":["1"]})",
                              R"({"tids":["1"],"subject":""})", R"({"tids":["1"],"subject":"a.*"})",
                              R"({"tids":[1],"subject":"a"})", R"({"tids":"1","subject":"a"})",
                              R"({"tids":["1"],"subject":1})", R"({"tids":["1"],"subject":"a"}x)"}) {
    CAPTURE(payload);
    CHECK_FALSE(read_token_reset_event(payload));
  }
}
