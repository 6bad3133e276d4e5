#include "protocol/response_meta.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace actorgate::protocol;

namespace {

response_meta read_object(const std::string& meta) {
  return read_meta(R"({"result":null,"meta":)" + meta + "}");
}

/// The headers as lines.
std::string lines(const response_meta& meta) {
  std::string out;
  for (const auto& [name, value] : meta.headers) out += name + ": " + value + "\n";
  return out;
}

bool is_empty(const response_meta& meta) {
  return meta.status == 0 && meta.headers.empty() && !meta.invalid_status && !meta.decides();
}

}  // namespace

TEST_CASE("responses without meta, and malformed ones, say nothing") {
  for (const char* response : {"",
                               "meta",
                               "{}",
                               "null",
                               R"("meta")",
                               R"(["meta"])",
                               R"({"result":null})",
                               R"({"result":"meta"})",
                               R"({"result":{"meta":{"status":404}}})",
                               R"({"meta":null})",
                               R"({"meta":{}})",
                               R"({"meta":404})",
                               R"({"meta":"x"})",
                               R"({"meta":[{"status":404}]})",
                               R"({"meta":{"status":404})",
                               R"({"meta":{"status":404}}x)",
                               R"({"meta":{"status":404},"result":})",
                               R"({"meta":{"status":404,}})",
                               R"([{"meta":{"status":404}}])",
                               R"({"Meta":{"status":404}})",
                               R"({"meta":{"Status":404}})",
                               R"({"meta":{"header":{"A":[")",
                               R"({"meta":)",
                               R"({"meta)"}) {
    CAPTURE(response);
    CHECK(is_empty(read_meta(response)));
  }
}

TEST_CASE("which statuses of a meta object count") {
  struct row {
    const char* status;
    unsigned read;
    bool invalid;
  };
  const row table[] = {
      {"300", 300, false},
      {"303", 303, false},
      {"404", 404, false},
      {"599", 599, false},
      {" 451 ", 451, false},
      {"null", 0, false},
      {"0", 0, true},
      {"100", 0, true},
      {"200", 0, true},
      {"299", 0, true},
      {"600", 0, true},
      {"-404", 0, true},
      {"404.0", 0, true},
      {"404.5", 0, true},
      {"4e2", 0, true},
      {"4294967700", 0, true},
      {"99999999999999999999999", 0, true},
      {"\"404\"", 0, true},
      {"true", 0, true},
      {"[404]", 0, true},
      {"{}", 0, true},
      {"\"\"", 0, true},
  };
  for (const auto& [status, read, invalid] : table) {
    CAPTURE(status);
    const auto meta = read_object(R"({"status":)" + std::string{status} + R"(,"header":{"A":["b"]}})");
    CHECK(meta.status == read);
    CHECK(meta.invalid_status == invalid);
    CHECK(meta.decides() == (read != 0));
    CHECK(lines(meta) == "A: b\n");
  }
}

TEST_CASE("a meta object's headers are read in order, a pair for each value") {
  struct row {
    const char *header, *read;
  };
  const row table[] = {
      {R"({"Location":["/there"]})", "Location: /there\n"},
      {R"({"x-b":["2","1"],"X-A":["3"],"x-b":["4"]})", "x-b: 2\nx-b: 1\nX-A: 3\nx-b: 4\n"},
      {R"({"A":[],"B":["b"]})", "B: b\n"},
      {R"({"A":[""]})", "A: \n"},
      {R"({"\u0041":["\u00e9\t\"\\"]})", "A: \xc3\xa9\t\"\\\n"},
      {R"({"!#$%&'*+-.^_`|~09":["b"]})", "!#$%&'*+-.^_`|~09: b\n"},
      {"{}", ""},
      {"null", ""},
      {"[]", ""},
      {R"(["A","b"])", ""},
      {"\"A: b\"", ""},
  };
  for (const auto& [header, read] : table) {
    CAPTURE(header);
    const auto meta = read_object(R"({"header":)" + std::string{header} + R"(,"status":503,"more":[1]})");
    CHECK(lines(meta) == read);
    CHECK(meta.status == 503);
  }
}

TEST_CASE("a header that cannot be sent is left out, and no other") {
  for (const char* header :
       {R"("X":"a")", R"("X":null)", R"("X":1)", R"("X":{"a":["b"]})", R"("X":["a",1])", R"("X":["a",["b"]])",
        R"("X":["a","b\r\nSet-Cookie: c"])", R"("X":["a\n"])", R"("X":["\r"])", R"("X":["\u0000"])",
        R"("X":["\u007f"])", R"("":["a"])", R"("X Y":["a"])", R"("X:":["a"])", R"("X\r\nY":["a"])",
        R"("X\u0000":["a"])", R"("\u00e9":["a"])", R"("X\t":["a"])", R"("X(":["a"])"}) {
    CAPTURE(header);
    const auto meta = read_object(R"({"header":{"A":["1"],)" + std::string{header} + R"(,"B":["2"]}})");
    CHECK(lines(meta) == "A: 1\nB: 2\n");
  }
}

TEST_CASE("a meta object may stand anywhere in a response, with an error too") {
  const auto meta = read_meta(
      R"( { "meta" : { "header":{"A":["b"]} , "status":401 } , "error":{"code":"a","message":"b"} } )");
  CHECK(meta.status == 401);
  CHECK(lines(meta) == "A: b\n");
}

TEST_CASE("of what is given twice the last counts") {
  CHECK(read_object(R"({"status":404,"status":200})").status == 0);
  CHECK(read_object(R"({"status":404,"status":200})").invalid_status);
  CHECK(read_object(R"({"status":200,"status":404})").status == 404);
  CHECK_FALSE(read_object(R"({"status":200,"status":404})").invalid_status);
  CHECK(read_meta(R"({"meta":{"status":404},"meta":{"status":503}})").status == 503);
  CHECK(is_empty(read_meta(R"({"meta":{"status":404},"meta":null})")));
}
