#include "net/http_content.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <openssl/sha.h>
#include <optional>
#include <zlib.h>

namespace actorgate::net {
namespace {

constexpr std::string_view gzip_suffix = "-gz";

// -- entity tags ------------------------------------------------------------------

/// The first 64 bits of SHA-1: quick, the same everywhere, and nobody meets a collision by chance.
std::string tag_of(std::string_view body) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data());
  std::string tag = "\"";
  for (std::size_t i = 0; i < 8; ++i) {
    tag += digits[digest[i] >> 4];
    tag += digits[digest[i] & 15];
  }
  return tag += '"';
}

std::string_view without_weakness(std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  return tag;
}

/// Takes an element off a list of entity tags, in which commas may be quoted (RFC 9110, section 8.8.3).
std::string_view take_tag(std::string_view& list) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < list.size() && (quoted || list[end] != ','); ++end) quoted ^= list[end] == '"';
  const auto tag = trim(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return tag;
}

/// The weak comparison of RFC 9110, section 13.1.2.
bool client_has(const http_request& request, std::string_view tag) {
  const auto known = joined(request.said.headers, "If-None-Match");
  if (trim(known) == "*") return true;
  for (std::string_view list = known; !list.empty();) {
    if (without_weakness(take_tag(list)) == without_weakness(tag)) return true;
  }
  return false;
}

// -- gzip -------------------------------------------------------------------------

/// The `q` among the parameters of a coding; 1 without one, 0 if it is no number.
double weight(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto end = std::min(parameters.find(';'), parameters.size());
    const auto one = trim(parameters.substr(0, end));
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    if (one.size() < 2 || (one[0] != 'q' && one[0] != 'Q') || one[1] != '=') continue;
    return std::strtod(std::string(one.substr(2)).c_str(), nullptr);
  }
  return 1;
}

/// What Accept-Encoding says of gzip itself comes before what it says of `*` (RFC 9110, section 12.5.3).
bool takes_gzip(const http_request& request) {
  const auto accepted = joined(request.said.headers, "Accept-Encoding");
  std::optional<bool> named;
  bool any = false;
  for (std::string_view list = accepted; !list.empty();) {
    const auto element = take_element(list);
    const auto end = std::min(element.find(';'), element.size());
    const auto coding = trim(element.substr(0, end));
    const bool wanted = weight(element.substr(end)) > 0;
    if (equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip")) named = wanted;
    if (coding == "*") any = wanted;
  }
  return named.value_or(any);
}

/// One per thread: what zlib allocates (256 KiB) is used again.
class gzip_stream {
public:
  gzip_stream() {
    constexpr int gzip_window = 15 + 16, memory_level = 8;
    ready_ = ::deflateInit2(&z_, 1, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~gzip_stream() { ::deflateEnd(&z_); }
  gzip_stream(const gzip_stream&) = delete;
  gzip_stream& operator=(const gzip_stream&) = delete;

  /// Empty if there was no memory.
  std::string compress(std::string& text) {
    std::string out;
    if (!ready_ || ::deflateReset(&z_) != Z_OK) return out;
    out.resize(::deflateBound(&z_, text.size()));
    z_.next_in = reinterpret_cast<Bytef*>(text.data());
    z_.avail_in = static_cast<uInt>(text.size());
    z_.next_out = reinterpret_cast<Bytef*>(out.data());
    z_.avail_out = static_cast<uInt>(out.size());
    const bool done = ::deflate(&z_, Z_FINISH) == Z_STREAM_END;
    out.resize(done ? out.size() - z_.avail_out : 0);
    return out;
  }

private:
  z_stream z_{};
  bool ready_ = false;
};

bool worth_gzip(const http_response& r) {
  return r.body.size() >= gzip_min && r.body.size() <= gzip_max &&
         find_header(r.headers, "Content-Encoding") == nullptr;
}

void apply_gzip(http_response& response) {
  thread_local gzip_stream stream;
  auto smaller = stream.compress(response.body);
  if (smaller.empty()) return;
  response.body = std::move(smaller);
  response.headers.emplace_back("Content-Encoding", "gzip");
}

void set_default(http_headers& headers, std::string_view name, std::string_view value) {
  if (find_header(headers, name) == nullptr) headers.emplace_back(name, value);
}

}  // namespace

void negotiate(const http_request& request, http_response& response) {
  const bool get = request.method == "GET" || request.method == "HEAD";
  if (response.status != 200 || response.body.empty() || (!get && request.method != "POST")) return;
  auto& headers = response.headers;
  const bool varies = worth_gzip(response);
  const bool gzip = varies && takes_gzip(request);
  if (varies) add_vary(headers, "Accept-Encoding");
  if (get) {
    const auto* given = find_header(headers, "Etag");
    auto tag = given != nullptr ? *given : tag_of(response.body);
    // Strong tags differ when the bytes do (RFC 9110, section 8.8.1).
    if (gzip) tag.insert(tag.ends_with('"') ? tag.size() - 1 : tag.size(), gzip_suffix);
    set_default(headers, "Cache-Control", "no-cache");
    const bool known = client_has(request, tag);
    set_header(headers, "Etag", std::move(tag));
    if (known) {
      response.status = 304;
      response.body.clear();
      return remove_header(headers, "Content-Type");
    }
  }
  if (gzip) apply_gzip(response);
}

}  // namespace actorgate::net
