#include "actors/admin_page.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "net/http_content.hpp"
#include "protocol/error.hpp"
#include "protocol/json.hpp"

namespace actorgate::actors {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> types{{
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
}};

/// The page has its own scripts and styles and talks to where it comes from; nothing else, and in nobody's
/// frame.
const net::http_headers common{
    {"Cache-Control", "no-cache"},
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
};

std::string config_text(std::string_view ws_path, std::string_view login) {
  return R"({"webSocket":)" + protocol::quoted(ws_path) + R"(,"login":)" +
         (login.empty() ? "null" : protocol::quoted(login)) + '}';
}

net::http_response moved_to(std::string_view place) {
  return {.status = 308, .headers = {{"Location", std::string{place}}}, .body = {}};
}

net::http_response not_allowed() {
  auto answer = net::error_response(405, protocol::errors::method_not_allowed());
  answer.headers.emplace_back("Allow", "GET, HEAD");
  return answer;
}

}  // namespace

std::string_view admin_page::type_of(std::string_view name) {
  const auto found = std::ranges::find_if(types, [&](const auto& t) { return name.ends_with(t.first); });
  return found == types.end() ? std::string_view{} : found->second;
}

admin_page::admin_page(const std::vector<page_file>& files, std::string_view ws_path,
                       std::string_view login) {
  for (const auto& file : files) {
    const auto name = file.name == "index.html" ? std::string{} : file.name;
    files_.insert_or_assign(name, entry{type_of(file.name), file.content});
  }
  files_.insert_or_assign("config.json", entry{type_of("config.json"), config_text(ws_path, login)});
}

std::optional<net::http_response> admin_page::answer(const net::http_request& request) const {
  const auto path = std::string_view{request.said.uri}.substr(0, request.said.uri.find('?'));
  const auto folder = root.substr(0, root.size() - 1);
  if (path != folder && !path.starts_with(root)) return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") return not_allowed();
  if (path == folder) return moved_to(root);
  const auto found = files_.find(path.substr(root.size()));
  if (found == files_.end()) return net::error_response(404, protocol::errors::not_found());
  const auto& [type, content] = found->second;
  net::http_response answer{.headers = common, .body = content};
  answer.headers.emplace_back("Content-Type", type);
  net::negotiate(request, answer);
  return answer;
}

}  // namespace actorgate::actors
