// Two hundred clients while NATS goes away and comes back.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "crowd.hpp"
#include "stage.hpp"
#include "tests/cache/replica.hpp"

using namespace actorgate;
using test::crowd;
using tests::replica;

namespace {

/// All that a service has: name, and model or collection as JSON.
using world = std::map<std::string, std::string>;

const world before{
    {"lamp", R"({"n":1,"old":true,"same":{"data":[1.50]}})"},
    {"tide", R"({"n":1})"},
    {"top", R"({"left":{"rid":"test.leaf"},"right":{"rid":"test.list"}})"},
    {"leaf", R"({"n":1})"},
    {"list", R"(["a","b","c","d",{"rid":"test.item1"}])"},
    {"item1", R"({"n":1})"},
    {"queue", "[1,2,3]"},
};
const world after{
    {"lamp", R"({"n":2,"same":{"data":[1.50]},"young":null})"},
    {"tide", R"({"n":1})"},
    {"top", R"({"left":{"rid":"test.twig"},"right":{"rid":"test.list"}})"},
    {"twig", R"({"n":2,"up":{"rid":"test.top"}})"},
    {"list", R"(["d","x","b",{"rid":"test.item2"},"a"])"},
    {"item2", R"({"n":2,"leaf":{"rid":"test.twig"}})"},
    {"queue", "[]"},
};
const std::vector<std::string> roots{"lamp", "tide", "top", "list", "queue"};

bool is_model(const std::string& json) { return json.starts_with('{'); }

void serve(test::stage& s, const world& w) {
  for (const auto& [name, json] : w) is_model(json) ? s.model(name, json) : s.collection(name, json);
}

/// The resource as a client knows it that has been sent no more than it.
replica::resource known_as(const std::string& rid, const std::string& json) {
  replica r;
  r.asks_subscribe(1, rid);
  r.on_message(std::string(R"({"id":1,"result":{")") + (is_model(json) ? "models" : "collections") +
               R"(":{")" + rid + "\":" + json + "}}}");
  return r.known().at(rid);
}

std::map<std::string, replica::resource> expected(const world& w) {
  std::map<std::string, replica::resource> result;
  for (const auto& [name, json] : w) result["test." + name] = known_as("test." + name, json);
  return result;
}

bool has(const replica& r, const std::map<std::string, replica::resource>& all) {
  return r.known().size() == all.size() && std::ranges::all_of(all, [&](const auto& truth) {
           const auto found = r.known().find(truth.first);
           return found != r.known().end() && !found->second.dead && found->second.is == truth.second.is &&
                  found->second.properties == truth.second.properties &&
                  found->second.elements == truth.second.elements;
         });
}

/// Two hundred clients that note what they know, and which kinds of events they are sent.
struct audience {
  static constexpr std::size_t size = 200;

  explicit audience(std::uint16_t port) : clients(port, size), know(size) {
    for (std::size_t c = 0; c < size; ++c) {
      for (std::size_t i = 0; i < roots.size(); ++i) {
        know[c].asks_subscribe(i + 2, "test." + roots[i]);
        clients.send(
            c, R"({"id":)" + std::to_string(i + 2) + R"(,"method":"subscribe.test.)" + roots[i] + "\"}");
      }
    }
  }

  void await(const world& w) {
    const auto truth = expected(w);
    std::set<std::size_t> ready;
    const auto judge = [&](std::size_t c) {
      if (know[c].unanswered() == 0 && has(know[c], truth)) {
        ready.insert(c);
      } else {
        ready.erase(c);
      }
    };
    for (std::size_t c = 0; c < size; ++c) judge(c);
    clients.listen([&] { return ready.size() == size; },
                   [&](std::size_t c, std::string_view text) {
                     hear(c, text);
                     judge(c);
                   });
  }
  void hear(std::size_t c, std::string_view text) {
    if (text.find(R"("protocol")") != text.npos) return;
    know[c].on_message(text);
    if (text.find(R"("event":")") != text.npos) {
      const auto name = test::text_at(text, "/event");
      kinds.insert(name.substr(name.rfind('.') + 1));
    }
  }

  crowd clients;
  std::vector<replica> know;
  std::set<std::string> kinds;
};

}  // namespace

TEST_CASE("NATS restarts: no client is lost, and all get to the service's state by differences") {
  test::nats_server nats;
  test::stage s{{}, nats, test::shards()};
  serve(s, before);
  audience all{s.port()};
  all.await(before);
  CHECK(all.kinds.empty());
  nats.stop();
  serve(s, after);
  nats.start();
  all.await(after);
  CHECK(all.kinds == std::set<std::string>{"add", "change", "remove"});
  // Nothing more was under way, and what services say is heard again.
  all.kinds.clear();
  s.test.flush();
  std::size_t rung = 0;
  s.test.event("tide", "ring");
  all.clients.listen([&] { return rung == audience::size; },
                     [&](std::size_t c, std::string_view text) {
                       all.hear(c, text);
                       rung += text.find("tide.ring") != text.npos;
                     });
  CHECK(all.kinds == std::set<std::string>{"ring"});
  CHECK(s.connections() == audience::size);
  for (const auto& each : all.know) {
    CAPTURE(each.complaints().empty() ? "" : each.complaints().front());
    CHECK(each.complaints().empty());
  }
}
