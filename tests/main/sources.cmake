actorgate_test(main_test
  main/check_config_test.cpp
  main/command_line_test.cpp
  main/config_file_test.cpp
  main/environment_test.cpp
  main/files_test.cpp
  main/log_test.cpp
  main/notify_test.cpp
  main/options_test.cpp
  main/page_files_test.cpp
  main/program_test.cpp
  main/reload_test.cpp
  main/stop_request_test.cpp
)
target_compile_definitions(main_test PRIVATE ACTORGATE_PROGRAM="$<TARGET_FILE:actorgate>")
target_link_libraries(main_test PRIVATE actorgate_main)
add_dependencies(main_test actorgate)

# The program itself, between clients and services.
actorgate_test(operation_test
  gateway/http_stage.cpp
  gateway/stage.cpp
  main/drain_test.cpp
  main/tls_test.cpp
  main/waiting_test.cpp
)
target_compile_definitions(operation_test PRIVATE ACTORGATE_PROGRAM="$<TARGET_FILE:actorgate>")
target_link_libraries(operation_test PRIVATE actorgate_main test_support)
add_dependencies(operation_test actorgate)

# Several of them.
actorgate_test(cluster_test
  cache/replica.cpp
  gateway/http_stage.cpp
  gateway/stage.cpp
  main/cluster_test.cpp
  main/cluster_world.cpp
)
target_compile_definitions(cluster_test PRIVATE ACTORGATE_PROGRAM="$<TARGET_FILE:actorgate>")
target_link_libraries(cluster_test PRIVATE actorgate_main test_support)
add_dependencies(cluster_test actorgate)
