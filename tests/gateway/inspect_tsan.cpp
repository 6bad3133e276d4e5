// The inspector and those who ask it are CAF's own actors, the only ones. Debian's libraries of CAF are not
// instrumented: ThreadSanitizer does not see that an inbox, which is kept inside of them, orders what is put
// into a message before what is taken out. What is done by a thread of theirs is left out here; what threads
// of shards do among each other is not.
extern "C" const char* __tsan_default_suppressions();  // NOLINT: TSan's name
extern "C" const char* __tsan_default_suppressions() {
  return "race:libcaf_core.so\nrace:libcaf_io.so\nrace:libcaf_openssl.so\n";
}
