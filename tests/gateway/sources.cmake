actorgate_test(gateway_test
  gateway/access_test.cpp
  gateway/cache_test.cpp
  gateway/call_test.cpp
  gateway/connection_events_test.cpp
  gateway/error_test.cpp
  gateway/event_test.cpp
  gateway/lifecycle_test.cpp
  gateway/limits_test.cpp
  gateway/nats_restart_test.cpp
  gateway/operations_test.cpp
  gateway/order_test.cpp
  gateway/query_test.cpp
  gateway/reference_test.cpp
  gateway/reset_test.cpp
  gateway/service_request_test.cpp
  gateway/stage.cpp
  gateway/subscribe_test.cpp
  gateway/throttle_test.cpp
  gateway/timeout_test.cpp
  gateway/token_test.cpp
  gateway/version_test.cpp
)
target_link_libraries(gateway_test PRIVATE actorgate_actors test_support)

actorgate_test(gateway_load_test
  cache/replica.cpp
  gateway/load_cluster_test.cpp
  gateway/load_hostile_test.cpp
  gateway/load_order_test.cpp
  gateway/load_restart_test.cpp
  gateway/load_soak_test.cpp
  gateway/load_storm_test.cpp
  gateway/soak_world.cpp
  gateway/stage.cpp
)
target_link_libraries(gateway_load_test PRIVATE actorgate_actors test_support)

actorgate_test(http_test
  gateway/admission_test.cpp
  gateway/http_auth_test.cpp
  gateway/http_call_test.cpp
  gateway/http_connection_test.cpp
  gateway/http_meta_test.cpp
  gateway/http_read_test.cpp
  gateway/http_stage.cpp
  gateway/http_stream_end_test.cpp
  gateway/http_stream_test.cpp
  gateway/trace_context_test.cpp
  gateway/stage.cpp
)
target_link_libraries(http_test PRIVATE actorgate_actors test_support)

# The gateway as a resource.
actorgate_test(admin_test
  gateway/admin_test.cpp
  gateway/http_stage.cpp
  gateway/stage.cpp
)
target_link_libraries(admin_test PRIVATE actorgate_actors test_support)

# The inspector, and the program that asks it.
actorgate_test(inspect_test
  gateway/inspect_action_test.cpp
  gateway/inspect_crowd_test.cpp
  gateway/inspect_end_test.cpp
  gateway/inspect_knock_test.cpp
  gateway/inspect_program_test.cpp
  gateway/inspect_test.cpp
  gateway/inspect_tls_test.cpp
  gateway/inspect_trace_test.cpp
  gateway/stage.cpp
)
target_compile_definitions(inspect_test PRIVATE ACTORGATE_PROGRAM="$<TARGET_FILE:actorgate>")
target_link_libraries(inspect_test PRIVATE actorgate_main test_support)
add_dependencies(inspect_test actorgate)
