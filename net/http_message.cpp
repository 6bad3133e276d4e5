#include "net/http_message.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <ostream>  // which Beast forgets

#include <boost/beast/http/status.hpp>

namespace actorgate::net {
namespace {

namespace http = boost::beast::http;

/// Empty for a status that has no name.
std::string_view reason_of(unsigned status) {
  const auto known = http::int_to_status(status);
  if (known == http::status::unknown) return {};
  const auto text = http::obsolete_reason(known);
  return {text.data(), text.size()};
}

}  // namespace

http_response error_response(unsigned status, const protocol::error& e) {
  std::string body;
  append_json(body, e);
  return {.status = status,
          .headers = {{"Content-Type", "application/json; charset=utf-8"}},
          .body = std::move(body)};
}

bool has_no_body(unsigned status) { return status < 200 || status == 204 || status == 304; }

std::string response_head(unsigned status, const http_headers& headers) {
  std::string out = "HTTP/1.1 ";
  out.append(std::to_string(status)).append(" ").append(reason_of(status));
  out.append("\r\nDate: ").append(http_date()).append("\r\n");
  for (const auto& [name, value] : headers) out.append(name).append(": ").append(value).append("\r\n");
  return out.append("\r\n");
}

std::string_view http_date() {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  thread_local std::time_t second = -1;
  thread_local std::array<char, 64> text;
  constexpr std::size_t size = 29;
  if (const auto now = std::time(nullptr); now != second) {
    second = now;
    std::tm t{};
    ::gmtime_r(&now, &t);
    std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                  days[static_cast<std::size_t>(t.tm_wday)], t.tm_mday,
                  months[static_cast<std::size_t>(t.tm_mon)], t.tm_year + 1900, t.tm_hour, t.tm_min,
                  t.tm_sec);
  }
  return {text.data(), size};
}

}  // namespace actorgate::net
