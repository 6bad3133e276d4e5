#include "tests/gateway/soak_world.hpp"

#include <algorithm>

namespace actorgate::test {
namespace {

using tests::replica;

constexpr const char* keys[] = {"a", "b", "c", "d"};
const std::string prefix = "test.";

std::string marking(std::size_t number) { return "\"mark" + std::to_string(number) + '"'; }

}  // namespace

soak_world::soak_world(stage& s, std::uint32_t seed, soak_temper temper, std::size_t resources)
    : stage_(s), temper_(temper), random_(seed) {
  for (std::size_t i = 0; i < resources; ++i) names_.push_back("r" + std::to_string(i));
  for (std::size_t i = 0; i < resources; ++i) {
    auto& r = resources_[names_[i]];
    r.is_model = i % 3 > 0;
    fill(r);
  }
}

void soak_world::open() {
  const std::lock_guard lock{mutex_};
  for (const auto& name : names_) serve(name);
}

std::string soak_world::pick_rid() {
  const std::lock_guard lock{mutex_};
  return prefix + any();
}

// -- what clients ask ---------------------------------------------------------

void soak_world::serve(const std::string& name) {
  auto& service = stage_.test;
  service.on("access.test." + name, [this, &r = resources_[name]](const request& q) {
    const std::lock_guard lock{mutex_};
    r.open ? q.result(R"({"get":true,"call":"*"})") : q.error("system.accessDenied", "Access denied");
  });
  service.on("get.test." + name, [this, name](const request& q) {
    const std::lock_guard lock{mutex_};
    if (prompt_ || chance(70)) return answer_get(name, q);
    waiting_.emplace_back(name, q);
  });
  service.on("call.test." + name + ".touch", [this, name, &r = resources_[name]](const request& q) {
    const std::lock_guard lock{mutex_};
    change(name);
    q.result(std::to_string(r.changes));
  });
  service.on("call.test." + name + ".lead",
             [](const request& q) { q.reply("{\"resource\":" + json_at(q.payload, "/params") + '}'); });
}

std::string soak_world::content(const resource& r) {
  std::string text;
  for (const auto& [key, value] : r.properties) text += (text.empty() ? "\"" : ",\"") + key + "\":" + value;
  for (const auto& value : r.elements) text += (text.empty() ? "" : ",") + value;
  return r.is_model ? "{\"model\":{" + text + "}}" : "{\"collection\":[" + text + "]}";
}

void soak_world::answer_get(const std::string& name, const request& q) {
  const auto& r = resources_.at(name);
  r.exists ? q.result(content(r)) : q.error("system.notFound", "Not found");
}

void soak_world::answer_first() {
  if (waiting_.empty()) return;
  const auto [name, q] = std::move(waiting_.front());
  waiting_.pop_front();
  answer_get(name, q);
}

void soak_world::answer_all() {
  const std::lock_guard lock{mutex_};
  prompt_ = true;
  while (!waiting_.empty()) answer_first();
}

// -- what happens -------------------------------------------------------------

void soak_world::step() {
  const std::lock_guard lock{mutex_};
  prompt_ = false;
  if (chance(40)) answer_first();
  if (temper_.resets && chance(4)) return reset();
  if (temper_.deletes && chance(5)) return come_or_go(any());
  if (temper_.denials && chance(6)) return flip(any());
  const auto& name = any();
  if (chance(85)) return change(name);
  auto& r = resources_.at(name);
  stage_.test.event(name, "ring", "{\"ring\":" + std::to_string(++r.rings) + '}');
}

std::string soak_world::random_value() {
  const auto dice = below(100);
  const auto rid = "{\"rid\":\"" + prefix + any() + '"';
  if (dice < 26) return rid + '}';
  if (dice < 32) return rid + R"(,"soft":true})";
  if (dice < 40) return R"({"data":{"deep":[)" + std::to_string(below(5)) + "]}}";
  return std::to_string(below(5));
}

void soak_world::fill(resource& r) {
  r.properties.clear();
  r.elements.clear();
  if (!r.is_model) {
    for (auto count = below(5); count > 0; --count) r.elements.push_back(random_value());
    return;
  }
  r.properties["n"] = std::to_string(++r.changes);
  for (const auto* key : keys) {
    if (chance(60)) r.properties[key] = random_value();
  }
}

void soak_world::change(const std::string& name) {
  auto& r = resources_.at(name);
  if (!r.exists) return;
  if (!r.is_model) return change_collection(name, r);
  stage_.test.event(name, "change", "{\"values\":{" + change_model(r) + "}}");
}

std::string soak_world::change_model(resource& r) {
  const auto n = r.properties["n"] = std::to_string(++r.changes);
  auto values = "\"n\":" + n;
  for (const std::string key : keys) {
    if (chance(60)) continue;
    values += ",\"" + key + "\":";
    if (chance(30)) {
      r.properties.erase(key);
      values += R"({"action":"delete"})";
    } else {
      values += r.properties[key] = random_value();
    }
  }
  return values;
}

void soak_world::change_collection(const std::string& name, resource& r) {
  auto& all = r.elements;
  if (!all.empty() && chance(10 * static_cast<int>(all.size()))) {
    const auto place = below(all.size());
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(place));
    return stage_.test.event(name, "remove", "{\"idx\":" + std::to_string(place) + '}');
  }
  const auto place = below(all.size() + 1);
  const auto value = random_value();
  all.insert(all.begin() + static_cast<std::ptrdiff_t>(place), value);
  stage_.test.event(name, "add", "{\"idx\":" + std::to_string(place) + ",\"value\":" + value + '}');
}

