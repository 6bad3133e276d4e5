#include "net/http_framing.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace actorgate::net;

TEST_CASE("the end of a header is found, however it arrives") {
  using kind = head_end::kind;
  struct row {
    std::string input;
    kind what;
    std::size_t size;
  };
  const std::vector<row> rows = {
      {"", kind::more, 0},
      {"GET / HTTP/1.1\r\n", kind::more, 0},
      {"GET / HTTP/1.1\r\nA: b\r\n\r", kind::more, 0},
      {"GET / HTTP/1.1\r\nA: b\r\n\r\n", kind::found, 24},
      {"G\r\n\r\n\r\n\r\n", kind::found, 5},
      {"G\r\n\r\n body", kind::found, 5},
      {"\r\n", kind::malformed, 0},
      {" GET", kind::malformed, 0},
      {"\x16\x03", kind::malformed, 0},
      {"GET /\n", kind::malformed, 0},
      {"GET /\r\n A", kind::malformed, 0},
      {"GET /\r\nA: b\r\n\tc", kind::malformed, 0},
  };
  for (const auto& r : rows) {
    CAPTURE(r.input);
    for (std::size_t step = 1; step <= r.input.size() + 1; ++step) {
      std::size_t scanned = 0;
      auto end = find_head_end("", scanned);
      for (std::size_t n = step; end.what == kind::more && n < r.input.size() + step; n += step) {
        end = find_head_end(std::string_view(r.input).substr(0, n), scanned);
      }
      CHECK(static_cast<int>(end.what) == static_cast<int>(r.what));
      CHECK(end.size == r.size);
    }
  }
}

TEST_CASE("a target is reduced to its path and query") {
  struct row {
    std::string target, want;
  };
  for (const auto& r : std::vector<row>{{"/", "/"},
                                        {"/a?b", "/a?b"},
                                        {"//a", "//a"},
                                        {"http://h", "/"},
                                        {"HTTP://h:1/a?b", "/a?b"},
                                        {"https://h/http://x", "/http://x"},
                                        {"*", ""},
                                        {"h:80", ""},
                                        {"ftp://h/", ""},
                                        {"http://h?a", ""},
                                        {"", ""}}) {
    CHECK(origin_form(r.target) == r.want);
  }
}
