#include "cache/resource_tree.hpp"

#include <utility>

#include "protocol/http_path.hpp"
#include "protocol/json.hpp"
#include "protocol/value.hpp"

namespace actorgate::cache {

using protocol::json_cursor;
using protocol::json_type;
using protocol::value;
using protocol::value_kind;

namespace {

/// Of resources within each other: far from the end of a thread's stack, and from what JSON readers take.
constexpr std::size_t max_depth = 256;

/// What is inside of a data value.
std::string_view data_of(std::string_view text) {
  std::string_view inner;
  json_cursor cursor{text};
  cursor.object([&inner](std::string_view key, json_cursor& c) {
    const auto member = c.raw();
    if (member && key == "data") inner = *member;
    return member.has_value();
  });
  return inner;
}

}  // namespace

resource_tree::resource_tree(std::string rid, std::size_t limit) : root_(std::move(rid)), limit_(limit) {
  nodes_.push_back({root_, nullptr, nullptr});
  slots_.emplace(root_, 1);
}

std::optional<resource_tree::wanted> resource_tree::next() {
  if (asked_ == nodes_.size()) return std::nullopt;
  const auto& n = nodes_[asked_++];
  return wanted{static_cast<slot_id>(asked_), n.rid};
}

void resource_tree::on_loaded(slot_id slot, snapshot_ptr content) {
  auto& n = nodes_.at(slot - 1);
  if (n.content || n.why) return;
  n.content = std::move(content);
  --open_;
  for (const auto& rid : n.content->references) {
    if (nodes_.size() >= limit_) return;
    if (!slots_.emplace(rid, static_cast<slot_id>(nodes_.size() + 1)).second) continue;
    nodes_.push_back({rid, nullptr, nullptr});
    ++open_;
  }
}

void resource_tree::on_failed(slot_id slot, std::shared_ptr<const protocol::error> why) {
  auto& n = nodes_.at(slot - 1);
  if (n.content || n.why) return;
  n.why = std::move(why);
  --open_;
}

// -- encoding -----------------------------------------------------------------

class resource_tree::writer {
public:
  writer(const resource_tree& tree, encoding how, std::string_view api_path, std::size_t max_size)
      : tree_(tree), how_(how), api_path_(api_path), max_size_(max_size), shown_(tree.nodes_.size(), false) {}

  std::optional<std::string> write() {
    show(1);
    if (out_.size() > max_size_) return std::nullopt;
    return std::move(out_);
  }

private:
  /// The content of a resource that has one.
  void show(slot_id slot) {
    const auto& content = *tree_.nodes_[slot - 1].content;
    // Most resources consist of plain values.
    if (content.json.view().find('{', 1) == std::string::npos) {
      out_ += content.json;
      return;
    }
    shown_[slot - 1] = true;
    ++depth_;
    json_cursor cursor{content.json};
    bool first = true;
    if (content.is_model) {
      out_ += '{';
      cursor.object([&](std::string_view key, json_cursor& c) {
        if (!std::exchange(first, false)) out_ += ',';
        protocol::append_quoted(out_, key);
        out_ += ':';
        return show_value(c);
      });
      out_ += '}';
    } else {
      out_ += '[';
      cursor.array([&](json_cursor& c) {
        if (!std::exchange(first, false)) out_ += ',';
        return show_value(c);
      });
      out_ += ']';
    }
    --depth_;
    shown_[slot - 1] = false;
  }

  /// False if it is not worth going on.
  bool show_value(json_cursor& cursor) {
    if (cursor.peek() != json_type::object) {
      out_ += cursor.raw().value_or(std::string_view{});
      return out_.size() <= max_size_;
    }
    const auto v = value::read(cursor);
    if (!v) return false;
    switch (v->kind()) {
      case value_kind::reference:
        show_reference(v->rid());
        break;
      case value_kind::soft_reference:
        out_ += '{';
        show_address(v->rid());
        out_ += '}';
        break;
      case value_kind::data:
        out_ += data_of(v->text());
        break;
      default:
        out_ += v->text();
    }
    return out_.size() <= max_size_;
  }

  void show_reference(std::string_view rid) {
    const auto found = tree_.slots_.find(rid);
    const auto slot = found == tree_.slots_.end() ? no_slot : found->second;
    const bool follow = slot != no_slot && !shown_[slot - 1] && depth_ < max_depth;
    const auto* n = follow ? &tree_.nodes_[slot - 1] : nullptr;
    if (how_ == encoding::jsonflat && n) {
      n->why ? append_json(out_, *n->why) : show(slot);
      return;
    }
    out_ += '{';
    show_address(rid);
    if (n && n->why) {
      out_ += R"(,"error":)";
      append_json(out_, *n->why);
    } else if (n) {
      out_ += n->content->is_model ? R"(,"model":)" : R"(,"collection":)";
      show(slot);
    }
    out_ += '}';
  }

  void show_address(std::string_view rid) {
    out_ += R"("href":)";
    protocol::append_quoted(out_, protocol::path_of_rid(rid, api_path_));
  }

  const resource_tree& tree_;
  const encoding how_;
  const std::string_view api_path_;
  const std::size_t max_size_;
  std::vector<bool> shown_;  ///< by node: is being shown, around what is written now
  std::string out_;
  std::size_t depth_ = 0;
};

std::optional<std::string> resource_tree::encode(encoding how, std::string_view api_path,
                                                 std::size_t max_size) const {
  return writer{*this, how, api_path, max_size}.write();
}

}  // namespace actorgate::cache
