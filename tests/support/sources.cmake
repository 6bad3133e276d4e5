# What the suites share: servers, services and clients to test against.
add_library(test_support STATIC
  support/authority.cpp
  support/json.cpp
  support/nats_operator.cpp
  support/nats_server.cpp
  support/res_client.cpp
  support/service.cpp
  support/tcp_link.cpp
  support/tls_tunnel.cpp
  support/ws_client.cpp
)
target_link_libraries(test_support PUBLIC actorgate_net cnats::nats)

actorgate_test(support_test
  support/support_test.cpp
)
target_link_libraries(support_test PRIVATE test_support)
