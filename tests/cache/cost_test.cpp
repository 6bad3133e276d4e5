// What must not cost more than it concerns, at sizes where it could not be overlooked: each case takes
// milliseconds, and seconds to minutes if every step looks at everything.
#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include "tests/cache/entry_dialogue.hpp"
#include "tests/cache/view_dialogue.hpp"

namespace actorgate::tests {
namespace {

using namespace std::chrono_literals;
const cache::entry::time start{};

std::string query(int i) { return "q=" + std::to_string(i); }
std::string child(int i) { return "c" + std::to_string(i); }

/// A service's collection root of `count` children.
struct family : view_dialogue {
  family(int count, std::string_view each) {
    std::string list;
    for (int i = 0; i < count; ++i) {
      has(child(i), each);
      list += (i ? "," : "[") + (R"({"rid":")" + child(i)) + R"("})";
    }
    has("root", list + ']');
  }
};
constexpr const char* refers_back = R"({"up":{"rid":"root"}})";

}  // namespace

TEST_CASE("a name with many queries costs what each of them does") {
  constexpr int count = 20'000;
  entry_dialogue d;
  std::uint64_t ticket = 1;
  for (int i = 0; i < count; ++i) d.open(1, query(i));
  for (int i = 0; i < count; ++i) CHECK(d.get(ticket++, "[]", query(i)).size() == 1);
  d.reset(true, false);
  for (int i = 0; i < count; ++i) CHECK(d.get(ticket++, protocol::errors::timeout()).empty());
  d.query_event();
  for (int i = 0; i < count; ++i) CHECK(d.query(ticket++, {{"rang", "1"}}).size() == 1);
  for (int i = 0; i < count; ++i) d.machine.close(1, query(i), start + i * 1s);
  for (int i = 1; i < count; ++i) CHECK(d.machine.expire(start + (i - 1) * 1s) == start + i * 1s);
  CHECK(d.machine.resources() == 1);
}

TEST_CASE("a tree whose children refer back loads in any order at the cost of its size") {
  constexpr int count = 32'000;
  family d{count, refers_back};
  d.subscribe(1, "root"), d.grant(1), d.loaded("root");
  for (int i = count - 1; i > 0; --i) CHECK(d.loaded(child(i)).empty());
  CHECK(d.loaded(child(0)).size() == 1);
}

TEST_CASE("a reference to something large that the client knows costs as much as one to something small") {
  family d{16'000, refers_back};
  d.has("holder", "[]");
  d.subscribed(1, "root"), d.subscribed(2, "holder");
  for (int i = 0; i < 3'000; ++i) CHECK(d.add("holder", R"({"idx":0,"value":{"rid":"c1"}})").size() == 1);
  for (int i = 0; i < 2'999; ++i) CHECK(d.remove("holder", 0).size() == 1);
}

TEST_CASE("a get of part of something large that the client knows costs no look at all of it") {
  family d{16'000, refers_back};
  d.subscribed(1, "root");
  d.get(2, "c1"), d.grant(2);
  for (int i = 0; i < 3'000; ++i) CHECK(d.get(3, "c1") == said{R"({"result":{},"id":3})"});
}

TEST_CASE("events of many resources that wait for the same go on at the cost of their number") {
  constexpr int count = 64'000;
  family d{count, "{}"};
  d.has("more", R"([{"rid":"root"},{"rid":"last"}])"), d.has("last", "{}");
  d.subscribe(1, "more"), d.grant(1), d.loaded("more"), d.loaded("root");
  for (int i = 0; i < count; ++i) d.loaded(child(i));
  for (int i = 0; i < count; ++i) d.rang(child(i));
  CHECK(d.loaded("last").size() == 1 + count);
}

TEST_CASE("references of one who has many come and go at the cost of their number") {
  constexpr std::size_t count = 100'000;
  cache::reference_graph graph;
  cache::subscription from{"from"};
  std::vector<std::unique_ptr<cache::subscription>> to;
  for (std::size_t i = 0; i < count; ++i) to.push_back(std::make_unique<cache::subscription>(child(1)));
  for (auto& each : to) graph.link(from, *each);
  for (auto& each : to) graph.unlink(from, *each);
  CHECK(from.references.empty());
}

}  // namespace actorgate::tests
