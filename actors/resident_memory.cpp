#include "actors/resident_memory.hpp"

#include <fstream>
#include <unistd.h>

namespace actorgate::actors {

std::uint64_t resident_memory() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t all = 0, resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace actorgate::actors
