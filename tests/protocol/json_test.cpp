#include "protocol/json.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace actorgate::protocol;
using std::string;

namespace {

string nested(int depth) {
  return string(static_cast<std::size_t>(depth), '[') + string(static_cast<std::size_t>(depth), ']');
}

/// The keys of an object and the raw text of its values, as the cursor meets them; "!" at the end if it
/// failed.
string members(std::string_view text) {
  string out;
  json_cursor cursor{text};
  const bool valid = cursor.object([&out](std::string_view key, json_cursor& c) {
    out += string{key} + '=';
    const auto raw = c.raw();
    if (raw) out += string{*raw} + ' ';
    return raw.has_value();
  });
  return valid && cursor.done() ? out : out + '!';
}

string elements(std::string_view text) {
  string out;
  json_cursor cursor{text};
  const bool valid = cursor.array([&out](json_cursor& c) {
    const auto raw = c.raw();
    if (raw) out += string{*raw} + ' ';
    return raw.has_value();
  });
  return valid && cursor.done() ? out : out + '!';
}

string decoded(std::string_view text) {
  json_cursor cursor{text};
  return cursor.string().value_or("(none)");
}

}  // namespace

TEST_CASE("what RFC 8259 calls a JSON text is one") {
  for (const char* text : {
           "null",
           "true",
           "false",
           "0",
           "-0",
           "10",
           "-1.5",
           "1e5",
           "1E+5",
           "1.25e-300",
           "1e999",
           "123456789012345678901234567890",
           R"("")",
           R"("a")",
           R"("\"\\\/\b\f\n\r\t")",
           R"("\u0041\uD83D\uDE00")",
           "\"\x7f\"",
           "\"\xc3\xa9\"",
           "\"\xe2\x82\xac\"",
           "\"\xf0\x9f\x98\x80\"",
           "\"\xf4\x8f\xbf\xbf\"",
           "\"\xed\x9f\xbf\"",
           "\"\xee\x80\x80\"",
           "[]",
           "[1]",
           "[1,2]",
           " [ 1 , [ ] , { } ] ",
           "{}",
           R"({"a":1})",
           R"( { "a" : 1 , "b" : [ { } ] } )",
           R"({"a":1,"a":2})",
           R"({"":0})",
           "\t\r\n 1 \t\r\n",
       }) {
    CAPTURE(text);
    CHECK(is_json(text));
  }
}

TEST_CASE("what is no JSON text is refused") {
  for (const char* text : {
           "",
           " ",
           "nul",
           "nulll",
           "True",
           "truefalse",
           "undefined",
           "NaN",
           "Infinity",
           "-Infinity",
           "-",
           "+1",
           "01",
           "-01",
           "00",
           "1.",
           ".5",
           "1.e5",
           "1e",
           "1e+",
           "1 2",
           "0x10",
           "1_000",
           "--1",
           "1..2",
           "1e5.5",
           "\"",
           "\"a",
           "\"\\\"",
           R"("\a")",
           R"("\u12")",
           R"("\u12g4")",
           R"("\U0041")",
           "\"\n\"",
           "\"\t\"",
           "\"\x01\"",
           "'a'",
           "\"a\\",
           "\"\\u",
           "\"\\u004",
           "\"\x80\"",
           "\"\xc3\"",
           "\"\xc3(\"",
           "\"\xc0\xaf\"",
           "\"\xc1\xbf\"",
           "\"\xe0\x80\xaf\"",
           "\"\xed\xa0\x80\"",
           "\"\xf0\x80\x80\xaf\"",
           "\"\xf4\x90\x80\x80\"",
           "\"\xf5\x80\x80\x80\"",
           "\"\xfe\"",
           "\"\xe2\x82",
           "\"\xe2\x82\"",
           "\"\xf0\x9f\x98\"",
           "[",
           "]",
           "[1",
           "[1,",
           "[1,]",
           "[,1]",
           "[,]",
           "[1 2]",
           "[1}",
           "[[1]",
           "{",
           "}",
           "{a:1}",
           R"({"a"})",
           R"({"a":})",
           R"({"a":1)",
           R"({"a":1,})",
           R"({,"a":1})",
           R"({"a":1 "b":2})",
           R"({"a" 1})",
           R"({"a":1]})",
           "{1:2}",
           R"({"a"::1})",
           "[1]x",
           "{} {}",
           "// c\n1",
           "/**/1",
           "\xef\xbb\xbf"
           "1",
       }) {
    CAPTURE(text);
    CHECK_FALSE(is_json(text));
  }
}

TEST_CASE("a text with a zero byte is refused") {
  CHECK_FALSE(is_json(std::string_view{"1\0", 2}));
  CHECK_FALSE(is_json(std::string_view{"\"\0\"", 3}));
}

