#include "protocol/shared_text.hpp"

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <doctest/doctest.h>

namespace actorgate::tests {

using protocol::shared_text;

TEST_CASE("a shared text is what it was made of, and its copies are the same") {
  const std::string origin = "a text that is longer than a short string";
  const shared_text text{origin};
  const auto copy = text;
  CHECK(text.view() == origin);
  CHECK(copy.view().data() == text.view().data());
  CHECK(copy == text);
  CHECK(shared_text{origin} == text);
  CHECK(text == std::string_view{origin});
  CHECK_FALSE(text == shared_text{"another"});
}

TEST_CASE("an empty text is a shared text as well") {
  CHECK(shared_text{}.empty());
  CHECK(shared_text{""}.view().empty());
  CHECK(shared_text{""} == shared_text{});
  CHECK_FALSE(shared_text{"a"}.empty());
}

TEST_CASE("a shared text that has been moved from is empty") {
  shared_text from{"a"};
  const auto to = std::move(from);
  CHECK(to == "a");
  CHECK(from.empty());
}

TEST_CASE("shared texts are keys, found by any text") {
  std::map<shared_text, int, std::less<>> sorted{{"b", 2}, {"a", 1}};
  CHECK(sorted.begin()->first == "a");
  CHECK(sorted.find(std::string_view{"b"})->second == 2);
  std::unordered_map<shared_text, int, shared_text::hash, std::equal_to<>> hashed{{"b", 2}};
  CHECK(hashed.find(std::string{"b"})->second == 2);
  CHECK(hashed.find(shared_text{"a"}) == hashed.end());
}

}  // namespace actorgate::tests
