#include "net/http_upgrade.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace actorgate::net;

TEST_CASE("an upgrade is judged as RFC 6455, section 4.2.1, says") {
  using v = upgrade_verdict;
  const handshake good{.uri = "/",
                       .host = "example.com",
                       .remote_address = "",
                       .headers = {{"Upgrade", "websocket"},
                                   {"Connection", "Upgrade"},
                                   {"Sec-Websocket-Version", "13"},
                                   {"Sec-Websocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}}};
  CHECK(judge_upgrade("GET", 11, good) == v::valid);
  CHECK(judge_upgrade("POST", 11, good) == v::malformed);
  CHECK(judge_upgrade("GET", 10, good) == v::malformed);
  auto hostless = good;
  hostless.host.clear();
  CHECK(judge_upgrade("GET", 11, hostless) == v::malformed);

  struct row {
    std::size_t header;
    const char* value;  // null: without it
    v want;
  };
  const std::vector<row> rows = {
      {0, nullptr, v::none},
      {0, "h2c", v::none},
      {0, "websockets", v::none},
      {0, "WebSocket", v::valid},
      {0, "h2c, websocket", v::valid},
      {1, nullptr, v::malformed},
      {1, "keep-alive", v::malformed},
      {1, "keep-alive ,  uPGRADE", v::valid},
      {2, nullptr, v::wrong_version},
      {2, "8", v::wrong_version},
      {2, "13, 8", v::wrong_version},
      {3, nullptr, v::malformed},
      {3, "", v::malformed},
      {3, "dGhlIHNhbXBsZSBub25jZQ", v::malformed},
      {3, "dGhlIHNhbXBsZSBub25jZSE=", v::malformed},
      {3, "dGhlIHNhbXBsZSBub25j*Q==", v::malformed},
  };
  for (const auto& r : rows) {
    auto said = good;
    if (r.value == nullptr) {
      said.headers.erase(said.headers.begin() + static_cast<std::ptrdiff_t>(r.header));
    } else {
      said.headers[r.header].second = r.value;
    }
    CAPTURE(r.header);
    CAPTURE(std::string(r.value ? r.value : "absent"));
    CHECK(judge_upgrade("GET", 11, said) == r.want);
  }
  auto twice = good;
  twice.headers.push_back(good.headers[3]);
  CHECK(judge_upgrade("GET", 11, twice) == v::malformed);
}

TEST_CASE("the accept key is that of the example in RFC 6455, section 1.3") {
  CHECK(accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("of the offers of permessage-deflate, the first that can be kept is taken") {
  const std::string yes = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  struct {
    std::string offer, answer;
  } const rows[] = {
      {"permessage-deflate", yes},
      {"permessage-deflate; client_max_window_bits", yes},
      {"permessage-deflate ; client_max_window_bits = \"10\";server_no_context_takeover", yes},
      {"permessage-deflate; client_no_context_takeover; server_max_window_bits=15",
       yes + "; server_max_window_bits=15"},
      {"permessage-deflate; server_max_window_bits=10, permessage-deflate", yes},
      {"x-other, permessage-deflate; client_max_window_bits", yes},
      {"", ""},
      {"x-webkit-deflate-frame", ""},
      {"permessage-deflate; server_max_window_bits=10", ""},
      {"permessage-deflate; server_max_window_bits", ""},
      {"permessage-deflate; client_max_window_bits=7", ""},
      {"permessage-deflate; client_max_window_bits=010", ""},
      {"permessage-deflate; client_max_window_bits=", ""},
      {"permessage-deflate; client_no_context_takeover=1", ""},
      {"permessage-deflate; client_no_context_takeover; client_no_context_takeover", ""},
      {"permessage-deflate; unknown", ""},
  };
  for (const auto& r : rows) {
    CAPTURE(r.offer);
    CHECK(deflate_answer({{"Sec-Websocket-Extensions", r.offer}}) == r.answer);
  }
  CHECK(deflate_answer({}) == "");
  CHECK(deflate_answer(
            {{"Sec-Websocket-Extensions", "x"}, {"Sec-Websocket-Extensions", "permessage-deflate"}}) == yes);
}
