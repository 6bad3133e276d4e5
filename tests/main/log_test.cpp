#include "main/log.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <functional>
#include <regex>
#include <unistd.h>

#include <spdlog/fmt/chrono.h>
#include <spdlog/spdlog.h>

#include "main/files.hpp"
#include "protocol/json.hpp"
#include "tests/main/scratch.hpp"
#include "tests/main/told.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

/// What is written to stderr meanwhile.
std::string written(const std::function<void()>& act) {
  const scratch place;
  write_file({place / "log", ""});
  const int log = ::open((place / "log").c_str(), O_WRONLY | O_CLOEXEC);
  const int before = ::dup(STDERR_FILENO);
  ::dup2(log, STDERR_FILENO);
  act();
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  ::close(log);
  const auto text = read_file(place / "log");
  REQUIRE(text);
  return *text;
}

std::string logged(const configuration& told, const std::function<void()>& act) {
  return written([&] {
    log_to_stderr(told);
    act();
  });
}

configuration json() {
  return changed([](auto& c) { c.log_format = "json"; });
}

/// The message of a line of JSON.
std::string message_of(const std::string& line) {
  std::string message;
  protocol::json_cursor cursor{line};
  const bool good = cursor.object([&](std::string_view key, protocol::json_cursor& value) {
    if (key != "msg") return value.skip();
    const auto text = value.string();
    message = text.value_or("");
    return text.has_value();
  });
  CHECK((good && cursor.done()));
  return message;
}

}  // namespace

TEST_CASE("a line is for people: time, level and text") {
  const auto text = logged({}, [] { spdlog::warn("it {}", "is\tso"); });
  const std::regex line(R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \[WRN\] it is\tso\n)");
  CAPTURE(text);
  CHECK(std::regex_match(text, line));
}

TEST_CASE("a line is a JSON object when that is asked for") {
  using spdlog::level::level_enum;
  const std::vector<std::pair<level_enum, std::string>> cases{
      {spdlog::level::trace, "trace"}, {spdlog::level::debug, "debug"},
      {spdlog::level::info, "info"},   {spdlog::level::warn, "warning"},
      {spdlog::level::err, "error"},   {spdlog::level::critical, "critical"}};
  auto told = json();
  told.trace = true;
  for (const auto& [level, name] : cases) {
    const auto text = logged(told, [&] { spdlog::log(level, "it is so"); });
    const std::regex line(R"(\{"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","level":")" + name +
                          R"(","msg":"it is so"\}\n)");
    CAPTURE(text);
    CHECK(std::regex_match(text, line));
  }
}

TEST_CASE("the time of JSON is UTC, wherever the gateway is") {
  const auto hour_now = [] { return fmt::format("{:%Y-%m-%dT%H:}", fmt::gmtime(std::time(nullptr))); };
  ::setenv("TZ", "FAR-11:00", 1);
  ::tzset();
  const auto before = hour_now();
  const auto text = logged(json(), [] { spdlog::info("it is so"); });
  const auto after = hour_now();
  ::unsetenv("TZ");
  ::tzset();
  CAPTURE(text);
  CHECK((contains(text, before) || contains(text, after)));
}

TEST_CASE("whatever is said is a JSON string on one line") {
  const std::string replaced = "\xef\xbf\xbd";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", ""},
      {R"(a "b" \c)", R"(a "b" \c)"},
      {"a\nb\r\tc", "a\nb\r\tc"},
      {std::string("a\0b\x1f\x7f", 5), std::string("a\0b\x1f\x7f", 5)},
      {"%v {} %*", "%v {} %*"},
      {"bücher 💧", "bücher 💧"},
      {"a\xff"
       "b",
       "a" + replaced + "b"},
      {"\xc3", replaced},
      {"\xe2\x82", replaced + replaced},
      {"\xed\xa0\x80x", replaced + replaced + replaced + "x"},
      {"\xf0\x9f\x92\xa7\xf0", "💧" + replaced},
  };
  for (const auto& [said, expected] : cases) {
    const auto text = logged(json(), [&] { spdlog::info(std::string_view(said)); });
    REQUIRE(std::ranges::count(text, '\n') == 1);
    CHECK(message_of(text.substr(0, text.size() - 1)) == expected);
  }
}

TEST_CASE("the options decide how much is logged") {
  const auto log_all = [] {
    spdlog::trace("all");
    spdlog::debug("more");
    spdlog::info("usual");
  };
  const auto usual = logged({}, log_all);
  CHECK(contains(usual, "usual"));
  CHECK(!contains(usual, "more"));
  const auto more = logged(changed([](auto& c) { c.debug = true; }), log_all);
  CHECK(contains(more, "more"));
  CHECK(!contains(more, "all"));
  CHECK(contains(logged(changed([](auto& c) { c.trace = true; }), log_all), "all"));
}

TEST_CASE("level and format can be changed between two lines") {
  const auto text = logged({}, [] {
    spdlog::info("one");
    auto told = json();
    told.debug = true;
    adjust_log(told);
    spdlog::debug("two");
    adjust_log({});
    spdlog::debug("three");
    spdlog::info("four");
  });
  CHECK(contains(text, "[INF] one\n"));
  CHECK(contains(text, R"("level":"debug","msg":"two"})"));
  CHECK(!contains(text, "three"));
  CHECK(contains(text, "[INF] four\n"));
}
