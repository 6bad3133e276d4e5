#pragma once
#include "main/options.hpp"

namespace actorgate {

/// What a reading of the configuration at run time comes to.
struct reloaded {
  bool good;         ///< false: nothing is changed
  std::string text;  ///< one line for the log: why it is not good, or which keys were changed
};

/// Takes over what can be changed at run time, which is how the log looks. What else differs stays as it is
/// in `running`, so that it is named again the next time.
reloaded reload(const understanding& read_again, configuration& running);

}  // namespace actorgate
