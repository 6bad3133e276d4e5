#pragma once
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace actorgate::bench {

/// A run that proves nothing: a count that is wrong, a gateway that does not answer. It ends the scenario.
struct failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[noreturn]] inline void fail(const std::string& why) { throw failure(why); }

[[noreturn]] inline void fail_errno(const std::string& what) { fail(what + ": " + std::strerror(errno)); }

}  // namespace actorgate::bench
