#pragma once
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "main/files.hpp"
#include "tests/main/scratch.hpp"
#include "tests/main/told.hpp"

namespace actorgate::test {

/// The program itself, with an environment of its own; ended with this handle.
class process {
public:
  process(const arguments& told, const environment& variables) : id_(::fork()) {
    if (id_ < 0) throw std::runtime_error("no process for the test");
    if (id_ == 0) become(told, variables);
  }
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  ~process() {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }

  void signal(int which) const { ::kill(id_, which); }
  /// Its exit code, once it has ended; 1000 and the signal if one has ended it.
  int wait() {
    int status = 0;
    ::waitpid(id_, &status, 0);
    id_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }
  std::string output() const { return read_file(place_ / "output").value_or(""); }
  std::string errors() const { return read_file(place_ / "errors").value_or(""); }

private:
  [[noreturn]] void become(const arguments& told, const environment& variables) const {
    std::vector<std::string> words{ACTORGATE_PROGRAM},
        settings{"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin"};
    words.insert(words.end(), told.begin(), told.end());
    for (const auto& [name, value] : variables) settings.push_back(name + "=" + value);
    // What is left out of reports is so in the program, too.
    if (const char* options = std::getenv("TSAN_OPTIONS"))
      settings.push_back(std::string("TSAN_OPTIONS=") + options);
    redirect(STDOUT_FILENO, place_ / "output");
    redirect(STDERR_FILENO, place_ / "errors");
    ::alarm(60);  // outlives exec
    ::execve(ACTORGATE_PROGRAM, pointers(words).data(), pointers(settings).data());
    ::_exit(127);
  }
  static void redirect(int descriptor, const std::string& path) {
    ::dup2(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), descriptor);
  }
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
  }

  scratch place_;
  pid_t id_;
};

}  // namespace actorgate::test
