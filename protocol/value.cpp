#include "protocol/value.hpp"

#include <cstring>
#include <limits>
#include <new>
#include <unordered_map>
#include <utility>

#include "protocol/json.hpp"
#include "protocol/rid.hpp"

namespace actorgate::protocol {
namespace {

constexpr std::size_t max_short = std::numeric_limits<std::uint16_t>::max();

/// The members of an object value that mean something.
struct object_value {
  std::optional<std::string> rid;
  std::optional<std::string_view> data;
  json_type data_type = json_type::none;
  bool soft = false;
  bool deletes = false;
};

bool read_object_value(json_cursor& cursor, object_value& out) {
  return cursor.object([&out](std::string_view key, json_cursor& c) {
    if (key == "data") {
      out.data_type = c.peek();
      return (out.data = c.raw()).has_value();
    }
    if (c.peek() == json_type::null) return c.skip();
    if (key == "rid") return (out.rid = c.string()).has_value();
    if (key == "soft") {
      const auto soft = c.boolean();
      out.soft = soft.value_or(false);
      return soft.has_value();
    }
    if (key == "action") {
      out.deletes = c.string() == "delete";
      return out.deletes;
    }
    return c.skip();
  });
}

}  // namespace

value value::make(value_kind kind, std::string_view text, std::string_view rid, std::string_view key) {
  void* memory = ::operator new(sizeof(block) + key.size() + text.size() + rid.size());
  auto* b = ::new (memory) block{.text_size = static_cast<std::uint32_t>(text.size()),
                                 .key_size = static_cast<std::uint16_t>(key.size()),
                                 .rid_size = static_cast<std::uint16_t>(rid.size()),
                                 .kind = kind};
  auto* out = reinterpret_cast<char*>(b + 1);
  for (auto part : {key, text, rid}) {
    if (!part.empty()) std::memcpy(out, part.data(), part.size());
    out += part.size();
  }
  return value{boost::intrusive_ptr<const block>{b}};
}

void value::release(const block* b) noexcept {
  if (b->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  b->~block();
  ::operator delete(const_cast<block*>(b));
}

std::optional<value> value::read(json_cursor& cursor, std::string_view key, bool may_delete) {
  if (key.size() > max_short) return std::nullopt;
  const auto type = cursor.peek();
  const auto text = cursor.raw();
  if (!text || type == json_type::array) return std::nullopt;
  if (type != json_type::object) return make(value_kind::primitive, *text, {}, key);

  object_value object;
  json_cursor inside{*text};
  if (!read_object_value(inside, object)) return std::nullopt;
  if (int{object.rid.has_value()} + int{object.data.has_value()} + int{object.deletes} != 1)
    return std::nullopt;
  if (object.rid) {
    if (object.rid->size() > max_short || !is_valid_rid(*object.rid)) return std::nullopt;
    return make(object.soft ? value_kind::soft_reference : value_kind::reference, *text, *object.rid, key);
  }
  if (object.deletes) {
    if (!may_delete) return std::nullopt;
    return make(value_kind::deleted, *text, {}, key);
  }
  const bool nested = object.data_type == json_type::object || object.data_type == json_type::array;
  return nested ? make(value_kind::data, *text, {}, key) : make(value_kind::primitive, *object.data, {}, key);
}

bool value::same_as(const value& other) const {
  if (block_ == other.block_) return true;
  if (kind() != other.kind()) return false;
  const bool refers = kind() == value_kind::reference || kind() == value_kind::soft_reference;
  return refers ? rid() == other.rid() : text() == other.text();
}

std::optional<std::vector<value>> read_properties(json_cursor& cursor, bool may_delete) {
  std::vector<value> properties;
  std::unordered_map<std::string_view, std::size_t> positions;  // filled from the first key that needs it
  const auto position_of = [&](std::string_view key) -> std::size_t {
    constexpr std::size_t few = 16;
    if (properties.size() < few) {
      std::size_t i = 0;
      while (i < properties.size() && properties[i].key() != key) ++i;
      return i;
    }
    if (positions.empty()) {
      for (std::size_t i = 0; i < properties.size(); ++i) positions.emplace(properties[i].key(), i);
    }
    const auto known = positions.find(key);
    return known == positions.end() ? properties.size() : known->second;
  };
  const bool valid = cursor.object([&](std::string_view key, json_cursor& c) {
    auto property = value::read(c, key, may_delete);
    if (!property) return false;
    const auto position = position_of(property->key());
    if (position < properties.size()) {
      positions.erase(property->key());
      properties[position] = *std::move(property);
    } else {
      properties.push_back(*std::move(property));
    }
    if (!positions.empty()) positions.emplace(properties[position].key(), position);
    return true;
  });
  if (!valid) return std::nullopt;
  return properties;
}

std::optional<std::vector<value>> read_elements(json_cursor& cursor) {
  std::vector<value> elements;
  const bool valid = cursor.array([&](json_cursor& c) {
    auto element = value::read(c);
    if (element) elements.push_back(*std::move(element));
    return element.has_value();
  });
  if (!valid) return std::nullopt;
  return elements;
}

std::optional<std::string> read_reference(json_cursor& cursor) {
  const auto reference = value::read(cursor);
  if (!reference || reference->rid().empty()) return std::nullopt;
  return std::string{reference->rid()};
}

void append_properties(std::string& out, const std::vector<value>& properties) {
  out += '{';
  for (bool first = true; const auto& property : properties) {
    if (!std::exchange(first, false)) out += ',';
    append_quoted(out, property.key());
    out += ':';
    out += property.text();
  }
  out += '}';
}

void append_elements(std::string& out, const std::vector<value>& elements) {
  out += '[';
  for (bool first = true; const auto& element : elements) {
    if (!std::exchange(first, false)) out += ',';
    out += element.text();
  }
  out += ']';
}

}  // namespace actorgate::protocol
