#include "main/files.hpp"

#include <sys/stat.h>
#include <system_error>

#include <doctest/doctest.h>

#include "tests/main/scratch.hpp"

using namespace actorgate;
using namespace actorgate::test;

TEST_CASE("a file that is written is read back, however long it is") {
  const scratch place;
  for (const std::size_t size : {0, 1, 4095, 4096, 4097, 100'000}) {
    const auto path = place / std::to_string(size);
    const std::string text(size, 'x');
    write_file({path, text});
    CHECK(read_file(path) == text);
  }
}

TEST_CASE("a file that is not there is none, and what is no file is an error") {
  const scratch place;
  CHECK(read_file(place / "missing") == std::nullopt);
  CHECK_THROWS_AS(read_file(place / "."), std::system_error);
  CHECK_THROWS_AS(write_file({place / "missing/a", ""}), std::system_error);
}

TEST_CASE("a file is not written over another one") {
  const scratch place;
  write_file({place / "a", "first"});
  CHECK_THROWS_AS(write_file({place / "a", "second"}), std::system_error);
  CHECK(read_file(place / "a") == "first");
}

TEST_CASE("not everybody may read a file that is written") {
  const scratch place;
  write_file({place / "a", ""});
  struct stat is {};
  REQUIRE(::stat((place / "a").c_str(), &is) == 0);
  CHECK((is.st_mode & 07) == 0);
}
