// permessage-deflate: anything at all as a compressed payload, as a message to compress, and as an offer of
// extensions. Input: [limit / 16][the bytes].
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/deflate.hpp"
#include "net/http_upgrade.hpp"
#include "tests/fuzz/judge.hpp"

using namespace actorgate;
using fuzz::require;
using verdict = net::inflated_message::verdict;

namespace {

constexpr std::size_t much = 1u << 20;
constexpr std::string_view tail{"\x00\x00\xff\xff", 4};

struct message {
  verdict what;
  std::string text;
};

/// The next call uses the same memory.
message inflate(std::string_view payload, std::size_t limit) {
  const std::string own{payload};  // so that a look behind its end is found
  const auto m = net::inflate_message(own, limit);
  return {m.what, std::string{m.text}};
}

void check_payload(std::string_view payload, std::size_t limit) {
  const auto m = inflate(payload, limit), whole = inflate(payload, much);
  require(m.text.size() <= limit && whole.text.size() <= much);
  if (m.what == verdict::too_long) require(m.text.size() == limit);
  if (m.what == verdict::invalid) require(m.text.empty());
  // The limit decides about the length alone; what lies behind it may even be broken.
  if (m.what == verdict::whole) require(whole.what == verdict::whole && whole.text == m.text);
  if (whole.what == verdict::whole)
    require(m.what == (whole.text.size() <= limit ? verdict::whole : verdict::too_long));
  if (m.what == verdict::too_long && whole.what != verdict::invalid) require(whole.text.starts_with(m.text));
  const std::string beginning{net::inflate_beginning(payload, limit)};
  require(beginning.size() <= limit);
  // Its last bits may need the tail.
  if (whole.what != verdict::invalid) require(whole.text.starts_with(beginning));
  if (whole.what != verdict::whole) return;
  // Another message behind it, unless it has said that it is the end.
  const auto longer =
      inflate(std::string{payload} + std::string{tail} + std::string{net::deflate_message("more")}, much);
  require(longer.text == whole.text || longer.text == (whole.text + "more").substr(0, much));
}

void check_message(std::string_view text) {
  const std::string payload{net::deflate_message(text)};
  require(!payload.empty());
  const auto back = inflate(payload, text.size());
  require(back.what == verdict::whole && back.text == text);
  if (text.empty()) return;
  const auto less = inflate(payload, text.size() - 1);
  require(less.what == verdict::too_long && less.text == text.substr(0, text.size() - 1));
}

void check_offer(const std::string& offer) {
  const std::string taken = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  const auto answer = [](const std::string& header) {
    return net::deflate_answer({{"Sec-Websocket-Extensions", header}});
  };
  const auto a = answer(offer);
  const bool has_window = offer.find("server_max_window_bits") != offer.npos;
  require(a.empty() || a == taken || (has_window && a == taken + "; server_max_window_bits=15"));
  if (offer.find("permessage-deflate") == offer.npos) require(a.empty());
  // The first offer that can be taken counts, and others before it do not matter.
  require(answer("permessage-deflate, " + offer) == taken);
  require(answer("permessage-deflate; server_max_window_bits=8, x-other; a=\"b\", " + offer) == a);
  if (!a.empty()) require(!answer(a).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  check_payload(bytes, std::size_t{data[0]} * 16);
  check_message(bytes);
  check_offer(std::string{bytes});
  return 0;
}
