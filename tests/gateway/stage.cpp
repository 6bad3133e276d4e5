#include "tests/gateway/stage.hpp"

#include <future>
#include <stdexcept>
#include <thread>

#include <spdlog/spdlog.h>

namespace actorgate::test {
namespace {

std::string patterns(std::string_view text) {
  return text.empty() ? "" : "\"test." + std::string(text) + '"';
}

}  // namespace

nats_server& shared_nats() {
  static nats_server server;
  return server;
}

actors::gateway_options gateway_options(const actors::settings& settings, const nats_server& nats,
                                        std::size_t shards) {
  actors::gateway_options result;
  result.actors = settings;
  result.nats.urls = {nats.url()};
  result.nats.name = "gateway test";
  result.nats.reconnect_wait = std::chrono::milliseconds{100};
  result.door.address = "127.0.0.1";
  result.door.port = 0;
  result.door.cors = settings.http.cors;
  result.shards = shards;
  // Much of what is tested here is worth a warning.
  spdlog::set_level(spdlog::level::off);
  return result;
}

stage::stage(const actors::settings& settings, nats_server& nats, std::size_t shards)
    : stage(gateway_options(settings, nats, shards)) {}

stage::stage(const actors::gateway_options& options)
    : test(options.nats.urls.front(), "test"), gateway_(options, [](const std::string&) {}) {
  method("stage", "pass", "null");
}

res_client stage::client(std::string_view version) const {
  res_client c{port()};
  if (!version.empty()) c.handshake(version);
  return c;
}

void stage::access(const std::string& name, std::string_view json) {
  test.on("access.test." + name, "{\"result\":" + std::string(json) + '}');
}

void stage::model(const std::string& name, std::string_view json) {
  access(name);
  test.on("get.test." + name, "{\"result\":{\"model\":" + std::string(json) + "}}");
}

void stage::collection(const std::string& name, std::string_view json) {
  access(name);
  test.on("get.test." + name, "{\"result\":{\"collection\":" + std::string(json) + "}}");
}

void stage::failing(const std::string& name, std::string_view code) {
  access(name);
  test.on("get.test." + name, "{\"error\":{\"code\":\"" + std::string(code) + "\",\"message\":\"Error\"}}");
}

void stage::method(const std::string& name, const std::string& method, std::string_view json) {
  const auto answer = "{\"result\":" + std::string(json) + '}';
  test.on("call.test." + name + '.' + method, answer);
  test.on("auth.test." + name + '.' + method, answer);
}

std::vector<std::string> stage::events(res_client& c, const std::string& name) {
  const auto number = std::to_string(++fences_);
  test.event(name, "fence", number);
  std::vector<std::string> before;
  for (;;) {
    auto e = next(c);
    if (!text_at(e, "/event").ends_with(".fence")) {
      before.push_back(std::move(e));
    } else if (json_at(e, "/data") == number) {
      break;
    }
  }
  pass(c);
  return before;
}

void stage::pass(res_client& c, const std::string& name) {
  if (!name.empty()) {
    // The answer to an auth request takes the way of the events, and needs no access. To another client,
    // because it would wait behind what is held for this one.
    if (!bystander_) bystander_ = client();
    const auto subject = "auth.test." + name + ".pass";
    test.on(subject, R"({"result":null})");
    bystander_->result(subject);
  }
  c.result("auth.test.stage.pass");
}

std::int64_t stage::known_connections() {
  std::promise<std::int64_t> told;
  gateway_.report([&](const actors::gateway_report& report) { told.set_value(report.total.identities); });
  return told.get_future().get();
}

bool stage::known_connections_become(std::int64_t count) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (known_connections() != count) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

std::string stage::cid(res_client& c) {
  test.on("auth.test.stage.cid", [](const request& r) { r.result(json_at(r.payload, "/cid")); });
  const auto answer = c.result("auth.test.stage.cid");
  return text_at(answer, answer.starts_with('{') ? "/payload" : "");
}

void stage::token(res_client& c, std::string_view payload) {
  test.publish("conn." + cid(c) + ".token", payload);
  pass(c);
}

void stage::reset(std::string_view resources, std::string_view access) {
  test.publish("system.reset",
               "{\"resources\":[" + patterns(resources) + "],\"access\":[" + patterns(access) + "]}");
}

actors::settings impatient() {
  actors::settings result;
  result.request_timeout = std::chrono::milliseconds{300};
  return result;
}

std::string next(res_client& c) { return canonical(c.next_event()); }

std::string event(std::string_view name, std::string_view data) {
  return canonical("{\"event\":\"" + std::string(name) + "\",\"data\":" + std::string(data) + '}');
}

std::string error(res_client& c, std::string_view method, std::string_view params) {
  return json_at(c.request(method, params), "/error");
}

std::string result_of(res_client& c, std::uint64_t id) {
  const auto answer = c.response(id);
  if (!json_at(answer, "/error").empty()) throw std::runtime_error("the request failed: " + answer);
  return json_at(answer, "/result");
}

std::string error_of(res_client& c, std::uint64_t id) {
  const auto answer = c.response(id);
  const auto code = text_at(answer, "/error/code");
  if (code.empty()) throw std::runtime_error("the request did not fail: " + answer);
  return code;
}

}  // namespace actorgate::test
