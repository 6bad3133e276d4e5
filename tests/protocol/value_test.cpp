#include "protocol/value.hpp"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "protocol/json.hpp"

using namespace actorgate::protocol;

namespace {

std::optional<value> read(std::string_view text, bool may_delete = false) {
  json_cursor cursor{text};
  auto v = value::read(cursor, "key", may_delete);
  return v && cursor.done() ? v : std::nullopt;
}

std::string key(int number) { return std::string{'k'} += std::to_string(number); }

std::optional<std::vector<value>> properties(std::string_view text, bool may_delete = false) {
  json_cursor cursor{text};
  return read_properties(cursor, may_delete);
}

std::string written(const std::vector<value>& values, bool is_model) {
  std::string out;
  is_model ? append_properties(out, values) : append_elements(out, values);
  return out;
}

}  // namespace

TEST_CASE("which kind a value is, and what is kept of it") {
  struct row {
    const char* json;
    value_kind kind;
    const char* text;
    const char* rid;
  };
  const row table[] = {
      {"1.10", value_kind::primitive, "1.10", ""},
      {"-1E+400", value_kind::primitive, "-1E+400", ""},
      {"9007199254740993", value_kind::primitive, "9007199254740993", ""},
      {R"("\u00e9\/")", value_kind::primitive, R"("\u00e9\/")", ""},
      {"null", value_kind::primitive, "null", ""},
      {" true ", value_kind::primitive, "true", ""},
      {R"({"rid":"a.b"})", value_kind::reference, R"({"rid":"a.b"})", "a.b"},
      {R"({"rid":"a?q=1"})", value_kind::reference, R"({"rid":"a?q=1"})", "a?q=1"},
      {R"({"r\u0069d":"a\u002eb"})", value_kind::reference, R"({"r\u0069d":"a\u002eb"})", "a.b"},
      {R"({"rid":"a","soft":false})", value_kind::reference, R"({"rid":"a","soft":false})", "a"},
      {R"({"rid":"a","soft":null,"action":null})", value_kind::reference,
       R"({"rid":"a","soft":null,"action":null})", "a"},
      {R"({"soft":true,"rid":"a"})", value_kind::soft_reference, R"({"soft":true,"rid":"a"})", "a"},
      {R"({"rid":"a","more":[1]})", value_kind::reference, R"({"rid":"a","more":[1]})", "a"},
      {R"({"data":42})", value_kind::primitive, "42", ""},
      {R"({"data": "x" })", value_kind::primitive, R"("x")", ""},
      {R"({"data":null})", value_kind::primitive, "null", ""},
      {R"({"data":{"a":[1]}})", value_kind::data, R"({"data":{"a":[1]}})", ""},
      {R"({"data":[ ]})", value_kind::data, R"({"data":[ ]})", ""},
      {R"({"data":{"rid":"a"}})", value_kind::data, R"({"data":{"rid":"a"}})", ""},
      {R"({"rid":null,"data":[1]})", value_kind::data, R"({"rid":null,"data":[1]})", ""},
  };
  for (const auto& [json, kind, text, rid] : table) {
    CAPTURE(json);
    const auto v = read(json);
    REQUIRE(v);
    CHECK(v->kind() == kind);
    CHECK(v->text() == text);
    CHECK(v->rid() == rid);
    CHECK(v->key() == "key");
    CHECK(v->is_reference() == (kind == value_kind::reference));
  }
}

TEST_CASE("what is no value is refused") {
  for (const char* json : {
           "[]",
           "[1]",
           "{}",
           R"({"a":1})",
           R"({"rid":""})",
           R"({"rid":"a."})",
           R"({"rid":"a.*"})",
           R"({"rid":1})",
           R"({"rid":null})",
           R"({"rid":"a","data":1})",
           R"({"rid":"a","action":"delete"})",
           R"({"data":1,"action":"delete"})",
           R"({"soft":true})",
           R"({"rid":"a","soft":1})",
           R"({"rid":"a","soft":"true"})",
           R"({"action":"delete"})",
           R"({"action":"remove"})",
           R"({"action":1})",
           "",
           "x",
           R"({"rid":"a")",
       }) {
    CAPTURE(json);
    CHECK_FALSE(read(json));
  }
}

TEST_CASE("a delete action is a value only where one may be") {
  const auto v = read(R"({"action":"delete"})", true);
  REQUIRE(v);
  CHECK(v->kind() == value_kind::deleted);
  CHECK(v->text() == R"({"action":"delete"})");
  CHECK_FALSE(read(R"({"action":"drop"})", true));
}

