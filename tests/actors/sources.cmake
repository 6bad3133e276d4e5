actorgate_test(actors_test
  actors/admin_content_test.cpp
  actors/admin_service_test.cpp
  actors/beacon_test.cpp
  actors/client_group_test.cpp
  actors/client_survey_test.cpp
  actors/deadlines_test.cpp
  actors/frequent_names_test.cpp
  actors/identity_test.cpp
  actors/nats_gateway_test.cpp
  actors/resource_path_test.cpp
  actors/shard_test.cpp
  actors/trace_test.cpp
  actors/wakefulness_test.cpp
  actors/stage.cpp
)
target_link_libraries(actors_test PRIVATE actorgate_actors)

actorgate_test(allocation_test
  actors/allocation_test.cpp
  actors/stage.cpp
)
target_link_libraries(allocation_test PRIVATE actorgate_actors)
