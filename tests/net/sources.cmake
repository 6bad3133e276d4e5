actorgate_test(net_test
  net/embedded_nats_test.cpp
  net/frame_test.cpp
  net/http_door_test.cpp
  net/http_upgrade_test.cpp
  net/nats_client_test.cpp
  net/nats_syntax_test.cpp
  net/utf8_test.cpp
  net/websocket_close_test.cpp
  net/websocket_decoder_test.cpp
  net/websocket_test.cpp
)
target_link_libraries(net_test PRIVATE actorgate_net test_support)