TEST_CASE("keys and rids have a limit that keeps a value small") {
  const std::string fits(65'535, 'a');
  json_cursor key{"1"};
  CHECK(value::read(key, fits));
  json_cursor long_key{"1"};
  CHECK_FALSE(value::read(long_key, fits + 'a'));
  CHECK(read(R"({"rid":")" + fits + R"("})"));
  CHECK_FALSE(read(R"({"rid":")" + fits + R"(a"})"));
}

TEST_CASE("when two values mean the same") {
  struct row {
    const char *a, *b;
    bool same;
  };
  const row table[] = {
      {"1", "1", true},
      {"1.0", "1", false},
      {"1", "\"1\"", false},
      {R"("a")", R"("\u0061")", false},
      {R"({"data":1})", "1", true},
      {R"({"data":[1]})", R"({"data":[1]})", true},
      {R"({"data":[1]})", R"({"data":[ 1]})", false},
      {R"({"rid":"a"})", R"({ "rid" : "a" })", true},
      {R"({"rid":"a"})", R"({"rid":"b"})", false},
      {R"({"rid":"a"})", R"({"rid":"a","soft":true})", false},
      {R"({"rid":"a","soft":true})", R"({"soft":true,"rid":"a"})", true},
      {R"({"rid":"a"})", R"("a")", false},
  };
  for (const auto& [a, b, same] : table) {
    CAPTURE(a);
    CAPTURE(b);
    CHECK(read(a)->same_as(*read(b)) == same);
    CHECK(read(b)->same_as(*read(a)) == same);
  }
  const auto v = read("1");
  const auto copy = *v;
  CHECK(copy.same_as(*v));
}

TEST_CASE("properties keep their order, and a key given twice its last value") {
  CHECK(written(*properties(R"({ "b" : 1, "a":{"rid":"x"}, "\u0062":2 })"), true) ==
        R"({"b":2,"a":{"rid":"x"}})");
  CHECK(properties("{}")->empty());
}

TEST_CASE("a key given twice has its last value however many others there are") {
  for (const int count : {15, 16, 17, 40, 500}) {
    CAPTURE(count);
    std::string json = "{";
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < count; ++i) {
        if (json.size() > 1) json += ',';
        json += quoted(key(i)) + ':' + std::to_string(round * 1000 + i);
      }
    }
    const auto all = properties(json + '}');
    REQUIRE(all);
    REQUIRE(all->size() == static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      const auto& v = (*all)[static_cast<std::size_t>(i)];
      CHECK(v.key() == key(i));
      CHECK(v.text() == std::to_string(2000 + i));
    }
  }
}

TEST_CASE("a bad value spoils the model or collection") {
  CHECK_FALSE(properties(R"({"a":1,"b":[]})"));
  CHECK_FALSE(properties(R"({"a":1,"b":{"action":"delete"}})"));
  CHECK(properties(R"({"a":1,"b":{"action":"delete"}})", true));
  CHECK_FALSE(properties("[1]"));
  json_cursor good{R"([1,{"rid":"a"},{"data":2}])"};
  CHECK(written(*read_elements(good), false) == R"([1,{"rid":"a"},2])");
  json_cursor empty{"[]"};
  CHECK(written(*read_elements(empty), false) == "[]");
  for (const char* json : {"{}", "[[]]", "[{}]", R"([{"action":"delete"}])", "[1"}) {
    CAPTURE(json);
    json_cursor bad{json};
    CHECK_FALSE(read_elements(bad));
  }
}

TEST_CASE("keys are written as JSON strings") {
  CHECK(written(*properties(R"({"a\"\\\n":1})"), true) == R"({"a\"\\\u000a":1})");
}

TEST_CASE("a resource reference is read for its rid") {
  const auto rid_of = [](std::string_view json) {
    json_cursor cursor{json};
    return read_reference(cursor).value_or("(none)");
  };
  CHECK(rid_of(R"({"rid":"a.b"})") == "a.b");
  for (const char* json : {"1", "\"a\"", R"({"data":1})", R"({"data":[1]})", "{}", R"({"rid":"a..b"})"}) {
    CAPTURE(json);
    CHECK(rid_of(json) == "(none)");
  }
}

TEST_CASE("a value outlives the text it was read from") {
  std::optional<value> kept;
  {
    std::string text = R"({"rid":"some.resource.with.a.long.name.that.is.on.the.heap"})";
    kept = read(text);
    text.assign(text.size(), 'x');
  }
  CHECK(kept->rid() == "some.resource.with.a.long.name.that.is.on.the.heap");
}
