#include "cache/resource.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/cache/content.hpp"

using namespace actorgate::cache;
using actorgate::protocol::event_kind;
using actorgate::tests::content;
using strings = std::vector<std::string>;

namespace {

resource from(std::string_view json) { return resource{content(json)}; }

/// The data of the event that a change leads to; "(none)" if it has no effect.
std::string change(resource& r, std::string_view payload) {
  const auto event = r.apply(event_kind::change, payload);
  return event ? event->data : "(none)";
}

strings replace(resource& r, std::string_view json) {
  strings out;
  const auto events = r.replace(content(json));
  for (const auto& event : events.value()) out.push_back(event->name + ' ' + event->data);
  return out;
}

}  // namespace

TEST_CASE("a snapshot is the resource as JSON, with every reference as often as it occurs") {
  const auto model =
      from(
          R"({"b":1.10,"a":{"rid":"x"},"c":{"rid":"x"},"d":{"rid":"y","soft":true},"e":{"data":{"rid":"z"}}})")
          .current();
  CHECK(model->is_model);
  CHECK(model->json ==
        R"({"a":{"rid":"x"},"b":1.10,"c":{"rid":"x"},"d":{"rid":"y","soft":true},"e":{"data":{"rid":"z"}}})");
  CHECK(model->references == strings{"x", "x"});
  const auto collection = from(R"([{"rid":"y"},1,{"data":2},{"rid":"x"},{"rid":"y"}])").current();
  CHECK_FALSE(collection->is_model);
  CHECK(collection->json == R"([{"rid":"y"},1,2,{"rid":"x"},{"rid":"y"}])");
  CHECK(collection->references == strings{"y", "x", "y"});
  CHECK(from("{}").current()->json == "{}");
  CHECK(from("[]").current()->json == "[]");
}

TEST_CASE("a snapshot is shared until the next change, and stays what it was") {
  auto r = from(R"({"a":1})");
  const auto first = r.current();
  CHECK(r.current() == first);
  CHECK(change(r, R"({"values":{"a":1}})") == "(none)");
  CHECK(r.current() == first);
  change(r, R"({"values":{"a":2}})");
  CHECK(r.current()->json == R"({"a":2})");
  CHECK(first->json == R"({"a":1})");
  auto list = from("[1]");
  const auto before = list.current();
  list.apply(event_kind::add, R"({"idx":1,"value":2})");
  const auto between = list.current();
  list.apply(event_kind::remove, R"({"idx":0})");
  CHECK(before->json == "[1]");
  CHECK(between->json == "[1,2]");
  CHECK(list.current()->json == "[2]");
}

TEST_CASE("a change tells what has changed and leaves out the rest") {
  struct row {
    const char *before, *payload, *data, *after;
  };
  const row table[] = {
      {R"({"a":1})", R"({"values":{"a":2}})", R"({"values":{"a":2}})", R"({"a":2})"},
      {R"({"a":1})", R"({"values":{"b":2}})", R"({"values":{"b":2}})", R"({"a":1,"b":2})"},
      {R"({"a":1,"b":2})", R"({"values":{"a":{"action":"delete"}}})",
       R"({"values":{"a":{"action":"delete"}}})", R"({"b":2})"},
      {R"({"a":1})", R"({"values":{"b":{"action":"delete"},"a":2}})", R"({"values":{"a":2}})", R"({"a":2})"},
      {R"({"a":1,"b":2})", R"({"values":{"a":1,"b":3}})", R"({"values":{"b":3}})", R"({"a":1,"b":3})"},
      {R"({"a":1.0})", R"({"values":{"a":1}})", R"({"values":{"a":1}})", R"({"a":1})"},
      {R"({"a":"\u0061"})", R"({"values":{"a":"a"}})", R"({"values":{"a":"a"}})", R"({"a":"a"})"},
      {R"({"a":1})", R"({"values":{"a":{"data":2}}})", R"({"values":{"a":2}})", R"({"a":2})"},
      {R"({"a":{"data":[1]}})", R"({"values":{"a":{"data":[2]}}})", R"({"values":{"a":{"data":[2]}}})",
       R"({"a":{"data":[2]}})"},
      {R"({"a":1})", R"({"a":2,"b":3})", R"({"values":{"a":2,"b":3}})", R"({"a":2,"b":3})"},
      {R"({})", R"({"values":{"z":1,"a":2,"m":3}})", R"({"values":{"z":1,"a":2,"m":3}})",
       R"({"a":2,"m":3,"z":1})"},
  };
  for (const auto& [before, payload, data, after] : table) {
    CAPTURE(before);
    CAPTURE(payload);
    auto r = from(before);
    CHECK(change(r, payload) == data);
    CHECK(r.current()->json == after);
  }
}

TEST_CASE("a change that changes nothing is no event") {
  struct row {
    const char *before, *payload;
  };
  const row table[] = {
      {R"({"a":1})", R"({"values":{"a":1}})"},
      {R"({"a":1})", R"({"values":{"b":{"action":"delete"}}})"},
      {R"({"a":1})", R"({"values":{}})"},
      {R"({"a":1})", "{}"},
      {R"({"a":{"data":[1]}})", R"({"values":{"a":{"data":[1]}}})"},
      {R"({"a":{"rid":"x"}})", R"({"values":{"a":{ "rid" : "x" }}})"},
      {R"({"a":1})", R"({"values":{"a":{"data":1}}})"},
  };
  for (const auto& [before, payload] : table) {
    CAPTURE(payload);
    auto r = from(before);
    const auto snapshot = r.current();
    CHECK(change(r, payload) == "(none)");
    CHECK(r.current() == snapshot);
  }
}

