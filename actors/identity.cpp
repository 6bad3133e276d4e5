#include "actors/identity.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string_view>
#include <sys/random.h>
#include <vector>

#include "net/utf8.hpp"
#include "protocol/json.hpp"
#include "protocol/trace_context.hpp"

namespace actorgate::actors {
namespace {

/// Random bytes, fetched from the kernel a few thousand at a time.
unsigned char random_byte() {
  thread_local std::array<unsigned char, 4096> pool;
  thread_local std::size_t used = pool.size();
  if (used == pool.size()) {
    for (std::size_t filled = 0; filled < pool.size();) {
      const auto got = ::getrandom(pool.data() + filled, pool.size() - filled, 0);
      if (got < 0 && errno != EINTR) throw std::runtime_error("no random numbers to be had");
      if (got > 0) filled += static_cast<std::size_t>(got);
    }
    used = 0;
  }
  return pool[used++];
}

/// Longer ones need not be passed on (W3C Trace Context, section 3.3.1.5).
constexpr std::size_t max_tracestate = 512;

void append_text(std::string& out, std::string_view text) {
  if (net::valid_utf8(text)) return protocol::append_quoted(out, text);
  std::string plain{text};
  std::ranges::replace_if(
      plain, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  protocol::append_quoted(out, plain);
}

}  // namespace

std::array<char, 15> make_cid() {
  constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr unsigned fair = 256 - 256 % alphabet.size();
  std::array<char, 15> cid;
  for (std::size_t i = 0; i < cid.size();) {
    if (const auto byte = random_byte(); byte < fair) cid[i++] = alphabet[byte % alphabet.size()];
  }
  return cid;
}

net::shared_headers trace_headers(const net::handshake& said) {
  // Two of them would be joined to what is none.
  auto parent = net::joined(said.headers, "Traceparent");
  if (!protocol::is_traceparent(parent)) return nullptr;
  net::http_headers headers{{"traceparent", std::move(parent)}};
  auto state = net::joined(said.headers, "Tracestate");
  if (!state.empty() && state.size() <= max_tracestate && net::is_valid_header("tracestate", state)) {
    headers.emplace_back("tracestate", std::move(state));
  }
  return std::make_shared<const net::http_headers>(std::move(headers));
}

std::string describe(const net::handshake& said) {
  std::string out = R"("header":{)";
  std::vector<std::string_view> done;
  for (const auto& [name, first] : said.headers) {
    if (std::ranges::find(done, name) != done.end()) continue;
    if (!done.empty()) out += ',';
    done.push_back(name);
    append_text(out, name);
    out += ":[";
    bool more = false;
    for (const auto& [other, value] : said.headers) {
      if (other != name) continue;
      if (more) out += ',';
      more = true;
      append_text(out, value);
    }
    out += ']';
  }
  out += R"(},"host":)";
  append_text(out, said.host);
  out += R"(,"remoteAddr":)";
  append_text(out, said.remote_address);
  out += R"(,"uri":)";
  append_text(out, said.uri);
  out.shrink_to_fit();
  return out;
}

}  // namespace actorgate::actors
