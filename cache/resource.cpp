#include "cache/resource.hpp"

#include <algorithm>
#include <utility>

#include "cache/difference.hpp"
#include "protocol/json.hpp"

namespace actorgate::cache {

using protocol::event_kind;
using protocol::value;
using protocol::value_kind;

namespace {

void note_reference(const value& v, std::vector<std::string>& references) {
  if (v.is_reference()) references.emplace_back(v.rid());
}

std::string add_data(std::size_t index, const value& element) {
  std::string data = R"({"idx":)" + std::to_string(index) + R"(,"value":)";
  data += element.text();
  data += '}';
  return data;
}

snapshot_ptr encode(bool is_model, const std::vector<value>& values) {
  auto fresh = std::make_unique<snapshot>();
  fresh->is_model = is_model;
  std::string json;
  is_model ? append_properties(json, values) : append_elements(json, values);
  fresh->json = json;
  for (const auto& v : values) note_reference(v, fresh->references);
  fresh->references.shrink_to_fit();
  return snapshot_ptr{fresh.release()};
}

bool key_order(const value& a, const value& b) { return a.key() < b.key(); }

}  // namespace

resource::resource(protocol::resource_content content) : is_model_(content.is_model) {
  if (is_model_) std::ranges::sort(content.values, key_order);
  snapshot_ = encode(is_model_, content.values);
}

/// The values, which are read out of the snapshot by the first who needs them.
std::vector<value>& resource::values() {
  if (values_) return *values_;
  protocol::json_cursor cursor{snapshot_->json};
  auto read = is_model_ ? read_properties(cursor, false) : read_elements(cursor);
  return *(values_ = std::make_unique<std::vector<value>>(std::move(read).value_or(std::vector<value>{})));
}

snapshot_ptr resource::current() {
  if (!snapshot_) snapshot_ = encode(is_model_, values());
  return snapshot_;
}

std::size_t resource::weight() const {
  if (snapshot_) return snapshot_->json.view().size();
  constexpr std::size_t enough = 100;
  constexpr std::size_t punctuation = 4;
  const auto& all = *values_;
  const auto looked = std::min(all.size(), enough);
  std::size_t sum = 0;
  for (std::size_t i = 0; i < looked; ++i) sum += all[i].text().size() + all[i].key().size() + punctuation;
  return looked == 0 ? 2 : sum * all.size() / looked;
}

/// Sets or deletes one property; notes what that changes. Whether it changed anything.
bool resource::merge(const value& property, resource_event& event, std::vector<value>& effective) {
  auto& all = values();
  const auto place = std::ranges::lower_bound(all, property, key_order);
  const bool known = place != all.end() && place->key() == property.key();
  if (property.kind() == value_kind::deleted) {
    if (!known) return false;
    note_reference(*place, event.removed);
    all.erase(place);
  } else if (!known) {
    note_reference(property, event.added);
    all.insert(place, property);
  } else {
    if (place->same_as(property)) return false;
    note_reference(*place, event.removed);
    note_reference(property, event.added);
    *place = property;
  }
  effective.push_back(property);
  return true;
}

resource_event_ptr resource::change(std::vector<value> values) {
  if (!is_model_) return nullptr;
  auto event = std::make_shared<resource_event>(resource_event{event_kind::change, "change", {}, {}, {}});
  std::vector<value> effective;
  for (const auto& property : values) merge(property, *event, effective);
  if (effective.empty()) return nullptr;
  note_change();
  event->data = R"({"values":)";
  append_properties(event->data, effective);
  event->data += '}';
  return event;
}

resource_event_ptr resource::add(protocol::add_event added) {
  if (is_model_ || added.index > values().size()) return nullptr;
  auto event = std::make_shared<resource_event>(
      resource_event{event_kind::add, "add", add_data(added.index, added.element), {}, {}});
  note_reference(added.element, event->added);
  values_->insert(values_->begin() + static_cast<std::ptrdiff_t>(added.index), std::move(added.element));
  note_change();
  return event;
}

resource_event_ptr resource::remove(std::size_t index) {
  if (is_model_ || index >= values().size()) return nullptr;
  const auto place = values_->begin() + static_cast<std::ptrdiff_t>(index);
  auto event = std::make_shared<resource_event>(
      resource_event{event_kind::remove, "remove", R"({"idx":)" + std::to_string(index) + '}', {}, {}});
  note_reference(*place, event->removed);
  values_->erase(place);
  note_change();
  return event;
}

resource_event_ptr resource::apply(event_kind kind, std::string_view payload) {
  if (kind == event_kind::change) {
    auto values = protocol::read_change_event(payload);
    return values ? change(*std::move(values)) : nullptr;
  }
  if (kind == event_kind::add) {
    auto event = protocol::read_add_event(payload);
    return event ? add(*std::move(event)) : nullptr;
  }
  if (kind == event_kind::remove) {
    const auto index = protocol::read_remove_event(payload);
    return index ? remove(*index) : nullptr;
  }
  return nullptr;
}

std::optional<std::vector<resource_event_ptr>> resource::replace(protocol::resource_content fresh) {
  if (fresh.is_model != is_model_) return std::nullopt;
  if (!is_model_) return become(std::move(fresh.values));
  std::vector<resource_event_ptr> events;
  std::ranges::sort(fresh.values, key_order);
  auto now = fresh.values;
  for (const auto& old : values()) {
    if (std::ranges::binary_search(fresh.values, old, key_order)) continue;
    now.push_back(value::make(value_kind::deleted, R"({"action":"delete"})", {}, old.key()));
  }
  if (auto event = change(std::move(now))) events.push_back(std::move(event));
  return events;
}

std::vector<resource_event_ptr> resource::become(std::vector<value> fresh) {
  const auto steps = difference(values(), fresh);
  std::vector<resource_event_ptr> events;
  events.reserve(steps.removed.size() + steps.added.size());
  // From the end, so that the indexes of those before stay what they are.
  for (auto i = steps.removed.rbegin(); i != steps.removed.rend(); ++i) events.push_back(remove(*i));
  for (auto i : steps.added) events.push_back(add({i, fresh[i]}));
  return events;
}

}  // namespace actorgate::cache
