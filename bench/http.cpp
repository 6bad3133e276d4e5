#include <memory>
#include <string>
#include <vector>

#include "bench/http_client.hpp"
#include "bench/scenarios.hpp"
#include "bench/stage.hpp"
#include "bench/storm.hpp"

namespace actorgate::bench {
namespace {

constexpr unsigned in_flight = 16;
constexpr unsigned resources = 100;

struct kind {
  std::string name;
  std::string method, path, path_end, body;
  unsigned status;
  std::size_t size;  // that a body has at least
};

std::string request(const kind& k, std::uint64_t n) {
  auto text = k.method + " /api/bench/" + k.path + "/" + std::to_string(n % resources) + k.path_end +
              " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  if (!k.body.empty()) {
    text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(k.body.size()) + "\r\n";
  }
  return text + "\r\n" + k.body;
}

/// `clients` requests in flight until `count` are answered.
void measure(stage& s, const std::string& name, const kind& k, unsigned clients, unsigned count) {
  std::vector<std::unique_ptr<http_client>> crowd;
  for (unsigned i = 0; i < clients; ++i) crowd.push_back(std::make_unique<http_client>(s.loop, s.port(), i));
  s.loop.linger(std::chrono::milliseconds(50));
  latency times(count);
  unsigned sent = 0;
  const meter m(s.gateway());
  for (auto& c : crowd) {
    c->answered = [&](http_client& from, unsigned status, std::string_view body) {
      if (status != k.status || body.size() < k.size) {
        fail("HTTP " + std::to_string(status) + ": " + std::string(body.substr(0, 200)));
      }
      times.add(s.loop.ready_at() - from.sent_at);
      if (sent < count) from.send(request(k, sent++));
    };
    c->send(request(k, sent++));
  }
  s.loop.until([&] { return times.count() == count; }, "HTTP requests");
  m.report_all(s.out, name, count);
  s.out.add(name, times);
}

}  // namespace

void run_http(stage& s) {
  crowd holder(s.loop, s.port());
  holder.open(1);
  for (const std::string resource : {"cached", "page"}) {
    storm(holder, resources, [&](std::string& out, std::uint32_t, std::uint64_t n) {
      out += R"("method":"subscribe.bench.)" + resource + "." + std::to_string(n) + "\"";
    });
  }
  const kind kinds[] = {{"http.get", "GET", "cached", "", "", 200, 90},
                        {"http.collection", "GET", "page", "", "", 200, 25 * 90},
                        {"http.post", "POST", "cached", "/set", R"({"value":7})", 204, 0}};
  for (const auto& k : kinds) {
    measure(s, k.name, k, in_flight, s.count(20'000, 5'000));
    measure(s, k.name + ".alone", k, 1, s.count(3'000, 500));
  }
  s.out.add("http.peak_bytes", s.gateway().used_memory().peak);
  s.out.note(std::to_string(in_flight) +
             " requests in flight on as many connections, of resources that are cached; "
             "alone: one in flight; the collection has 25 references");
}

}  // namespace actorgate::bench
