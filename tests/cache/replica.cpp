#include "tests/cache/replica.hpp"

#include <algorithm>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace actorgate::tests {
namespace {

std::string to_text(const rapidjson::Value& value) {
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer{out};
  value.Accept(writer);
  return out.GetString();
}

/// The rid of a hard reference; empty for any other value.
std::string reference_of(const std::string& text) {
  rapidjson::Document value;
  value.Parse(text.c_str());
  if (!value.IsObject() || !value.HasMember("rid") || value.HasMember("soft")) return {};
  return value["rid"].GetString();
}

}  // namespace

std::vector<std::string> replica::resource::references() const {
  std::vector<std::string> all;
  const auto note = [&all](const std::string& text) {
    if (auto rid = reference_of(text); !rid.empty()) all.push_back(std::move(rid));
  };
  for (const auto& [key, text] : properties) note(text);
  for (const auto& text : elements) note(text);
  return all;
}

std::uint64_t replica::direct(const std::string& rid) const {
  const auto found = direct_.find(rid);
  return found == direct_.end() ? 0 : found->second;
}

void replica::on_message(std::string_view text) {
  rapidjson::Document message;
  message.Parse(text.data(), text.size());
  if (message.HasParseError() || !message.IsObject()) return complain("no JSON object: " + std::string{text});
  if (message.HasMember("event")) {
    const std::string event = message["event"].GetString();
    const auto dot = event.rfind('.');
    on_event(event.substr(0, dot), event.substr(dot + 1), message["data"]);
  } else {
    const auto asked = requests_.find(message["id"].GetUint64());
    if (asked == requests_.end()) return complain("answer to no request: " + std::string{text});
    if (!message.HasMember("error")) on_result(asked->second, message);
    requests_.erase(asked);
  }
  forget_unreachable();
  for (const auto& [rid, each] : known_) {
    for (const auto& to : each.references()) {
      if (!known_.contains(to)) complain(rid + " refers to " + to + ", which was never sent");
    }
  }
}

void replica::on_result(const waiting& asked, const rapidjson::Value& message) {
  if (asked.what == request::unsubscribe) {
    auto& count = direct_[asked.rid];
    count -= std::min(count, asked.count);
    if (message.HasMember("result")) complain("an unsubscribe has a result");
    return;
  }
  auto news = read_set(message["result"]);
  if (asked.what == request::get) {
    for (const auto& [rid, each] : news) {
      const auto had = known_.find(rid);
      if (had != known_.end() && !had->second.dead) complain("a get brought " + rid + ", which was known");
    }
    return expect_complete(asked.rid, news);
  }
  if (asked.what == request::response && news.contains(asked.rid) && news[asked.rid].is == kind::error)
    return;
  learn(std::move(news));
  ++direct_[asked.rid];
  if (!known_.contains(asked.rid)) complain("a subscribe did not bring " + asked.rid);
}

void replica::on_event(const std::string& rid, const std::string& name, const rapidjson::Value& data) {
  const auto found = known_.find(rid);
  if (found == known_.end()) return complain("event " + name + " on " + rid + ", which is not known");
  if (name == "unsubscribe") {
    if (direct(rid) == 0) complain("unsubscribe event on " + rid + ", which is not direct");
    direct_[rid] = 0;
    return;
  }
  auto& on = found->second;
  if (on.dead || on.is == kind::error) return complain("event " + name + " on " + rid + ", which is dead");
  if (name == "delete") {
    on.dead = true;
  } else if (name == "change") {
    learn(read_set(data));
    for (const auto& member : data["values"].GetObject()) {
      const bool deletes = member.value.IsObject() && member.value.HasMember("action");
      if (!deletes) {
        on.properties[member.name.GetString()] = to_text(member.value);
      } else if (on.properties.erase(member.name.GetString()) == 0) {
        complain("deletes a property that " + rid + " does not have");
      }
    }
  } else if (name == "add") {
    learn(read_set(data));
    const auto index = data["idx"].GetUint();
    if (index > on.elements.size()) return complain("adds beyond the end of " + rid);
    on.elements.insert(on.elements.begin() + index, to_text(data["value"]));
  } else if (name == "remove") {
    const auto index = data["idx"].GetUint();
    if (index >= on.elements.size()) return complain("removes beyond the end of " + rid);
    on.elements.erase(on.elements.begin() + index);
  }
}

replica::resources replica::read_set(const rapidjson::Value& from) const {
  resources set;
  if (from.HasMember("models")) {
    for (const auto& model : from["models"].GetObject()) {
      auto& to = set[model.name.GetString()];
      to.is = kind::model;
      for (const auto& each : model.value.GetObject())
        to.properties[each.name.GetString()] = to_text(each.value);
    }
  }
  if (from.HasMember("collections")) {
    for (const auto& collection : from["collections"].GetObject()) {
      auto& to = set[collection.name.GetString()];
      to.is = kind::collection;
      for (const auto& each : collection.value.GetArray()) to.elements.push_back(to_text(each));
    }
  }
  if (from.HasMember("errors")) {
    for (const auto& error : from["errors"].GetObject()) set[error.name.GetString()].is = kind::error;
  }
  return set;
}

void replica::learn(resources news) {
  for (auto& [rid, each] : news) {
    const auto had = known_.find(rid);
    if (had != known_.end() && !had->second.dead) complain(rid + " was sent, but is known");
    known_[rid] = std::move(each);
  }
}

/// Whether everything that `root` reaches is in the set, or known.
void replica::expect_complete(const std::string& root, const resources& news) {
  std::set<std::string> seen;
  std::vector<std::string> open{root};
  while (!open.empty()) {
    const auto rid = std::move(open.back());
    open.pop_back();
    if (!seen.insert(rid).second) continue;
    const auto fresh = news.find(rid);
    const auto had = known_.find(rid);
    if (fresh == news.end() && had == known_.end()) {
      complain("a get of " + root + " did not bring " + rid);
      continue;
    }
    for (auto& to : (fresh != news.end() ? fresh : had)->second.references()) open.push_back(std::move(to));
  }
}

void replica::forget_unreachable() {
  std::set<std::string> reached;
  std::vector<std::string> open;
  for (const auto& [rid, count] : direct_) {
    if (count > 0) open.push_back(rid);
  }
  while (!open.empty()) {
    const auto rid = std::move(open.back());
    open.pop_back();
    const auto found = known_.find(rid);
    if (found == known_.end() || !reached.insert(rid).second) continue;
    for (auto& to : found->second.references()) open.push_back(std::move(to));
  }
  std::erase_if(known_, [&reached](const auto& each) { return !reached.contains(each.first); });
}

}  // namespace actorgate::tests
