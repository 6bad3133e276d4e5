#include "actors/admin_content.hpp"

#include <array>
#include <cmath>
#include <numeric>

#include "protocol/admin_names.hpp"
#include "protocol/json.hpp"

namespace actorgate::actors {
namespace {

using protocol::value;
using protocol::value_kind;

/// To a tenth; a change below that is no news.
std::string rate(double number) {
  const auto tenths = std::llround(number * 10);
  auto text = std::to_string(tenths / 10);
  if (tenths % 10 != 0) text += '.' + std::to_string(tenths % 10);
  return text;
}

/// A JSON object, member by member.
class object_text {
public:
  object_text& add(std::string_view key, std::string_view text) { return raw(key, protocol::quoted(text)); }
  object_text& add(std::string_view key, std::uint64_t number) { return raw(key, std::to_string(number)); }
  object_text& raw(std::string_view key, std::string_view json) {
    text_ += text_.empty() ? '{' : ',';
    protocol::append_quoted(text_, key);
    text_ += ':';
    text_ += json;
    return *this;
  }
  std::string end() { return text_ + '}'; }

private:
  std::string text_;
};

value data_value(object_text& data) {
  return value::make(value_kind::data, object_text{}.raw("data", data.end()).end());
}

value reference(std::string_view key, const std::string& rid, bool is_soft) {
  object_text text;
  text.add("rid", rid);
  if (is_soft) text.raw("soft", "true");
  return value::make(is_soft ? value_kind::soft_reference : value_kind::reference, text.end(), rid, key);
}

template <class T, std::size_t N>
std::uint64_t sum(const std::array<T, N>& all) {
  return std::accumulate(all.begin(), all.end(), std::uint64_t{0});
}

}  // namespace

node_rates rate_meter::measure(const shard_statistics& total, time now) {
  const counted all{sum(total.requests) + sum(total.http_requests),
                    total.events_in,
                    total.events_out,
                    total.bytes_in,
                    total.bytes_out,
                    now};
  const auto before = std::exchange(before_, all);
  if (!before || before->at >= now) return {};
  const double seconds = std::chrono::duration<double>(now - before->at).count();
  const auto rate_of = [&](std::uint64_t counted::*what) {
    return static_cast<double>(all.*what - (*before).*what) / seconds;
  };
  return {rate_of(&counted::requests), rate_of(&counted::events_in), rate_of(&counted::events_out),
          rate_of(&counted::bytes_in), rate_of(&counted::bytes_out)};
}

protocol::resource_content nodes_content(const std::set<std::string, std::less<>>& ids) {
  protocol::resource_content content;
  for (const auto& id : ids) content.values.push_back(reference(id, protocol::node_name(id), false));
  return content;
}

protocol::resource_content node_content(const node_facts& facts) {
  protocol::resource_content content;
  const auto raw = [&](std::string_view key, std::string_view json) {
    content.values.push_back(value::make(value_kind::primitive, json, {}, key));
  };
  const auto text = [&](std::string_view key, std::string_view what) { raw(key, protocol::quoted(what)); };
  const auto number = [&](std::string_view key, auto count) { raw(key, std::to_string(count)); };
  const auto& [self, report, rates, memory, slow] = facts;
  const auto& total = report.total;
  text("id", self.id);
  text("version", self.version);
  text("host", self.host);
  number("pid", self.pid);
  number("started", self.started.count());
  text("clients", self.clients);
  text("inspect", self.inspect);
  text("state", to_string(report.draining ? protocol::node_state::draining : self.state));
  number("connections", total.websockets + total.streams);
  number("subscriptions", total.subscriptions);
  number("resources", total.resources);
  number("slow", slow);
  number("memory", memory);
  raw("requests", rate(rates.requests));
  raw("eventsIn", rate(rates.events_in));
  raw("eventsOut", rate(rates.events_out));
  raw("bytesIn", rate(std::round(rates.bytes_in)));
  raw("bytesOut", rate(std::round(rates.bytes_out)));
  content.values.push_back(reference("connectionList", protocol::node_clients_name(self.id), true));
  content.values.push_back(reference("busiestList", protocol::node_busiest_name(self.id), true));
  return content;
}

protocol::resource_content clients_content(const std::vector<inspection::connection_row>& rows) {
  protocol::resource_content content{.is_model = false, .values = {}, .query = {}};
  for (const auto& row : rows) {
    object_text data;
    data.add("id", row.cid).add("kind", row.kind).add("address", row.address);
    data.add("queued", row.queued_bytes).add("subscriptions", row.subscriptions);
    data.add("pending", row.pending);
    content.values.push_back(data_value(data));
  }
  return content;
}

protocol::resource_content busiest_content(const std::vector<busy_resource>& rows) {
  protocol::resource_content content{.is_model = false, .values = {}, .query = {}};
  for (const auto& row : rows) {
    object_text data;
    data.add("name", row.name).raw("events", rate(row.events)).add("clients", row.clients);
    content.values.push_back(data_value(data));
  }
  return content;
}

}  // namespace actorgate::actors