TEST_CASE("an event that does not fit leaves the resource as it is") {
  struct row {
    const char* before;
    event_kind kind;
    const char* payload;
  };
  const row table[] = {
      {"{}", event_kind::add, R"({"idx":0,"value":1})"},
      {R"({"a":1})", event_kind::remove, R"({"idx":0})"},
      {"[1]", event_kind::change, R"({"values":{"a":1}})"},
      {"[1]", event_kind::add, R"({"idx":2,"value":1})"},
      {"[1]", event_kind::remove, R"({"idx":1})"},
      {"[]", event_kind::remove, R"({"idx":0})"},
      {"[1]", event_kind::add, R"({"idx":-1,"value":1})"},
      {"[1]", event_kind::remove, R"({"idx":-1})"},
      {"[1]", event_kind::add, R"({"idx":0,"value":[]})"},
      {"[1]", event_kind::add, "broken"},
      {R"({"a":1})", event_kind::change, R"({"values":{"a":2,"b":[]}})"},
      {R"({"a":1})", event_kind::change, "broken"},
      {"[1]", event_kind::custom, R"({"idx":0})"},
  };
  for (const auto& [before, kind, payload] : table) {
    CAPTURE(before);
    CAPTURE(payload);
    auto r = from(before);
    CHECK_FALSE(r.apply(kind, payload));
    CHECK(r.current()->json == before);
  }
}

TEST_CASE("values are added and removed anywhere in a collection") {
  auto r = from("[1]");
  CHECK(r.apply(event_kind::add, R"({"value":0,"idx":0})")->data == R"({"idx":0,"value":0})");
  CHECK(r.apply(event_kind::add, R"({"value":{"data":2},"idx":2})")->data == R"({"idx":2,"value":2})");
  CHECK(r.current()->json == "[0,1,2]");
  CHECK(r.apply(event_kind::remove, R"({"idx":1})")->data == R"({"idx":1})");
  CHECK(r.current()->json == "[0,2]");
  CHECK(r.size() == 2);
}

TEST_CASE("an event names the references that it brings and takes away") {
  auto m = from(R"({"a":{"rid":"x"},"b":{"rid":"x"},"c":1})");
  const auto e = m.apply(
      event_kind::change,
      R"({"values":{"a":{"rid":"y"},"b":{"action":"delete"},"c":{"rid":"y"},"d":{"rid":"z","soft":true}}})");
  CHECK(e->added == strings{"y", "y"});
  CHECK(e->removed == strings{"x", "x"});
  const auto softened = m.apply(event_kind::change, R"({"values":{"a":{"rid":"y","soft":true}}})");
  CHECK(softened->added.empty());
  CHECK(softened->removed == strings{"y"});
  auto c = from("[1]");
  CHECK(c.apply(event_kind::add, R"({"idx":0,"value":{"rid":"x"}})")->added == strings{"x"});
  CHECK(c.apply(event_kind::add, R"({"idx":0,"value":{"rid":"x","soft":true}})")->added.empty());
  CHECK(c.apply(event_kind::remove, R"({"idx":0})")->removed.empty());
  CHECK(c.apply(event_kind::remove, R"({"idx":0})")->removed == strings{"x"});
}

TEST_CASE("a model becomes a fresh one by one change") {
  auto r = from(R"({"a":1,"b":{"rid":"x"},"c":3})");
  CHECK(replace(r, R"({"d":4,"b":{"rid":"y"},"a":1})") ==
        strings{R"(change {"values":{"b":{"rid":"y"},"d":4,"c":{"action":"delete"}}})"});
  CHECK(r.current()->json == R"({"a":1,"b":{"rid":"y"},"d":4})");
  CHECK(replace(r, R"({"b":{"rid":"y"},"d":4,"a":1})").empty());
  CHECK(replace(r, "{}").size() == 1);
  CHECK(r.current()->json == "{}");
}

TEST_CASE("a collection becomes a fresh one by removals and then additions") {
  auto r = from("[1,2,3,4]");
  CHECK(replace(r, "[0,2,4,5]") == strings{R"(remove {"idx":2})", R"(remove {"idx":0})",
                                           R"(add {"idx":0,"value":0})", R"(add {"idx":3,"value":5})"});
  CHECK(r.current()->json == "[0,2,4,5]");
  CHECK(replace(r, "[0,2,4,5]").empty());
  CHECK(replace(r, "[]").size() == 4);
  CHECK(replace(r, "[1]") == strings{R"(add {"idx":0,"value":1})"});
}

TEST_CASE("a resource that became one of the other type stays as it is") {
  auto m = from(R"({"a":1})");
  CHECK_FALSE(m.replace(content("[1]")));
  CHECK(m.current()->json == R"({"a":1})");
  auto c = from("[1]");
  CHECK_FALSE(c.replace(content("{}")));
  CHECK(c.current()->json == "[1]");
}
