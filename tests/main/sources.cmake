actorgate_test(main_test
  main/command_line_test.cpp
  main/config_file_test.cpp
  main/options_test.cpp
  main/stop_request_test.cpp
)
target_link_libraries(main_test PRIVATE actorgate_main)
