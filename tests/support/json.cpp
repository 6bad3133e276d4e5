#include "tests/support/json.hpp"

#include <algorithm>
#include <stdexcept>

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace actorgate::test {

/// Receives what RapidJSON reads.
class json_builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, json_builder> {
public:
  json root;

  bool Null() { return plain("null"); }
  bool Bool(bool b) { return plain(b ? "true" : "false"); }
  bool RawNumber(const char* s, rapidjson::SizeType n, bool) { return plain({s, n}); }
  bool String(const char* s, rapidjson::SizeType n, bool) {
    json value;
    value.kind_ = json::kind::string;
    value.text_.assign(s, n);
    return add(std::move(value));
  }
  bool StartObject() { return open(json::kind::object); }
  bool StartArray() { return open(json::kind::array); }
  bool Key(const char* s, rapidjson::SizeType n, bool) {
    keys_.back().assign(s, n);
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    std::stable_sort(open_.back().members_.begin(), open_.back().members_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    return close();
  }
  bool EndArray(rapidjson::SizeType) { return close(); }

private:
  bool plain(std::string_view text) {
    json value;
    value.text_ = text;
    return add(std::move(value));
  }
  bool open(json::kind k) {
    open_.emplace_back().kind_ = k;
    keys_.emplace_back();
    return true;
  }
  bool close() {
    json value = std::move(open_.back());
    open_.pop_back();
    keys_.pop_back();
    return add(std::move(value));
  }
  bool add(json value) {
    if (open_.empty()) {
      root = std::move(value);
    } else {
      open_.back().members_.emplace_back(keys_.back(), std::move(value));
    }
    return true;
  }

  std::vector<json> open_;
  std::vector<std::string> keys_;
};

namespace {

std::string quoted(std::string_view s) {
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer(out);
  writer.String(s.data(), static_cast<rapidjson::SizeType>(s.size()));
  return {out.GetString(), out.GetSize()};
}

std::string pointer_token(std::string_view token) {
  std::string result;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size()) {
      result += token[++i] == '1' ? '/' : '~';
    } else {
      result += token[i];
    }
  }
  return result;
}

}  // namespace

json json::parse(std::string_view text) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  json_builder builder;
  const auto result = reader.Parse<rapidjson::kParseNumbersAsStringsFlag>(stream, builder);
  if (!result) {
    throw std::runtime_error(std::string("not JSON (") + rapidjson::GetParseError_En(result.Code()) +
                             "): " + std::string(text));
  }
  return std::move(builder.root);
}

const json* json::find(std::string_view pointer) const {
  if (pointer.empty()) return this;
  const auto end = std::min(pointer.find('/', 1), pointer.size());
  const auto token = pointer_token(pointer.substr(1, end - 1));
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const auto& [name, value] = members_[i];
    if ((is_object() ? name : std::to_string(i)) == token) return value.find(pointer.substr(end));
  }
  return nullptr;
}

std::string json::canonical() const {
  if (kind_ == kind::plain) return text_;
  if (kind_ == kind::string) return quoted(text_);
  std::string result;
  for (const auto& [name, value] : members_) {
    if (!result.empty()) result += ',';
    if (is_object()) result += quoted(name) + ':';
    result += value.canonical();
  }
  return is_object() ? '{' + result + '}' : '[' + result + ']';
}

std::string json::text() const { return kind_ == kind::string ? text_ : canonical(); }

std::string canonical(std::string_view text) { return json::parse(text).canonical(); }

bool json_equal(std::string_view a, std::string_view b) { return canonical(a) == canonical(b); }

std::string json_at(std::string_view text, std::string_view pointer) {
  const auto root = json::parse(text);
  const auto* value = root.find(pointer);
  return value ? value->canonical() : "";
}

std::string text_at(std::string_view text, std::string_view pointer) {
  const auto root = json::parse(text);
  const auto* value = root.find(pointer);
  return value ? value->text() : "";
}

}  // namespace actorgate::test
