# The libFuzzer targets, one for each way in of what strangers write. Built with clang:
#
#     cmake --preset fuzz && cmake --build --preset fuzz --target fuzzers
if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "ACTORGATE_FUZZ needs clang")
endif()

# The libraries are looked into as well.
target_compile_options(actorgate_options INTERFACE
  -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
  -fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/ignored.txt)
target_link_options(actorgate_options INTERFACE -fsanitize=address,undefined)

add_custom_target(fuzzers)

function(actorgate_fuzzer name)
  set(source ${PROJECT_SOURCE_DIR}/tests/fuzz/${name}.cpp)
  if(NOT EXISTS ${source})
    return()
  endif()
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE ${ARGN})
  target_compile_options(${name} PRIVATE -fsanitize=fuzzer,address,undefined)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer,address,undefined)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/fuzz)
  add_dependencies(fuzzers ${name})
endfunction()

actorgate_fuzzer(client_request_fuzz actorgate_protocol)
actorgate_fuzzer(deflate_fuzz actorgate_net)
actorgate_fuzzer(http_framing_fuzz actorgate_net)
actorgate_fuzzer(http_target actorgate_protocol)
actorgate_fuzzer(service_message_fuzz actorgate_cache)
actorgate_fuzzer(websocket_decoder_fuzz actorgate_net)
# The rest of the actors' room would take long to build, and has no part in it.
actorgate_fuzzer(http_request_fuzz actorgate_net CAF::core spdlog::spdlog)
target_sources(http_request_fuzz PRIVATE
  ${PROJECT_SOURCE_DIR}/actors/http_answer.cpp ${PROJECT_SOURCE_DIR}/actors/http_plan.cpp)
