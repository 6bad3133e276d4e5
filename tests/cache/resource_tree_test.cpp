#include "cache/resource_tree.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "protocol/json.hpp"
#include "tests/cache/content.hpp"

using namespace actorgate;
using namespace actorgate::tests;
using cache::resource_tree;
using encoding = resource_tree::encoding;

namespace {

constexpr std::size_t no_limit = 1u << 30;

cache::snapshot_ptr snapshot(std::string_view json) { return cache::resource{content(json)}.current(); }

std::shared_ptr<const protocol::error> broken() {
  return std::make_shared<const protocol::error>(protocol::error{"test.broken", "Broken", "[1.50]"});
}

/// What services have; what they do not have is broken.
struct world {
  std::map<std::string, std::string> resources;

  /// Answers all that the tree wants, in the order in which it wants it; returns that order.
  std::string load(resource_tree& tree) const {
    std::string order;
    while (const auto wanted = tree.next()) {
      order += (order.empty() ? "" : " ") + std::string{wanted->rid};
      const auto found = resources.find(std::string{wanted->rid});
      found == resources.end() ? tree.on_failed(wanted->slot, broken())
                               : tree.on_loaded(wanted->slot, snapshot(found->second));
    }
    CHECK(tree.complete());
    return order;
  }
  std::string shown(const std::string& rid, encoding how, std::string_view api_path = "/api/") const {
    resource_tree tree{rid};
    load(tree);
    return tree.encode(how, api_path, no_limit).value_or("nothing");
  }
};

/// A chain of so many models: r1 refers to r2, and so on.
world chain(int length) {
  world w;
  for (int i = 1; i <= length; ++i) {
    w.resources["r" + std::to_string(i)] = R"({"next":{"rid":"r)" + std::to_string(i + 1) + R"("}})";
  }
  w.resources["r" + std::to_string(length)] = "{}";
  return w;
}

/// Each refers twice to the next: written out, the tree has 2^length leaves.
world doubling(int length) {
  world w;
  for (int i = 0; i < length; ++i) {
    const auto next = R"({"rid":"d)" + std::to_string(i + 1) + R"("})";
    w.resources["d" + std::to_string(i)] = "[" + next + "," + next + "]";
  }
  w.resources["d" + std::to_string(length)] = R"(["leaf"])";
  return w;
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("a resource is shown with all that it refers to") {
  const world w{{
      {"plain", R"({"a":1,"b":null,"c":"["})"},
      {"list", R"(["x",{"rid":"plain"},2])"},
      {"one", R"({"list":{"rid":"list"},"n":1})"},
      {"twice", R"([{"rid":"plain"},{"rid":"plain"}])"},
      {"left", R"({"bottom":{"rid":"plain"}})"},
      {"diamond", R"({"left":{"rid":"left"},"right":{"rid":"left"}})"},
      {"lost", R"({"a":{"rid":"none"}})"},
      {"losses", R"([{"rid":"none"},{"rid":"none"}])"},
      {"soft", R"([{"rid":"plain","soft":true},{"rid":"none","soft":true}])"},
      {"empty", "{}"},
      {"hollow", R"([{"rid":"empty"},{"rid":"nil"}])"},
      {"nil", "[]"},
  }};
  struct row {
    std::string rid, json, flat;
  };
  const row table[] = {
      {"empty", "{}", "{}"},
      {"nil", "[]", "[]"},
      {"list", R"(["x",{"href":"/api/plain","model":{"a":1,"b":null,"c":"["}},2])",
       R"(["x",{"a":1,"b":null,"c":"["},2])"},
      {"one",
       R"({"list":{"href":"/api/list","collection":["x",{"href":"/api/plain","model":{"a":1,"b":null,"c":"["}},2]},"n":1})",
       R"({"list":["x",{"a":1,"b":null,"c":"["},2],"n":1})"},
      {"twice",
       R"([{"href":"/api/plain","model":{"a":1,"b":null,"c":"["}},{"href":"/api/plain","model":{"a":1,"b":null,"c":"["}}])",
       R"([{"a":1,"b":null,"c":"["},{"a":1,"b":null,"c":"["}])"},
      {"diamond",
       R"({"left":{"href":"/api/left","model":{"bottom":{"href":"/api/plain","model":{"a":1,"b":null,"c":"["}}}},)"
       R"("right":{"href":"/api/left","model":{"bottom":{"href":"/api/plain","model":{"a":1,"b":null,"c":"["}}}}})",
       R"({"left":{"bottom":{"a":1,"b":null,"c":"["}},"right":{"bottom":{"a":1,"b":null,"c":"["}}})"},
      {"hollow", R"([{"href":"/api/empty","model":{}},{"href":"/api/nil","collection":[]}])", "[{},[]]"},
      {"lost",
       R"({"a":{"href":"/api/none","error":{"code":"test.broken","message":"Broken","data":[1.50]}}})",
       R"({"a":{"code":"test.broken","message":"Broken","data":[1.50]}})"},
      {"losses",
       R"([{"href":"/api/none","error":{"code":"test.broken","message":"Broken","data":[1.50]}},)"
       R"({"href":"/api/none","error":{"code":"test.broken","message":"Broken","data":[1.50]}}])",
       R"([{"code":"test.broken","message":"Broken","data":[1.50]},{"code":"test.broken","message":"Broken","data":[1.50]}])"},
      {"soft", R"([{"href":"/api/plain"},{"href":"/api/none"}])",
       R"([{"href":"/api/plain"},{"href":"/api/none"}])"},
  };
  for (const auto& [rid, json, flat] : table) {
    CAPTURE(rid);
    CHECK(w.shown(rid, encoding::json) == json);
    CHECK(w.shown(rid, encoding::jsonflat) == flat);
  }
}

TEST_CASE("a reference back to what is being shown is only its address") {
  const world w{{
      {"self", R"({"me":{"rid":"self"}})"},
      {"a", R"({"b":{"rid":"b"}})"},
      {"b", R"(["x",{"rid":"c"}])"},
      {"c", R"({"a":{"rid":"a"},"b":{"rid":"b"},"leaf":{"rid":"leaf"}})"},
      {"leaf", R"({"up":{"rid":"c"}})"},
      {"both", R"([{"rid":"self"},{"rid":"self"}])"},
  }};
  struct row {
    std::string rid, json, flat;
  };
  const row table[] = {
      {"self", R"({"me":{"href":"/api/self"}})", R"({"me":{"href":"/api/self"}})"},
      {"a",
       R"({"b":{"href":"/api/b","collection":["x",{"href":"/api/c","model":{"a":{"href":"/api/a"},"b":{"href":"/api/b"},)"
       R"("leaf":{"href":"/api/leaf","model":{"up":{"href":"/api/c"}}}}}]}})",
       R"({"b":["x",{"a":{"href":"/api/a"},"b":{"href":"/api/b"},"leaf":{"up":{"href":"/api/c"}}}]})"},
      {"both",
       R"([{"href":"/api/self","model":{"me":{"href":"/api/self"}}},{"href":"/api/self","model":{"me":{"href":"/api/self"}}}])",
       R"([{"me":{"href":"/api/self"}},{"me":{"href":"/api/self"}}])"},
  };
  for (const auto& [rid, json, flat] : table) {
    CAPTURE(rid);
    CHECK(w.shown(rid, encoding::json) == json);
    CHECK(w.shown(rid, encoding::jsonflat) == flat);
  }
}

TEST_CASE("each resource is wanted once, when it is known that it is referred to") {
  const world w{{
      {"a", R"({"1":{"rid":"b"},"2":{"rid":"c"},"3":{"rid":"b"},"4":{"rid":"a"}})"},
      {"b", R"([{"rid":"d"},{"rid":"c"},{"rid":"soft","soft":true}])"},
      {"c", R"([{"rid":"d"},{"rid":"e"}])"},
      {"d", "{}"},
      {"e", R"({"back":{"rid":"a"}})"},
  }};
  resource_tree tree{"a"};
  CHECK(w.load(tree) == "a b c d e");
  CHECK_FALSE(tree.next());
}

TEST_CASE("a tree is complete when everything has been answered, in any order") {
  resource_tree tree{"a"};
  REQUIRE(tree.next()->slot == 1);
  CHECK_FALSE(tree.next());
  CHECK_FALSE(tree.complete());
  tree.on_loaded(1, snapshot(R"([{"rid":"b"},{"rid":"c"}])"));
  CHECK_FALSE(tree.complete());
  const auto b = tree.next()->slot, c = tree.next()->slot;
  tree.on_loaded(c, snapshot(R"({"n":1})"));
  CHECK_FALSE(tree.complete());
  tree.on_failed(b, broken());
  CHECK(tree.complete());
  CHECK(tree.failure() == nullptr);
  CHECK(tree.encode(encoding::jsonflat, "/", no_limit) ==
        R"([{"code":"test.broken","message":"Broken","data":[1.50]},{"n":1}])");
}

TEST_CASE("without its root there is no tree") {
  resource_tree tree{"a"};
  tree.next();
  CHECK(tree.failure() == nullptr);
  tree.on_failed(1, broken());
  CHECK(tree.complete());
  CHECK_FALSE(tree.next());
  REQUIRE(tree.failure() != nullptr);
  CHECK(tree.failure()->code == "test.broken");
}

TEST_CASE("the first answer counts, and what comes late changes nothing") {
  const auto loaded = snapshot(R"({"a":{"rid":"b"}})"), other = snapshot(R"([{"rid":"x"},{"rid":"y"}])");
  resource_tree tree{"a"};
  tree.next();
  tree.on_loaded(1, loaded);
  tree.on_loaded(1, other);
  tree.on_failed(1, broken());
  CHECK(tree.failure() == nullptr);
  const auto b = tree.next();
  REQUIRE(b);
  CHECK(b->rid == "b");
  CHECK_FALSE(tree.next());
  CHECK_FALSE(tree.complete());
  tree.on_failed(b->slot, broken());
  tree.on_loaded(b->slot, other);
  tree.on_failed(b->slot, std::make_shared<const protocol::error>(protocol::errors::timeout()));
  CHECK(tree.complete());
  CHECK_FALSE(tree.next());
  CHECK(tree.encode(encoding::jsonflat, "/", no_limit) ==
        R"({"a":{"code":"test.broken","message":"Broken","data":[1.50]}})");
}

TEST_CASE("data values are shown unwrapped, as they were written") {
  struct row {
    std::string data, shown;
  };
  const row table[] = {
      {R"({"data":{"a":[1,{"b":2}]}})", R"({"a":[1,{"b":2}]})"},
      {R"({"data":[1.10,-0,1E+400,12345678901234567890]})", "[1.10,-0,1E+400,12345678901234567890]"},
      {R"({"data":{"rid":"not.one"}})", R"({"rid":"not.one"})"},
      {R"({"data":{"data":{"data":[]}}})", R"({"data":{"data":[]}})"},
      {R"({"data":{"\u0061":"\/\ud83d\ude00"}})", R"({"\u0061":"\/\ud83d\ude00"})"},
      {R"({"\u0064ata":["x"]})", R"(["x"])"},
      {R"({ "data" : [ 1 ] })", "[ 1 ]"},
      {R"({"data":"text"})", R"("text")"},
      {R"({"data":null})", "null"},
  };
  for (const auto& [data, shown] : table) {
    CAPTURE(data);
    const world w{{{"m", R"({"d":)" + data + "}"}, {"c", "[" + data + ",0]"}, {"top", R"([{"rid":"m"}])"}}};
    for (auto how : {encoding::json, encoding::jsonflat}) {
      CHECK(w.shown("m", how) == R"({"d":)" + shown + "}");
      CHECK(w.shown("c", how) == "[" + shown + ",0]");
    }
    CHECK(w.shown("top", encoding::jsonflat) == R"([{"d":)" + shown + "}]");
  }
}

TEST_CASE("values and keys are shown digit by digit and escape by escape, whatever stands beside them") {
  for (const std::string text :
       {"1.10", "-0.0", "1E+400", "123456789012345678901234567890", R"("\u00e9\/\n\"{")",
        "\"\xc3\xa9\xf0\x9f\x98\x80\"", R"("")", "true", "null"}) {
    CAPTURE(text);
    const world w{{{"plain", "[" + text + "]"}, {"mixed", "[" + text + R"(,{"data":[]}])"}}};
    CHECK(w.shown("plain", encoding::json) == "[" + text + "]");
    CHECK(w.shown("mixed", encoding::json) == "[" + text + ",[]]");
  }
  for (const std::string key :
       {R"("a\"b\\c")", R"("\n\u0000\u001f")", "\"\xc3\xa9\"", R"("")", R"("a/b{c}")"}) {
    CAPTURE(key);
    // The data value comes last, and has the key written in another way.
    const world w{{{"plain", "{" + key + ":1}"}, {"mixed", "{" + key + R"(:1,"\uffff":{"data":[]}})"}}};
    const auto plain = w.shown("plain", encoding::json);
    CHECK(w.shown("mixed", encoding::json) == plain.substr(0, plain.size() - 1) + ",\"\xef\xbf\xbf\":[]}");
    const auto shown = plain.substr(1, plain.size() - 4);
    CHECK(protocol::unquoted(shown) == protocol::unquoted(key));
  }
}

TEST_CASE("an address is the path of the rid, whatever is in it") {
  struct row {
    std::string rid, api_path, href;
  };
  const row table[] = {
      {"a.b", "/api/", "/api/a/b"},
      {"a.b", "/", "/a/b"},
      {"a.b", "/v1.0/api/", "/v1.0/api/a/b"},
      {"a/b.c", "/api/", "/api/a%2Fb/c"},
      {"user.{cid}.name", "/api/", "/api/user/%7Bcid%7D/name"},
      {"list?from=1&q=a.b/\\\"?\\u00e9", "/api/", "/api/list%3Ffrom=1&q=a%2Eb%2F%22%3F%C3%A9"},
      {"list?", "/api/", "/api/list%3F"},
      {"a\\\\\\\"b", "/api/", "/api/a%5C%22b"},
  };
  for (const auto& [rid, api_path, href] : table) {
    CAPTURE(rid);
    const auto reference = R"({"rid":")" + rid + "\"";
    const world w{{{"hard", "[" + reference + "}]"}, {"soft", "[" + reference + R"(,"soft":true}])"}}};
    const auto address = R"([{"href":")" + href + "\"";
    CHECK(w.shown("soft", encoding::json, api_path) == address + "}]");
    CHECK(w.shown("hard", encoding::json, api_path) ==
          address + R"(,"error":{"code":"test.broken","message":"Broken","data":[1.50]}}])");
  }
}

TEST_CASE("resources of one name and different queries are different ones") {
  const world w{{{"top", R"([{"rid":"a"},{"rid":"a?q"},{"rid":"a?"}])"},
                 {"a", R"(["plain"])"},
                 {"a?q", R"(["q"])"},
                 {"a?", R"(["?"])"}}};
  CHECK(w.shown("top", encoding::jsonflat) == R"([["plain"],["q"],["?"]])");
}

TEST_CASE("256 resources are shown within each other, and below them only addresses") {
  for (auto how : {encoding::json, encoding::jsonflat}) {
    const auto fits = chain(256).shown("r1", how), deeper = chain(300).shown("r1", how);
    CHECK(count(fits, R"("next")") == 255);
    CHECK(count(deeper, R"("next")") == 256);
    CHECK(count(deeper, R"("next":{"href":"/api/r257"})") == 1);
    CHECK(count(deeper, "r258") == 0);
    CHECK(protocol::is_json(deeper));
  }
  // What lies deep on one way is shown on a shorter one.
  auto w = chain(300);
  w.resources["top"] = R"([{"rid":"r1"},{"rid":"r299"}])";
  CHECK(w.shown("top", encoding::jsonflat).ends_with(R"(,{"next":{}}])"));
}

TEST_CASE("references beyond the limit of resources are only addresses") {
  const world w{{{"a", R"([{"rid":"b"},{"rid":"c"},{"rid":"d"},{"rid":"b"}])"},
                 {"b", R"([{"rid":"e"},{"rid":"c"}])"},
                 {"c", R"(["c"])"},
                 {"d", R"(["d"])"},
                 {"e", R"(["e"])"}}};
  struct row {
    std::size_t limit;
    const char *order, *flat;
  };
  const row table[] = {
      {1, "a", R"([{"href":"/b"},{"href":"/c"},{"href":"/d"},{"href":"/b"}])"},
      {2, "a b",
       R"([[{"href":"/e"},{"href":"/c"}],{"href":"/c"},{"href":"/d"},[{"href":"/e"},{"href":"/c"}]])"},
      {3, "a b c", R"([[{"href":"/e"},["c"]],["c"],{"href":"/d"},[{"href":"/e"},["c"]]])"},
      {4, "a b c d", R"([[{"href":"/e"},["c"]],["c"],["d"],[{"href":"/e"},["c"]]])"},
      {5, "a b c d e", R"([[["e"],["c"]],["c"],["d"],[["e"],["c"]]])"},
  };
  for (const auto& [limit, order, flat] : table) {
    CAPTURE(limit);
    resource_tree tree{"a", limit};
    CHECK(w.load(tree) == order);
    CHECK(tree.encode(encoding::jsonflat, "/", no_limit) == flat);
  }
}

TEST_CASE("what would take more bytes than allowed is not written") {
  resource_tree small{"d0"}, huge{"d0"};
  doubling(3).load(small);
  for (auto how : {encoding::json, encoding::jsonflat}) {
    const auto text = small.encode(how, "/api/", no_limit);
    REQUIRE(text);
    CHECK(count(*text, "leaf") == 8);
    CHECK(small.encode(how, "/api/", text->size()) == text);
    CHECK_FALSE(small.encode(how, "/api/", text->size() - 1));
    CHECK_FALSE(small.encode(how, "/api/", 0));
  }
  // Whoever tried to write this would be at it for years.
  doubling(60).load(huge);
  for (auto how : {encoding::json, encoding::jsonflat}) CHECK_FALSE(huge.encode(how, "/api/", 1u << 20));
}

TEST_CASE("a plain resource that is too long is not written either") {
  resource_tree tree{"a"};
  tree.next();
  tree.on_loaded(1, snapshot("[\"" + std::string(100, 'x') + "\"]"));
  CHECK(tree.encode(encoding::json, "/", 104));
  CHECK_FALSE(tree.encode(encoding::json, "/", 103));
}
