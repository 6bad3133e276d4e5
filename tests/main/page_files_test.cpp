#include "main/page_files.hpp"

#include <algorithm>
#include <fstream>

#include <doctest/doctest.h>

#include "scratch.hpp"

using namespace actorgate;

namespace {

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

std::string complaint(const std::string& folder) {
  try {
    read_page(folder);
    return {};
  } catch (const std::runtime_error& e) {
    return e.what();
  }
}

}  // namespace

TEST_CASE("a page is what browsers may have of a folder, and nothing below it") {
  test::scratch folder;
  write(folder / "index.html", "<p>");
  write(folder / "app.js", "1");
  write(folder / "package.json", "{}");
  write(folder / "package-lock.json", "{}");
  write(folder / "notes.txt", "x");
  write(folder / ".secret", "x");
  std::filesystem::create_directory(folder / "node_modules.js");
  auto files = read_page(folder / "");
  std::ranges::sort(files, {}, &actors::page_file::name);
  REQUIRE(files.size() == 2);
  CHECK(files[0].name == "app.js");
  CHECK(files[0].content == "1");
  CHECK(files[1].name == "index.html");
}

TEST_CASE("what is no page, or too much of one, is refused") {
  test::scratch folder;
  CHECK(complaint(folder / "missing").find("No such file") != std::string::npos);
  CHECK(complaint(folder / "").find("has no index.html") != std::string::npos);
  write(folder / "index.html", std::string(max_page_bytes, ' '));
  CHECK(complaint(folder / "").empty());
  write(folder / "a.css", " ");
  CHECK(complaint(folder / "").find("more than 64 files or 4 MiB") != std::string::npos);
  write(folder / "index.html", "");
  for (std::size_t i = 1; i < max_page_files; ++i) write(folder / (std::to_string(i) + ".js"), "");
  CHECK(complaint(folder / "").find("more than 64 files") != std::string::npos);
}

TEST_CASE("a folder alone shows no page") {
  configuration c;
  c.admin_page = "/p";
  CHECK_FALSE(shows_page(c));
  c.admin_resources = true;
  CHECK(shows_page(c));
  c.admin_page = "";
  CHECK_FALSE(shows_page(c));
}
