# What every target of ours is compiled with; third-party headers come in as SYSTEM.
add_library(actorgate_options INTERFACE)
target_compile_features(actorgate_options INTERFACE cxx_std_20)
target_compile_options(actorgate_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<BOOL:${ACTORGATE_WERROR}>:-Werror>)
# GCC 12 takes the storage of an empty std::optional for a value that is used uninitialised, and sees overlapping
# copies in std::string (its bug 105651).
target_compile_options(actorgate_options INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict>)
target_include_directories(actorgate_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
if(ACTORGATE_SANITIZE)
  target_compile_options(actorgate_options INTERFACE -fsanitize=${ACTORGATE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(actorgate_options INTERFACE -fsanitize=${ACTORGATE_SANITIZE})
endif()
# GCC cannot see through std::atomic_thread_fence under TSan, and warns about it in Boost's headers.
if(ACTORGATE_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(actorgate_options INTERFACE -Wno-tsan)
endif()
