#include "main/page_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace actorgate {
namespace {

namespace fs = std::filesystem;

bool is_page(const fs::directory_entry& entry) {
  const auto name = entry.path().filename().string();
  const bool is_package = name.starts_with("package") && name.ends_with(".json");
  return entry.is_regular_file() && !is_package && !actors::admin_page::type_of(name).empty();
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw std::runtime_error(path.string() + ": cannot be read");
  return content;
}

}  // namespace

std::vector<actors::page_file> read_page(const std::string& folder) {
  std::vector<actors::page_file> files;
  std::uintmax_t bytes = 0;
  std::error_code failed;
  fs::directory_iterator all(folder, failed);
  if (failed) throw std::runtime_error(folder + ": " + failed.message());
  for (const auto& entry : all) {
    if (!is_page(entry)) continue;
    bytes += entry.file_size();
    if (files.size() == max_page_files || bytes > max_page_bytes) {
      throw std::runtime_error(folder + ": more than " + std::to_string(max_page_files) + " files or " +
                               std::to_string(max_page_bytes >> 20) + " MiB");
    }
    files.push_back({entry.path().filename().string(), content_of(entry.path())});
  }
  const auto has_index = std::ranges::find(files, "index.html", &actors::page_file::name) != files.end();
  if (!has_index) throw std::runtime_error(folder + ": has no index.html");
  return files;
}

}  // namespace actorgate
