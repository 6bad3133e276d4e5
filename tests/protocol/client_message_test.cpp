#include "protocol/client_message.hpp"

#include <string>

#include <doctest/doctest.h>

#include "protocol/json.hpp"

using namespace actorgate::protocol;

TEST_CASE("answers to requests") {
  CHECK(result_message(7, R"({"a":1})") == R"({"result":{"a":1},"id":7})");
  CHECK(result_message(18446744073709551615u, "null") == R"({"result":null,"id":18446744073709551615})");
  CHECK(empty_message(0) == R"({"id":0})");
  CHECK(error_message(3, errors::timeout()) ==
        R"({"error":{"code":"system.timeout","message":"Request timeout"},"id":3})");
}

TEST_CASE("an error keeps its data, and quotes what a service wrote") {
  CHECK(error_message(3, {"a.\"b", "line\nline", R"({"x":1.10})"}) ==
        R"({"error":{"code":"a.\"b","message":"line\u000aline","data":{"x":1.10}},"id":3})");
}

TEST_CASE("the predefined errors have the codes and texts of the protocol") {
  struct row {
    const error& e;
    const char *code, *message;
  };
  const row table[] = {
      {errors::not_found(), "system.notFound", "Not found"},
      {errors::invalid_params(), "system.invalidParams", "Invalid parameters"},
      {errors::invalid_query(), "system.invalidQuery", "Invalid query"},
      {errors::internal_error(), "system.internalError", "Internal error"},
      {errors::method_not_found(), "system.methodNotFound", "Method not found"},
      {errors::access_denied(), "system.accessDenied", "Access denied"},
      {errors::timeout(), "system.timeout", "Request timeout"},
      {errors::no_subscription(), "system.noSubscription", "No subscription"},
      {errors::invalid_request(), "system.invalidRequest", "Invalid request"},
      {errors::unsupported_protocol(), "system.unsupportedProtocol", nullptr},
      {errors::subscription_limit_exceeded(), "system.subscriptionLimitExceeded",
       "Subscription limit exceeded"},
      {errors::subject_too_long(), "system.subjectTooLong", nullptr},
      {errors::deleted(), "system.deleted", nullptr},
  };
  for (const auto& [e, code, message] : table) {
    CHECK(e.is(code));
    if (message) CHECK(e.message == message);
    CHECK(e.data.empty());
  }
}

TEST_CASE("the beginning and end of an event surround its data") {
  CHECK(event_begin("a.{cid}?q=\"1\"", "change") + R"({"values":{}})" + std::string{event_end} ==
        R"({"event":"a.{cid}?q=\"1\".change","data":{"values":{}}})");
}

TEST_CASE("a resource set groups by type and leaves out what is empty") {
  resource_set set;
  CHECK(set.empty());
  CHECK(set_result(set) == "{}");
  set.add("a", true, R"({"x":1})");
  CHECK_FALSE(set.empty());
  CHECK(set_result(set) == R"({"models":{"a":{"x":1}}})");
  set.add("c", errors::not_found());
  set.add("b?q=\"", false, "[1]");
  set.add("d", true, "{}");
  CHECK(set_result(set) == R"({"models":{"a":{"x":1},"d":{}},"collections":{"b?q=\"":[1]},)"
                           R"("errors":{"c":{"code":"system.notFound","message":"Not found"}}})");
}

TEST_CASE("a set of nothing but collections or errors has no leading comma") {
  resource_set collections;
  collections.add("b", false, "[]");
  CHECK(set_result(collections) == R"({"collections":{"b":[]}})");
  resource_set failed;
  failed.add("c", errors::deleted());
  CHECK(set_result(failed) == R"({"errors":{"c":{"code":"system.deleted","message":"Deleted"}}})");
}

TEST_CASE("the results of calls depend on the client's version") {
  CHECK(payload_result("null", {1, 2, 0}) == R"({"payload":null})");
  CHECK(payload_result("[1]", {1, 1, 1}) == "[1]");
  resource_set set;
  CHECK(rid_result("a.b", set) == R"({"rid":"a.b"})");
  set.add("a.b", true, "{}");
  CHECK(rid_result("a.b", set) == R"({"rid":"a.b","models":{"a.b":{}}})");
}

TEST_CASE("our version is always the answer to a version request") {
  CHECK(version_result() == R"({"protocol":"1.2.3"})");
}

TEST_CASE("an unsubscribe event tells the reason") {
  CHECK(unsubscribe_data(errors::access_denied()) ==
        R"({"reason":{"code":"system.accessDenied","message":"Access denied"}})");
}

TEST_CASE("an event carries the resources that it brings behind its own data") {
  resource_set set;
  CHECK(with_resources(R"({"idx":0,"value":1})", set) == R"({"idx":0,"value":1})");
  set.add("a", false, "[]");
  CHECK(with_resources(R"({"values":{"x":{"rid":"a"}}})", set) ==
        R"({"values":{"x":{"rid":"a"}},"collections":{"a":[]}})");
}

TEST_CASE("old clients get rids for soft references and a text for data") {
  struct row {
    bool is_model;
    const char *json, *legacy;
  };
  const row table[] = {
      {true, R"({"a":1.10,"b":{"rid":"x"},"c":{"rid":"y","soft":true},"d":{"data":[1]}})",
       R"({"a":1.10,"b":{"rid":"x"},"c":"y","d":"[Data]"})"},
      {false, R"([{"rid":"y?q=\"","soft":true},{"data":{}},"z"])", R"(["y?q=\"","[Data]","z"])"},
      {true, "{}", "{}"},
      {false, "[]", "[]"},
  };
  for (const auto& [is_model, json, legacy] : table) CHECK(legacy_content(is_model, json) == legacy);
}

TEST_CASE("old clients get the data of events likewise") {
  CHECK(
      legacy_event_data(
          true,
          R"({"values":{"a":{"action":"delete"},"b":{"rid":"y","soft":true},"c":{"data":[]},"d":{"rid":"x"}}})") ==
      R"({"values":{"a":{"action":"delete"},"b":"y","c":"[Data]","d":{"rid":"x"}}})");
  CHECK(legacy_event_data(false, R"({"idx":3,"value":{"data":{"a":1}}})") == R"({"idx":3,"value":"[Data]"})");
  CHECK(legacy_event_data(false, R"({"idx":3,"value":{"rid":"y","soft":true}})") ==
        R"({"idx":3,"value":"y"})");
  CHECK(legacy_event_data(false, R"({"idx":3,"value":{"rid":"x"}})") == R"({"idx":3,"value":{"rid":"x"}})");
  CHECK(legacy_event_data(false, R"({"idx":3})") == R"({"idx":3})");
}

TEST_CASE("every message is JSON, whatever stands in it") {
  const error odd{"\x01\"\\", "\t\xe2\x82\xac", "[1]"};
  resource_set set;
  set.add("\"\x1f", odd);
  CHECK(is_json(error_message(1, odd)));
  CHECK(is_json(rid_result("\\\"", set)));
  CHECK(is_json(unsubscribe_data(odd)));
  CHECK(is_json(event_begin("\"\\", "\"") + "null" + std::string{event_end}));
}