TEST_CASE("JSON may be as deep as the limit and no deeper") {
  CHECK(is_json(nested(max_json_depth)));
  CHECK_FALSE(is_json(nested(max_json_depth + 1)));
  CHECK_FALSE(is_json(string(100'000, '[')));
  string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  CHECK_FALSE(is_json(objects));
}

TEST_CASE("depth is that of nesting, not of how many containers there are") {
  string many = "[";
  for (int i = 0; i < 2 * max_json_depth; ++i) many += "[],{},";
  CHECK(is_json(many + "0]"));
}

TEST_CASE("raw slices are what was written, without what surrounds them") {
  CHECK(members(R"( { "a" : 1.10 , "b":"\u00e9" , "c" : [ 1 , 2 ] , "d":-1E+400 } )") ==
        R"(a=1.10 b="\u00e9" c=[ 1 , 2 ] d=-1E+400 )");
  CHECK(elements(" [ 9007199254740993 ,{ \"a\" : null }, \"x\" ] ") ==
        "9007199254740993 { \"a\" : null } \"x\" ");
  CHECK(members("{}").empty());
  CHECK(elements("[]").empty());
}

TEST_CASE("keys are decoded") { CHECK(members(R"({"r\u0069d":1,"a\"b":2,"":3})") == "rid=1 a\"b=2 =3 "); }

TEST_CASE("what is broken further on fails where it breaks") {
  CHECK(members(R"({"a":1,"b":})") == "a=1 b=!");
  CHECK(members(R"({"a":1,})") == "a=1 !");
  CHECK(members(R"({"a":1)") == "a=1 !");
  CHECK(members(R"({"a":1}x)") == "a=1 !");
  CHECK(members("[1]") == "!");
  CHECK(elements("[1,2") == "1 2 !");
  CHECK(elements("[1,]") == "1 !");
  CHECK(elements(R"({"a":1})") == "!");
}

TEST_CASE("strings are decoded with all their escapes") {
  CHECK(decoded(R"("plain")") == "plain");
  CHECK(decoded(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
  CHECK(decoded(R"("\u0041\u00e9\u20ac")") == "A\xc3\xa9\xe2\x82\xac");
  CHECK(decoded(R"("\ud83d\ude00\uD834\uDD1E")") == "\xf0\x9f\x98\x80\xf0\x9d\x84\x9e");
  CHECK(decoded(R"("\u0000")") == string(1, '\0'));
  CHECK(decoded("7") == "(none)");
}

TEST_CASE("lone surrogates become the replacement character") {
  const string replacement = "\xef\xbf\xbd";
  CHECK(decoded(R"("\ud83d")") == replacement);
  CHECK(decoded(R"("\ude00x")") == replacement + "x");
  CHECK(decoded(R"("\ud83d\ud83d\ude00")") == replacement + "\xf0\x9f\x98\x80");
  CHECK(decoded(R"("\ud83d\u0041")") == replacement + "A");
  CHECK(decoded(R"("\ud83d\n")") == replacement + "\n");
  CHECK(decoded(R"("\ude00\ud83d")") == replacement + replacement);
}

TEST_CASE("what comes next can be seen without consuming it") {
  const std::vector<std::pair<const char*, json_type>> table{
      {" null", json_type::null}, {"true", json_type::boolean}, {"false", json_type::boolean},
      {"-1", json_type::number},  {"0", json_type::number},     {"\"\"", json_type::string},
      {"[", json_type::array},    {"{", json_type::object},     {"", json_type::none},
      {"x", json_type::none},     {"+1", json_type::none},      {"]", json_type::none},
  };
  for (const auto& [text, type] : table) {
    CAPTURE(text);
    json_cursor cursor{text};
    CHECK(cursor.peek() == type);
    CHECK(cursor.peek() == type);
  }
}

TEST_CASE("a cursor that has failed stays failed") {
  json_cursor cursor{"7 true"};
  CHECK_FALSE(cursor.string());
  CHECK(cursor.peek() == json_type::none);
  CHECK_FALSE(cursor.raw());
  CHECK_FALSE(cursor.boolean());
  CHECK_FALSE(cursor.object([](std::string_view, json_cursor&) { return true; }));
  CHECK_FALSE(cursor.array([](json_cursor&) { return true; }));
  CHECK_FALSE(cursor.done());
}

TEST_CASE("a value of another type than asked for fails") {
  json_cursor no_string{"[]"};
  CHECK_FALSE(no_string.string());
  json_cursor no_boolean{"null"};
  CHECK_FALSE(no_boolean.boolean());
  json_cursor yes{"true"};
  CHECK(yes.boolean() == true);
  json_cursor no{"false"};
  CHECK(no.boolean() == false);
}

TEST_CASE("a caller that wants no more ends the object or array as failed") {
  int seen = 0;
  json_cursor object{R"({"a":1,"b":2})"};
  CHECK_FALSE(object.object([&](std::string_view, json_cursor& c) { return c.skip() && ++seen < 1; }));
  CHECK(seen == 1);
  json_cursor array{"[1,2]"};
  CHECK_FALSE(array.array([&](json_cursor& c) { return c.skip() && ++seen < 2; }));
  CHECK(seen == 2);
}

TEST_CASE("nested containers are read by nested calls, up to the same depth") {
  const auto depth_of = [](std::string_view text) {
    json_cursor cursor{text};
    int depth = 0;
    const auto descend = [&depth](auto& self, json_cursor& c) -> bool {
      ++depth;
      return c.array([&](json_cursor& inner) { return self(self, inner); });
    };
    return descend(descend, cursor) && cursor.done() ? depth : -1;
  };
  CHECK(depth_of("[[],[[]]]") == 4);
  CHECK(depth_of(nested(max_json_depth)) == max_json_depth);
  CHECK(depth_of(nested(max_json_depth + 1)) == -1);
}

TEST_CASE("text is quoted so that it reads as what it was") {
  CHECK(quoted("") == R"("")");
  CHECK(quoted("a\"b\\c/d") == R"("a\"b\\c/d")");
  CHECK(quoted("\n\x1f") == R"("\u000a\u001f")");
  CHECK(quoted("\xe2\x82\xac\x7f") == "\"\xe2\x82\xac\x7f\"");
  string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  CHECK(is_json(quoted(all)));
  CHECK(unquoted(quoted(all)) == all);
}
