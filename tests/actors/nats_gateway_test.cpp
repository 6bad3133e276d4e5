#include <doctest/doctest.h>

#include "stage.hpp"

using namespace actorgate;
using namespace std::chrono_literals;
using log_lines = std::vector<std::string>;

namespace {

struct asking : test::stage {
  using test::stage::stage;
  log_lines& log = new_log();
  actors::connection_actor client = connect(log);

  void ask(std::uint64_t ticket, std::string subject = "call.test.model.do", std::string name = {},
           cache::throttle_id throttle = 0) {
    actors::tell(book.nats, actors::send_request{
                                std::move(subject), "{}", ticket, {std::move(name), client, 0}, throttle});
    run();
  }
};

}  // namespace

TEST_CASE("an answer finds its way to who asked, whatever order answers come in") {
  asking s;
  s.ask(1);
  s.ask(2);
  const auto first = s.bus->take(), second = s.bus->take();
  CHECK(first.reply != second.reply);
  s.reply(second, "[\"two\"]");
  s.reply(first, "[\"one\"]");
  s.run();
  CHECK(s.log == log_lines{R"(reply 2 ["two"])", R"(reply 1 ["one"])"});
}

TEST_CASE("a request that is not answered is late after the time-out, and not before") {
  asking s{actors::settings{.request_timeout = 3000ms}};
  s.ask(1);
  s.pass(2990ms);
  CHECK(s.log.empty());
  s.pass(60ms);
  CHECK(s.log == log_lines{"reply 1 system.timeout"});
}

TEST_CASE("an answer after the time-out, and a second answer, are ignored") {
  asking s{actors::settings{.request_timeout = 100ms}};
  s.ask(1);
  const auto late = s.bus->take();
  s.pass(200ms);
  s.reply(late, "[\"too late\"]");
  s.ask(2);
  const auto prompt = s.bus->take();
  s.reply(prompt, "[\"once\"]");
  s.reply(prompt, "[\"twice\"]");
  s.run();
  s.pass(500ms);
  CHECK(s.log == log_lines{"reply 1 system.timeout", R"(reply 2 ["once"])"});
}

TEST_CASE("a pre-response moves the time-out, as often as it comes, in both directions") {
  asking s{actors::settings{.request_timeout = 1000ms}};
  s.ask(1);
  const auto request = s.bus->take();
  s.reply(request, R"(timeout:"5000")");
  s.pass(4900ms);
  CHECK(s.log.empty());
  s.reply(request, R"(timeout:"3000")");
  s.run();
  s.pass(2900ms);
  CHECK(s.log.empty());
  s.reply(request, R"(timeout:"100")");
  s.run();
  s.pass(150ms);
  CHECK(s.log == log_lines{"reply 1 system.timeout"});
}

TEST_CASE("nobody there to answer is known at once") {
  asking s;
  s.ask(1);
  s.deliver(s.bus->take().reply, "", true);
  s.run();
  CHECK(s.log == log_lines{"reply 1 system.notFound"});
}

TEST_CASE("what NATS does not take is answered at once") {
  asking s;
  s.bus->answer = net::sent::subject_too_long;
  s.ask(1);
  s.bus->answer = net::sent::too_large;
  s.ask(2);
  CHECK(s.log == log_lines{"reply 1 system.subjectTooLong", "reply 2 system.internalError"});
}

TEST_CASE("a throttle lets the next request go when one is answered, late or refused") {
  asking s{actors::settings{.request_timeout = 100ms, .reference_throttle = 2}};
  for (std::uint64_t i = 1; i <= 5; ++i) s.ask(i, "get.x", {}, 7);
  CHECK(s.bus->published.size() == 2);
  s.reply(s.bus->take(), "[\"a\"]");
  s.run();
  CHECK(s.bus->published.size() == 2);
  s.bus->published.clear();
  s.pass(150ms);
  CHECK(s.bus->published.size() == 2);
  s.deliver(s.bus->take().reply, "", true);
  s.run();
  s.reply(s.bus->take(), "[\"e\"]");
  s.run();
  CHECK(s.log == log_lines{R"(reply 1 ["a"])", "reply 2 system.timeout", "reply 3 system.timeout",
                           "reply 4 system.notFound", R"(reply 5 ["e"])"});
}

TEST_CASE("a throttle whose requests all fail empties itself") {
  asking s{actors::settings{.reference_throttle = 1}};
  s.ask(1, "get.x", {}, 7);
  for (std::uint64_t i = 2; i <= 5000; ++i) s.ask(i, "get.x", {}, 7);
  s.bus->answer = net::sent::not_connected;
  s.reply(s.bus->take(), "[\"first\"]");
  s.run();
  CHECK(s.log.size() == 5000);
}

TEST_CASE("events for a connection go to it, until it ends") {
  asking s;
  actors::tell(s.book.nats, actors::subscribe_connection{"abc", s.client});
  s.run();
  s.deliver("conn.abc.token", "{}");
  s.run();
  CHECK(s.log == log_lines{"told conn.abc.token"});
  actors::tell(s.book.nats, actors::unsubscribe_connection{"abc"});
  s.deliver("conn.abc.token", "{}");
  s.run();
  CHECK(s.log.size() == 1);
}