void soak_world::come_or_go(const std::string& name) {
  auto& r = resources_.at(name);
  r.exists = !r.exists;
  if (r.exists) fill(r);
  stage_.test.event(name, r.exists ? "create" : "delete");
}

/// Opens it to everybody, or closes it, and says so.
void soak_world::flip(const std::string& name) {
  auto& r = resources_.at(name);
  r.open = !r.open;
  chance(70) ? stage_.test.event(name, "reaccess") : stage_.reset({}, name);
}

/// Some change without a word.
void soak_world::reset() {
  for (auto count = below(4); count > 0; --count) {
    const auto& name = any();
    auto& r = resources_.at(name);
    if (temper_.deletes && chance(10)) r.exists = !r.exists;
    fill(r);
    if (chance(50)) stage_.reset(name);
  }
  stage_.reset(chance(50) ? ">" : "*");
}

// -- the end ------------------------------------------------------------------

void soak_world::fence(std::size_t number) {
  const std::lock_guard lock{mutex_};
  for (const auto& name : names_) stage_.test.event(name, "fence", std::to_string(number));
}

void soak_world::mark(std::size_t number) {
  const std::lock_guard lock{mutex_};
  for (auto& [name, r] : resources_) {
    if (r.is_model) {
      r.properties["mark"] = marking(number);
    } else {
      r.elements.push_back(marking(number));
    }
  }
  stage_.reset(">", ">");
}

bool soak_world::is_marked(const replica::resource& known, std::size_t number) {
  const auto text = marking(number);
  const auto mark = known.properties.find("mark");
  return mark != known.properties.end() ? mark->second == text : std::ranges::count(known.elements, text) > 0;
}

std::vector<std::string> soak_world::judge(const replica& client) const {
  const std::lock_guard lock{mutex_};
  auto wrong = client.complaints();
  for (const auto& [rid, count] : client.direct()) {
    if (count == 0) continue;
    const auto known = client.known().find(rid);
    const bool alive =
        known != client.known().end() && !known->second.dead && known->second.is != replica::kind::error;
    if (!alive) wrong.push_back(rid + " is direct, but not alive");
    if (!resources_.at(rid.substr(prefix.size())).open) wrong.push_back(rid + " is direct, but denied");
  }
  for (const auto& [rid, known] : client.known()) {
    const auto& truth = resources_.at(rid.substr(prefix.size()));
    if (known.dead || known.is == replica::kind::error) {
      if (!temper_.deletes) wrong.push_back(rid + " is not alive");
    } else if (!truth.exists) {
      wrong.push_back(rid + " does not exist");
    } else if (known.properties != truth.properties || known.elements != truth.elements) {
      wrong.push_back(rid + " is not " + content(truth));
    }
  }
  return wrong;
}

}  // namespace actorgate::test
