#include <caf/io/middleman.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <doctest/doctest.h>

#include "tests/gateway/inspection.hpp"
#include "tests/net/tls_client.hpp"
#include "tests/support/authority.hpp"

using namespace actorgate;
using namespace actorgate::test;

namespace {

i::credentials credentials_of(const authority& issuer, const std::string& name, const authority& trusted) {
  const auto files = issuer.issue(name, name);
  return {files.certificate, files.key, trusted.certificate()};
}

/// Why somebody with that does not get in; empty if he does.
std::string contact_failure(const stage& s, const i::credentials& who) {
  try {
    inspecting_program program(s.inspection_port(), who);
    return program.refusal(i::get_summary{});
  } catch (const i::contact_error& e) {
    return e.what();
  }
}

}  // namespace

TEST_CASE("over TLS, only those get in who have a certificate of the right authority") {
  const authority ours("ours"), foreign("foreign");
  auto options = inspected();
  options.inspection->who = credentials_of(ours, "gateway", ours);
  stage s(options);
  CHECK(contact_failure(s, credentials_of(ours, "operator", ours)).empty());
  const auto closed = "127.0.0.1:" + std::to_string(s.inspection_port()) +
                      ": the connection was closed at once: TLS on one side only, or a certificate that is "
                      "not trusted";
  CHECK(contact_failure(s, credentials_of(foreign, "stranger", ours)) == closed);
  // The other way round: who would be asked is not who is trusted.
  CHECK(contact_failure(s, credentials_of(ours, "careful", foreign)) == closed);
  CHECK(contact_failure(s, {}) == closed);
  CHECK(contact_failure(s, credentials_of(ours, "operator", ours)).empty());
}

TEST_CASE("over TLS, who shows no certificate hears nothing") {
  const authority ours("ours");
  auto options = inspected();
  options.inspection->who = credentials_of(ours, "gateway", ours);
  stage s(options);
  net::test::tls_client c(s.inspection_port(), net::test::tls_client::trusting(ours.certificate()));
  CHECK(comes_true([&] {
    c.read();
    return c.ended;
  }));
  CHECK(c.failed);
  CHECK(c.received.empty());
}

namespace {

/// An inspector of the future, as far as its greeting.
i::greeter_actor::behavior_type successor(std::uint32_t version) {
  return {[version](const i::hello&) { return i::welcome{version, "tomorrow", "actorgate 9.9"}; }};
}

std::string failure_at(std::uint16_t port) {
  try {
    inspecting_program program(port);
    return {};
  } catch (const i::contact_error& e) {
    const std::string why = e.what();
    return why.substr(why.find(": ") + 2);
  }
}

}  // namespace

TEST_CASE("who speaks another version is told so at once") {
  i::system_config config;
  caf::actor_system system(config);
  const auto greeter = system.spawn(successor, 99);
  const auto port = system.middleman().publish(greeter, 0, "127.0.0.1");
  REQUIRE(port);
  CHECK(failure_at(*port) ==
        "it speaks version 99 of the inspector's interface (actorgate 9.9), and this program version 1");
  caf::anon_send_exit(greeter, caf::exit_reason::user_shutdown);
}

TEST_CASE("a gateway whose inspector has no port does not start") {
  stage s(inspected());
  auto options = inspected();
  options.inspection->port = s.inspection_port();
  const auto why = "cannot be inspected on 127.0.0.1:" + std::to_string(s.inspection_port()) +
                   ": the port cannot be opened";
  CHECK_THROWS_WITH_AS(stage{options}, why.c_str(), i::contact_error);
}

TEST_CASE("who is no inspector is told from one that is not there") {
  stage s(inspected());
  CHECK(failure_at(s.port()) == "that is no inspector of Actorgate");
  std::uint16_t nobody = 0;
  {
    stage gone(inspected());
    nobody = gone.inspection_port();
  }
  CHECK(failure_at(nobody) == "nobody listens there");
}
