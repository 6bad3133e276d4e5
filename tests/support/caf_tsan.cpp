// Debian's libraries of CAF are not instrumented: ThreadSanitizer does not see that an inbox of CAF's own
// actors orders what is put into a message before what is taken out, nor that the last reference to an actor
// is given up behind all others. What is done inside of them is left out, and the end of an actor's memory;
// what threads of shards do among each other is not.
extern "C" const char* __tsan_default_suppressions();  // NOLINT: TSan's name
extern "C" const char* __tsan_default_suppressions() {
  return "race:libcaf_core.so\nrace:libcaf_io.so\nrace:libcaf_openssl.so\nrace:block_dtor\n";
}
