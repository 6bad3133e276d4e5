// Anything at all as what services say: read by every decoder, and told to a cache entry in any order.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "cache/difference.hpp"
#include "cache/entry.hpp"
#include "protocol/client_message.hpp"
#include "protocol/json.hpp"
#include "protocol/node_report.hpp"
#include "protocol/pattern.hpp"
#include "protocol/rid.hpp"
#include "protocol/service_event.hpp"
#include "protocol/service_request.hpp"
#include "protocol/service_response.hpp"
#include "tests/fuzz/judge.hpp"

using namespace actorgate;
using fuzz::require;

namespace {

std::string encoded(const std::vector<protocol::value>& values, bool is_model) {
  std::string out;
  is_model ? append_properties(out, values) : append_elements(out, values);
  return out;
}

/// What is written out of values reads as the same values.
void check_values(const std::vector<protocol::value>& values, bool is_model) {
  const auto json = encoded(values, is_model);
  require(protocol::is_json(json));
  protocol::json_cursor cursor{json};
  const auto again = is_model ? read_properties(cursor, true) : read_elements(cursor);
  require(again && again->size() == values.size() && encoded(*again, is_model) == json);
  for (std::size_t i = 0; i < values.size(); ++i) {
    require(values[i].same_as((*again)[i]) && values[i].key() == (*again)[i].key());
    if (values[i].is_reference()) require(protocol::is_valid_rid(values[i].rid()));
  }
  require(protocol::is_json(protocol::legacy_content(is_model, json)));
}

void check_error(const protocol::error& e) {
  require(!e.code.empty());
  require(protocol::is_json(protocol::error_message(1, e)));
}

template <class T, class F>
void check_outcome(const protocol::outcome<T>& o, F check) {
  if (const auto* e = std::get_if<protocol::error>(&o)) return check_error(*e);
  check(std::get<T>(o));
}

/// What other gateways say is read as it is written, or not at all.
void check_node_report(std::string_view text) {
  const auto report = protocol::read_node_report(text);
  if (report) require(protocol::read_node_report(protocol::write_node_report(*report)) == report);
}

void read_everything(std::string_view text) {
  check_node_report(text);
  check_outcome(protocol::read_access_response(text),
                [](const protocol::access_rights& r) { r.may_call("set"); });
  check_outcome(protocol::read_get_response(text),
                [](const protocol::resource_content& c) { check_values(c.values, c.is_model); });
  for (bool is_new : {false, true}) {
    check_outcome(protocol::read_call_response(text, is_new), [](const protocol::call_result& r) {
      require(r.rid.empty() ? protocol::is_json(r.payload) : protocol::is_valid_rid(r.rid));
    });
  }
  check_outcome(protocol::read_query_response(text), [](const protocol::query_result& r) {
    const auto* events = std::get_if<std::vector<protocol::query_event>>(&r);
    if (!events) return;
    for (const auto& e : *events) require(!e.name.empty() && (e.data.empty() || protocol::is_json(e.data)));
  });
  if (const auto values = protocol::read_change_event(text)) check_values(*values, true);
  if (const auto add = protocol::read_add_event(text)) check_values({add->element}, false);
  if (const auto subject = protocol::read_query_event(text)) require(protocol::is_valid_name(*subject));
  if (const auto token = protocol::read_token_event(text)) {
    require(protocol::is_json(protocol::access_payload({"cid", token->token}, text)) ||
            !protocol::is_json(protocol::quoted(text)));
  }
  if (const auto reset = protocol::read_reset_event(text)) {
    for (const auto& pattern : reset->resources) protocol::name_pattern{pattern}.matches("a.b.c");
  }
  protocol::name_pattern{text}.matches("a.b.c");
  protocol::name_pattern{"a.*.>"}.matches(text);
  protocol::read_remove_event(text);
  protocol::read_token_reset_event(text);
  if (protocol::is_pre_response(text)) require(!protocol::is_json(text));
  protocol::read_pre_response(text);
}

/// Takes an input apart into numbers and texts.
class script {
public:
  explicit script(std::string_view text) : rest_(text) {}
  bool done() const { return rest_.empty(); }
  std::uint8_t number() {
    if (done()) return 0;
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  /// What stands before the next line break.
  std::string_view line() {
    const auto end = std::min(rest_.find('\n'), rest_.size());
    const auto out = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return out;
  }

private:
  std::string_view rest_;
};

/// Checks what an entry wants, and that it keeps its promises.
class keeper : public cache::entry_port {
public:
  void send_get(std::uint64_t ticket, std::string_view, cache::throttle_id) override { gets.insert(ticket); }
  void send_query(std::uint64_t ticket, std::string_view subject, std::string_view) override {
    require(protocol::is_valid_name(subject));
    queries.insert(ticket);
  }
  void loaded(cache::watcher_id, std::string_view, cache::resource_id, cache::snapshot_ptr now) override {
    require(protocol::is_json(now->json));
  }
  void failed(cache::watcher_id, std::string_view, const protocol::error& why) override { check_error(why); }
  void event(cache::watcher_id, cache::resource_id, cache::resource_event_ptr event) override {
    require(protocol::is_json(event->data));
    require(protocol::is_json(
                protocol::legacy_event_data(event->kind == protocol::event_kind::change, event->data)) ||
            event->kind == protocol::event_kind::custom || event->kind == protocol::event_kind::create ||
            event->kind == protocol::event_kind::deleted);
  }
  void reaccess(cache::watcher_id, cache::throttle_id) override {}
  void pass(std::uint64_t ticket) override { require(ticket == ++passed); }
  void complain(std::string_view) override {}

  std::set<std::uint64_t> gets, queries;
  std::uint64_t passed = 0;
};

void tell_an_entry(std::string_view text) {
  keeper port;
  cache::entry machine{port};
  script input{text};
  std::uint64_t replies = 0;
  cache::entry::time now{};
  constexpr const char* events[] = {"change",   "add",    "remove", "delete", "query",
                                    "reaccess", "custom", "create", "reset",  ""};
  constexpr const char* queries[] = {"", "a", "b", "a&b"};
  while (!input.done()) {
    const auto what = input.number();
    const auto which = input.number();
    switch (what % 8) {
      case 0:
        machine.open(which % 3, queries[which % 4], which % 5);
        break;
      case 1:
        machine.close(which % 3, queries[which % 4], now);
        break;
      case 2:
        machine.on_event(events[which % std::size(events)], input.line());
        break;
      case 3:
        machine.on_get_response(which, protocol::read_get_response(input.line()));
        break;
      case 4:
        machine.on_query_response(which, protocol::read_query_response(input.line()));
        break;
      case 5:
        machine.on_reply(++replies);
        break;
      case 6:
        machine.reset(which & 1, which & 2, which / 4);
        break;
      case 7:
        now += std::chrono::seconds{1};
        machine.expire(now - std::chrono::seconds{which % 4});
        break;
    }
  }
  // However it was left: when all is answered, everything has passed.
  while (!port.queries.empty()) {
    const auto ticket = *port.queries.begin();
    port.queries.erase(ticket);
    machine.on_query_response(ticket, protocol::errors::timeout());
  }
  require(port.passed == replies);
  for (auto ticket : std::set<std::uint64_t>{port.gets})
    machine.on_get_response(ticket, protocol::errors::timeout());
  for (cache::watcher_id who = 0; who < 3; ++who) {
    for (const char* query : queries) machine.close(who, query, now);
  }
  require(!machine.expire(now));
  require(machine.empty() && machine.resources() == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  fuzz::compare_with_rapidjson(text);
  read_everything(text);
  tell_an_entry(text);
  return 0;
}
