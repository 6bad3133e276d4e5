#include "main/config_file.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "main/option_table.hpp"
#include "main/value.hpp"

namespace actorgate {
namespace {

using json = rapidjson::Value;
using writer = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

std::string_view view(const json& text) { return {text.GetString(), text.GetStringLength()}; }

std::string to_text(const json& value) {
  if (!value.IsString()) throw configuration_error("must be a string");
  return std::string(view(value));
}

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ";") + part;
  return text;
}

/// Sets one value, which is not null.
struct setter {
  configuration& to;
  const json& value;

  void operator()(command) const {}
  void operator()(std::string configuration::*where) const { to.*where = to_text(value); }
  void operator()(std::optional<std::string> configuration::*where) const { to.*where = to_text(value); }
  void operator()(bool configuration::*where) const {
    if (!value.IsBool()) throw configuration_error("must be true or false");
    to.*where = value.GetBool();
  }
  void operator()(int configuration::*where) const {
    if (!value.IsInt()) throw configuration_error("must be a whole number");
    to.*where = value.GetInt();
  }
  void operator()(std::uint16_t configuration::*where) const {
    if (!value.IsUint() || value.GetUint() > std::numeric_limits<std::uint16_t>::max()) {
      throw configuration_error("must be a number from 0 to 65535");
    }
    to.*where = static_cast<std::uint16_t>(value.GetUint());
  }
  void operator()(std::vector<std::string> configuration::*where) const {
    const auto is_text = [](const json& entry) { return entry.IsString(); };
    if (!value.IsArray() || !std::all_of(value.Begin(), value.End(), is_text)) {
      throw configuration_error("must be an array of strings");
    }
    (to.*where).clear();
    for (const auto& entry : value.GetArray()) (to.*where).push_back(to_text(entry));
  }
  void operator()(origin_list configuration::*where) const {
    (to.*where).origins = split_list(to_text(value));
  }
};

/// Writes one value.
struct getter {
  const configuration& from;
  writer& out;

  void write(std::string_view text) const {
    out.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }

  void operator()(command) const {}
  void operator()(std::string configuration::*where) const { write(from.*where); }
  void operator()(std::optional<std::string> configuration::*where) const {
    const auto& text = from.*where;
    if (text)
      write(*text);
    else
      out.Null();
  }
  void operator()(bool configuration::*where) const { out.Bool(from.*where); }
  void operator()(int configuration::*where) const { out.Int(from.*where); }
  void operator()(std::uint16_t configuration::*where) const { out.Uint(from.*where); }
  void operator()(std::vector<std::string> configuration::*where) const {
    out.StartArray();
    for (const auto& entry : from.*where) write(entry);
    out.EndArray();
  }
  void operator()(origin_list configuration::*where) const { write(join((from.*where).origins)); }
};

}  // namespace

std::vector<std::string> apply_config_file(std::string_view text, configuration& to) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (document.HasParseError()) {
    throw configuration_error(
        "is no JSON: " + std::string(rapidjson::GetParseError_En(document.GetParseError())) + " (at byte " +
        std::to_string(document.GetErrorOffset()) + ")");
  }
  if (!document.IsObject()) throw configuration_error("is no JSON object");
  std::vector<std::string> unknown;
  std::set<const option*> by_alias;
  for (const auto& member : document.GetObject()) {
    const std::string key(view(member.name));
    const auto* what = find_key(key);
    if (!what) unknown.push_back(key);
    if (!what || member.value.IsNull()) continue;
    // Files that Resgate wrote name the certificate twice once somebody follows its documentation.
    const bool is_alias = what->key.size() != key.size();
    const bool is_empty = member.value.IsString() && member.value.GetStringLength() == 0;
    if (is_empty && (is_alias || by_alias.contains(what))) continue;
    if (is_alias) by_alias.insert(what);
    try {
      std::visit(setter{to, member.value}, what->where);
    } catch (const configuration_error& e) {
      throw configuration_error(key + " " + e.what());
    }
  }
  return unknown;
}

std::string write_config_file(const configuration& from) {
  rapidjson::StringBuffer text;
  writer out{text};
  out.SetIndent(' ', 2);
  out.StartObject();
  for (const auto& o : option_table()) {
    if (o.key.empty()) continue;
    out.Key(o.key.data(), static_cast<rapidjson::SizeType>(o.key.size()));
    std::visit(getter{from, out}, o.where);
  }
  out.EndObject();
  return std::string(text.GetString(), text.GetSize()) + '\n';
}

}  // namespace actorgate
