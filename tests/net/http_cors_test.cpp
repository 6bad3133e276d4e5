#include "net/http_cors.hpp"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace actorgate::net;

namespace {

http_request request(std::string method, std::optional<std::string> origin) {
  http_request r{.method = std::move(method), .said = {}, .body = {}};
  if (origin) r.said.headers.emplace_back("Origin", *origin);
  return r;
}

const cors_policy some{.allow_origin = {"https://b.example:8080", "http://A.example"}};

}  // namespace

TEST_CASE("an origin is allowed if it is listed, null or absent") {
  auto allowed = [](std::optional<std::string> origin, const cors_policy& policy) {
    return origin_allowed(request("GET", origin).said, policy);
  };
  CHECK(allowed("http://anything", {}));
  CHECK(allowed(std::nullopt, some));
  CHECK(allowed("null", some));
  CHECK(allowed("http://a.EXAMPLE", some));
  CHECK(allowed("https://b.example:8080", some));
  CHECK_FALSE(allowed("https://a.example", some));
  CHECK_FALSE(allowed("http://a.example.evil", some));
  CHECK_FALSE(allowed("https://b.example", some));
  CHECK_FALSE(allowed("", some));
}

TEST_CASE("an answer says which pages may read it") {
  struct row {
    cors_policy policy;
    std::optional<std::string> origin;
    bool allowed;
    http_headers want;
  };
  auto with_credentials = some;
  with_credentials.credentials = true;
  const std::vector<row> rows = {
      {{}, std::nullopt, true, {{"Access-Control-Allow-Origin", "*"}}},
      {{}, "http://x", true, {{"Access-Control-Allow-Origin", "*"}}},
      {some, std::nullopt, true, {}},
      {some, "null", true, {}},
      {some,
       "HTTP://a.example",
       true,
       {{"Access-Control-Allow-Origin", "HTTP://a.example"}, {"Vary", "Origin"}}},
      {some, "http://x", false, {{"Access-Control-Allow-Origin", "http://A.example"}, {"Vary", "Origin"}}},
      {with_credentials, std::nullopt, true, {{"Access-Control-Allow-Credentials", "true"}}},
      {with_credentials,
       "http://a.example",
       true,
       {{"Access-Control-Allow-Credentials", "true"},
        {"Access-Control-Allow-Origin", "http://a.example"},
        {"Vary", "Origin"}}},
  };
  for (const auto& r : rows) {
    CAPTURE(r.origin.value_or("none"));
    http_headers headers;
    CHECK(apply_cors(r.policy, request("GET", r.origin), headers) == r.allowed);
    CHECK((headers == r.want));
  }
}

TEST_CASE("OPTIONS is told what may be asked, whoever asks") {
  auto asked = request("OPTIONS", "http://x");
  http_headers headers;
  CHECK(apply_cors(some, asked, headers));
  CHECK((headers == http_headers{{"Access-Control-Allow-Origin", "http://A.example"},
                                 {"Vary", "Origin"},
                                 {"Access-Control-Allow-Methods", "GET, HEAD, OPTIONS, POST"}}));
  asked.said.headers.emplace_back("Access-Control-Request-Headers", "x-a");
  asked.said.headers.emplace_back("Access-Control-Request-Headers", "x-b,x-c");
  headers.clear();
  apply_cors({.allow_methods = "GET"}, asked, headers);
  CHECK((headers == http_headers{{"Access-Control-Allow-Origin", "*"},
                                 {"Access-Control-Allow-Methods", "GET"},
                                 {"Access-Control-Allow-Headers", "x-a, x-b,x-c"}}));
}

TEST_CASE("a forbidden origin is answered with 403, in JSON") {
  const auto answer = forbidden_origin(some, request("GET", "http://x"));
  CHECK(answer.status == 403);
  CHECK(answer.body == R"({"code":"system.forbidden","message":"Forbidden origin"})");
  CHECK(*find_header(answer.headers, "Content-Type") == "application/json; charset=utf-8");
  CHECK(*find_header(answer.headers, "Access-Control-Allow-Origin") == "http://A.example");
}
