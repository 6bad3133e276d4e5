// The process allocates by jemalloc: messages are made on one thread and freed on another all the time, for
// which glibc's arenas cost up to a third of the CPU time (see docs/performance.md).

/// jemalloc's settings: memory that is free goes back to the system after a second instead of ten, also when
/// nothing else happens; and a few arenas do for all shards.
extern "C" const char* malloc_conf;  // NOLINT: the name is jemalloc's
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0,narenas:4";
