#include "net/http_content.hpp"

#include <string>
#include <vector>
#include <zlib.h>

#include <doctest/doctest.h>

using namespace actorgate::net;

namespace {

http_request request(std::string method, http_headers headers = {}) {
  http_request r{.method = std::move(method), .said = {}, .body = {}};
  r.said.headers = std::move(headers);
  return r;
}

http_response answer(std::string body, http_headers headers = {}) {
  headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  return {.headers = std::move(headers), .body = std::move(body)};
}

http_response negotiated(const http_request& r, http_response a) {
  negotiate(r, a);
  return a;
}

std::string header(const http_response& r, std::string_view name) {
  const auto* value = find_header(r.headers, name);
  return value == nullptr ? "none" : *value;
}

std::string gunzip(const std::string& text, std::size_t size) {
  std::string out(size + 1, '\0');
  z_stream z{};
  REQUIRE(::inflateInit2(&z, 15 + 16) == Z_OK);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  CHECK(::inflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - z.avail_out);
  ::inflateEnd(&z);
  return out;
}

const std::string long_body(gzip_min, 'x');
const http_headers gzip = {{"Accept-Encoding", "gzip"}};

}  // namespace

TEST_CASE("an answer to GET has a tag of its body, the same everywhere") {
  const auto a = negotiated(request("GET"), answer("{}"));
  CHECK(a.status == 200);
  CHECK(a.body == "{}");
  CHECK(header(a, "Etag") == R"("bf21a9e8fbc5a384")");  // SHA-1 is bf21a9e8fbc5a3846fb05b4fa0859e0917b2202f
  CHECK(header(a, "Cache-Control") == "no-cache");
  CHECK(header(a, "Vary") == "none");
  CHECK((negotiated(request("HEAD"), answer("{}")).headers == a.headers));
  CHECK(header(negotiated(request("GET"), answer("{ }")), "Etag") != header(a, "Etag"));
}

TEST_CASE("what a service says about caching is kept") {
  const auto a =
      negotiated(request("GET"), answer("{}", {{"Cache-Control", "max-age=5"}, {"Etag", R"("v1")"}}));
  CHECK(header(a, "Cache-Control") == "max-age=5");
  CHECK(header(a, "Etag") == R"("v1")");
  CHECK(negotiated(request("GET", {{"If-None-Match", R"("v1")"}}), answer("{}", {{"Etag", R"("v1")"}}))
            .status == 304);
}

TEST_CASE("an answer that the client has is not sent again") {
  struct row {
    std::string known;
    bool has;
  };
  const std::vector<row> rows = {
      {R"("bf21a9e8fbc5a384")", true},
      {R"(W/"bf21a9e8fbc5a384")", true},
      {R"("a", "b,c" ,W/"bf21a9e8fbc5a384","d")", true},
      {" * ", true},
      {R"("other")", false},
      {R"("bf21a9e8fbc5a384-gz")", false},
      {R"(bf21a9e8fbc5a384)", false},
      {R"("a,"bf21a9e8fbc5a384")", false},
      {R"("unfinished)", false},
      {"", false},
      {",,", false},
  };
  for (const auto& r : rows) {
    CAPTURE(r.known);
    const auto a =
        negotiated(request("GET", {{"If-None-Match", r.known}}), answer("{}", {{"Vary", "Origin"}}));
    CHECK(a.status == (r.has ? 304 : 200));
    CHECK(a.body == (r.has ? "" : "{}"));
    CHECK(header(a, "Etag") == R"("bf21a9e8fbc5a384")");
    CHECK(header(a, "Cache-Control") == "no-cache");
    CHECK(header(a, "Vary") == "Origin");
    CHECK((header(a, "Content-Type") == "none") == r.has);
  }
}

