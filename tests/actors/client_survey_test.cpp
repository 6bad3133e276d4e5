#include "actors/client_survey.hpp"

#include <doctest/doctest.h>

#include "stage.hpp"

using namespace actorgate;
using actors::client_survey;

TEST_CASE("the most loaded clients are kept: what waits counts before what is subscribed to") {
  test::stage s;
  client_survey survey;
  std::vector<actors::connection_actor> all;
  for (std::size_t i = 0; i < 100; ++i) {
    all.push_back(s.connect(s.new_log()));
    // Every other one has something waiting; later ones have more subscriptions.
    survey.consider({i % 50 == 3 ? i : 0, i}, all.back());
  }
  CHECK(survey.slow() == 2);
  const auto first = survey.take_first();
  REQUIRE(first.size() == client_survey::kept);
  CHECK(first[0] == all[53]);
  CHECK(first[1] == all[3]);
  CHECK(first[2] == all[99]);
  CHECK(first.back() == all[82]);
}

TEST_CASE("fewer are all kept") {
  test::stage s;
  client_survey survey;
  CHECK(survey.take_first().empty());
  const auto one = s.connect(s.new_log());
  survey.consider({}, one);
  CHECK(survey.take_first() == std::vector{one});
  CHECK(survey.slow() == 0);
}
