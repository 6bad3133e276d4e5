// Anything at all as the beginning of an HTTP connection: where its header ends, however it arrives, and what
// the header says of the body. Input: [seed of the cuts][the stream].
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>  // which Beast forgets
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/http_content.hpp"
#include "net/http_framing.hpp"
#include "net/http_upgrade.hpp"
#include "tests/fuzz/judge.hpp"

using namespace actorgate;
using fuzz::require;
using kind = net::head_end::kind;

namespace {

/// In pieces, as a connection has it.
net::head_end find_in_pieces(std::string_view text, std::uint32_t seed) {
  std::size_t scanned = 0, known = 0;
  auto found = net::find_head_end(text.substr(0, 0), scanned);
  while (found.what == kind::more && known < text.size()) {
    seed = seed * 1664525 + 1013904223;
    known = std::min<std::size_t>(known + 1 + (seed >> 28), text.size());
    const std::string piece{text.substr(0, known)};  // memory of its own
    found = net::find_head_end(piece, scanned);
    require(scanned <= known);
  }
  return found;
}

void check_head(std::string_view head) {
  require(head.find("\r\n\r\n") == head.size() - 4);
  for (auto at = head.find('\n'); at + 1 < head.size(); at = head.find('\n', at + 1)) {
    require(head[at - 1] == '\r' && head[at + 1] != ' ' && head[at + 1] != '\t');
  }
}

void check_headers(unsigned version, const net::http_request& request) {
  const auto& headers = request.said.headers;
  const auto count = [&](std::string_view name) {
    return std::ranges::count_if(headers, [&](const auto& h) { return h.first == name; });
  };
  if (net::refusal_of(version, headers)) return;
  // What is left has one meaning.
  require(count("Host") <= 1 && count("Content-Length") <= 1);
  if (count("Transfer-Encoding") > 0) {
    require(count("Transfer-Encoding") == 1 && count("Content-Length") == 0 && version == 11);
  }
  net::expectation_of(version, headers);
  const auto verdict = net::judge_upgrade(request.method, version, request.said);
  if (verdict == net::upgrade_verdict::valid) require(version == 11 && request.method == "GET");
  net::http_response answer{.headers = {{"Content-Type", "text/plain"}},
                            .body = std::string(net::gzip_min, 'x')};
  net::negotiate(request, answer);
  require((answer.status == 304) == answer.body.empty());
}

/// What we have taken for a header is one to Beast, and no byte more or less.
void parse_head(std::string_view head) {
  namespace http = boost::beast::http;
  http::request_parser<http::string_body> parser;
  boost::system::error_code error;
  const auto used = parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error) return;
  require(parser.is_header_done() && used == head.size());
  const auto& said = parser.get();
  net::http_request request;
  request.method = {said.method_string().data(), said.method_string().size()};
  const auto target = net::origin_form({said.target().data(), said.target().size()});
  require(target.empty() || target.starts_with('/'));
  request.said.uri = target;
  for (const auto& f : said) {
    const auto name = net::canonical_header_name({f.name_string().data(), f.name_string().size()});
    request.said.headers.emplace_back(name, std::string(f.value().data(), f.value().size()));
    require(net::is_valid_header(name, request.said.headers.back().second));
  }
  if (const auto* host = net::find_header(request.said.headers, "Host")) request.said.host = *host;
  check_headers(said.version(), request);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  std::size_t scanned = 0;
  const auto found = net::find_head_end(text, scanned);
  const auto again = find_in_pieces(text, data[0]);
  require(found.what == again.what && found.size == again.size);
  net::is_other_version(text);
  const auto target = net::origin_form(text);
  require(target.empty() || target.starts_with('/'));
  if (found.what != kind::found) return 0;
  const auto head = text.substr(0, found.size);
  check_head(head);
  parse_head(head);
  return 0;
}
