#pragma once
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>

namespace actorgate::protocol {

class json_cursor;

/// What a value is (RES protocol, "Values"). `deleted` is the delete action of a change event.
enum class value_kind : std::uint8_t { primitive, reference, soft_reference, data, deleted };

/// A property of a model or an element of a collection: the JSON text that the service wrote, its kind, and
/// for a property its key. Immutable and shared; a copy costs a reference count, the object itself a pointer.
class value {
public:
  /// `text` is valid JSON of that kind; `rid` is that of a reference; `key` is the decoded key of a property.
  static value make(value_kind kind, std::string_view text, std::string_view rid = {},
                    std::string_view key = {});

  /// Reads one value as `key`'s, or nothing if it is none. A data value that holds a primitive becomes that
  /// primitive. A delete action is read only if `may_delete`.
  static std::optional<value> read(json_cursor& cursor, std::string_view key = {}, bool may_delete = false);

  value_kind kind() const { return block_->kind; }
  std::string_view key() const { return {bytes(), block_->key_size}; }
  /// The JSON text, as the service wrote it.
  std::string_view text() const { return {bytes() + block_->key_size, block_->text_size}; }
  /// The resource that a hard or soft reference refers to.
  std::string_view rid() const { return {bytes() + block_->key_size + block_->text_size, block_->rid_size}; }
  bool is_reference() const { return kind() == value_kind::reference; }

  /// Whether both mean the same to a client: the same resource, or byte-wise the same text. Keys do not
  /// count.
  bool same_as(const value& other) const;

private:
  struct block {
    mutable std::atomic<std::uint32_t> references{0};
    std::uint32_t text_size;
    std::uint16_t key_size;
    std::uint16_t rid_size;
    value_kind kind;
  };
  friend void intrusive_ptr_add_ref(const block* b) noexcept {
    b->references.fetch_add(1, std::memory_order_relaxed);
  }
  friend void intrusive_ptr_release(const block* b) noexcept { release(b); }
  static void release(const block* b) noexcept;
  explicit value(boost::intrusive_ptr<const block> b) : block_(std::move(b)) {}
  const char* bytes() const { return reinterpret_cast<const char*>(block_.get() + 1); }

  boost::intrusive_ptr<const block> block_;
};

/// Reads a JSON object as the properties of a model, in their order; a key given twice has its last value.
std::optional<std::vector<value>> read_properties(json_cursor& cursor, bool may_delete);
/// Reads a JSON array as the elements of a collection.
std::optional<std::vector<value>> read_elements(json_cursor& cursor);
/// Reads a resource reference, `{"rid": ...}`, and returns its rid.
std::optional<std::string> read_reference(json_cursor& cursor);

/// Appends values as a JSON object or array.
void append_properties(std::string& out, const std::vector<value>& properties);
void append_elements(std::string& out, const std::vector<value>& elements);

}  // namespace actorgate::protocol
