#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "inspection/contact.hpp"
#include "main/environment.hpp"

namespace actorgate {

/// What `actorgate inspect` is told on its command line.
struct inspect_order {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  inspection::credentials who;
  bool cluster = false;  ///< all gateways that this one knows of are asked
  bool json = false;
  std::uint32_t watch = 0;     ///< seconds between two answers; 0: one answer
  std::uint32_t limit = 1000;  ///< items of a list; 0: all
  std::uint32_t seconds = 10;  ///< of a trace
  std::uint32_t lines = 1000;  ///< of a trace
  std::string command;
  std::vector<std::string> arguments;
  bool help = false;
};

/// Why it cannot be understood: one line.
class inspect_usage_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Reads the arguments behind `inspect`. Where the gateway listens is known from the variables of its own
/// configuration, too. Throws `inspect_usage_error`.
inspect_order read_inspect_order(const std::vector<std::string>& arguments, const environment& variables);

std::string inspect_usage();

}  // namespace actorgate
