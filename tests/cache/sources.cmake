actorgate_test(cache_test
  cache/client_view_access_test.cpp
  cache/client_view_events_test.cpp
  cache/client_view_forgetting_test.cpp
  cache/client_view_model_test.cpp
  cache/client_view_subscribing_test.cpp
  cache/client_view_unsubscribing_test.cpp
  cache/cost_test.cpp
  cache/difference_test.cpp
  cache/entry_query_test.cpp
  cache/entry_reset_test.cpp
  cache/entry_test.cpp
  cache/reference_graph_test.cpp
  cache/replica.cpp
  cache/resource_test.cpp
  cache/throttle_test.cpp
)
target_link_libraries(cache_test PRIVATE actorgate_cache)