TEST_CASE("a body of some length is compressed for those who take gzip") {
  struct row {
    std::string accepted;
    bool taken;
  };
  const std::vector<row> rows = {
      {"gzip", true},
      {"deflate, GZip;q=0.5, br", true},
      {"x-gzip", true},
      {"*", true},
      {"br;q=1.0, *;q=0.1", true},
      {"gzip ; q=0.001", true},
      {"", false},
      {"identity", false},
      {"gzip;q=0", false},
      {"gzip;q=0.000, *", false},
      {"*;q=0", false},
      {"*;q=0, gzip", true},
      {"gzip;q=nonsense", false},
      {"gzipped", false},
  };
  for (const auto& r : rows) {
    CAPTURE(r.accepted);
    const auto a = negotiated(request("GET", {{"Accept-Encoding", r.accepted}}), answer(long_body));
    CHECK(header(a, "Content-Encoding") == (r.taken ? "gzip" : "none"));
    CHECK(header(a, "Vary") == "Accept-Encoding");
    CHECK(header(a, "Etag").ends_with(R"(-gz")") == r.taken);
    CHECK((r.taken ? gunzip(a.body, long_body.size()) : a.body) == long_body);
  }
}

TEST_CASE("a compressor is used again, and knows nothing of what it did before") {
  for (const auto& body : {long_body, std::string(gzip_max, 'y'), long_body}) {
    const auto a = negotiated(request("GET", gzip), answer(body));
    CHECK(a.body.size() < body.size() / 10);
    CHECK((gunzip(a.body, body.size()) == body));
    CHECK(a.body == negotiated(request("GET", gzip), answer(body)).body);
  }
}

TEST_CASE("a compressed answer that the client has is not sent again") {
  const auto first = negotiated(request("GET", gzip), answer(long_body));
  auto again = request("GET", gzip);
  again.said.headers.emplace_back("If-None-Match", header(first, "Etag"));
  const auto a = negotiated(again, answer(long_body));
  CHECK(a.status == 304);
  CHECK(header(a, "Etag") == header(first, "Etag"));
  CHECK(header(a, "Vary") == "Accept-Encoding");
  CHECK(header(a, "Content-Encoding") == "none");
}

TEST_CASE("a body that is short, huge or encoded already is not compressed") {
  for (const auto& a : {answer(std::string(gzip_min - 1, 'x')), answer(std::string(gzip_max + 1, 'x'))}) {
    const auto n = negotiated(request("GET", gzip), a);
    CHECK((n.body == a.body));
    CHECK(header(n, "Content-Encoding") == "none");
    CHECK(header(n, "Vary") == "none");
  }
  const auto n = negotiated(request("GET", gzip), answer(long_body, {{"Content-Encoding", "br"}}));
  CHECK(n.body == long_body);
  CHECK(header(n, "Content-Encoding") == "br");
}

TEST_CASE("an answer to POST may be compressed, but has no tag") {
  const auto a = negotiated(request("POST", gzip), answer(long_body, {{"Vary", "Origin"}}));
  CHECK(gunzip(a.body, long_body.size()) == long_body);
  CHECK(header(a, "Vary") == "Origin, Accept-Encoding");
  CHECK(header(a, "Etag") == "none");
  CHECK(header(a, "Cache-Control") == "none");
  CHECK(negotiated(request("POST", {{"If-None-Match", "*"}}), answer("{}")).status == 200);
}

TEST_CASE("other answers are left as they are") {
  auto check_untouched = [](const http_request& r, const http_response& a) {
    const auto n = negotiated(r, a);
    CHECK(n.status == a.status);
    CHECK((n.headers == a.headers));
    CHECK(n.body == a.body);
  };
  auto not_found = answer(long_body);
  not_found.status = 404;
  check_untouched(request("GET", {{"If-None-Match", "*"}, {"Accept-Encoding", "gzip"}}), not_found);
  check_untouched(request("GET", {{"If-None-Match", "*"}}), answer(""));
  check_untouched(request("OPTIONS", gzip), answer(long_body));
}
