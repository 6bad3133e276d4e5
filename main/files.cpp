#include "main/files.hpp"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace actorgate {
namespace {

std::system_error last_error() { return {errno, std::generic_category()}; }

struct file {
  file(const std::string& path, int flags, mode_t mode = 0)
      : descriptor(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  file(const file&) = delete;
  file& operator=(const file&) = delete;
  ~file() {
    if (descriptor >= 0) ::close(descriptor);
  }
  const int descriptor;
};

}  // namespace

std::optional<std::string> read_file(const std::string& path) {
  const file from(path, O_RDONLY);
  if (from.descriptor < 0 && errno == ENOENT) return std::nullopt;
  if (from.descriptor < 0) throw last_error();
  std::string text;
  char part[4096];
  for (;;) {
    const auto size = ::read(from.descriptor, part, sizeof part);
    if (size < 0) throw last_error();
    if (size == 0) return text;
    text.append(part, static_cast<std::size_t>(size));
  }
}

void write_file(const new_config_file& what) {
  const file to(what.path, O_WRONLY | O_CREAT | O_EXCL, 0640);
  const auto size = static_cast<ssize_t>(what.text.size());
  if (to.descriptor < 0 || ::write(to.descriptor, what.text.data(), what.text.size()) != size) {
    throw last_error();
  }
}

}  // namespace actorgate
