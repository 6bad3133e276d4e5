#include "net/http_framing.hpp"

#include <algorithm>

namespace actorgate::net {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool may_begin_method(char c) { return is_valid_header({&c, 1}, ""); }

std::ptrdiff_t count(const http_headers& headers, std::string_view name) {
  return std::count_if(headers.begin(), headers.end(), [&](const auto& h) { return h.first == name; });
}

bool is_host(std::string_view host) {
  return std::none_of(host.begin(), host.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' ||
           std::string_view("/\\?#@,<>\"").find(c) != std::string::npos;
  });
}

}  // namespace

head_end find_head_end(std::string_view input, std::size_t& scanned) {
  using kind = head_end::kind;
  if (!input.empty() && !may_begin_method(input[0])) return {kind::malformed};
  for (; scanned < input.size(); ++scanned) {
    const auto before = input.substr(0, scanned);
    const char c = input[scanned];
    if (c == '\n' && !before.ends_with('\r')) return {kind::malformed};
    if (c == '\n' && before.ends_with("\r\n\r")) return {kind::found, scanned + 1};
    if ((c == ' ' || c == '\t') && before.ends_with('\n')) return {kind::malformed};
  }
  return {kind::more};
}

bool is_other_version(std::string_view head) {
  constexpr std::string_view form = " HTTP/1.1";
  const auto line = head.substr(0, head.find("\r\n"));
  if (line.size() <= form.size()) return false;
  const auto version = line.substr(line.size() - form.size());
  return version.starts_with(" HTTP/") && is_digit(version[6]) && version[7] == '.' && is_digit(version[8]) &&
         !version.ends_with("1.0") && !version.ends_with("1.1");
}

std::optional<unsigned> refusal_of(unsigned version, const http_headers& headers) {
  const auto hosts = count(headers, "Host");
  if (hosts > 1 || (hosts == 0 && version >= 11)) return 400;
  if (hosts == 1 && !is_host(*find_header(headers, "Host"))) return 400;
  const auto lengths = joined(headers, "Content-Length");
  if (lengths.find(',') != std::string::npos) return 400;
  if (count(headers, "Transfer-Encoding") == 0) return std::nullopt;
  if (version < 11 || count(headers, "Content-Length") > 0) return 400;
  const auto codings = joined(headers, "Transfer-Encoding");
  if (equal_ignoring_case(codings, "chunked")) return std::nullopt;
  // The end is certain, what the body means is not.
  std::string_view last;
  for (std::string_view rest = codings; !rest.empty();) last = take_element(rest);
  return equal_ignoring_case(last, "chunked") ? 501 : 400;
}

std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(std::min(target.find_first_of("/?", scheme.size()), target.size()));
    if (target.empty()) return "/";
  }
  return target.starts_with('/') ? target : std::string_view{};
}

expectation expectation_of(unsigned version, const http_headers& headers) {
  const auto said = joined(headers, "Expect");
  if (version < 11 || said.empty()) return expectation::none;
  return equal_ignoring_case(said, "100-continue") ? expectation::go_on : expectation::unknown;
}

}  // namespace actorgate::net
