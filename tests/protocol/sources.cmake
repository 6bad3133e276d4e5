actorgate_test(protocol_test
  protocol/client_message_test.cpp
  protocol/client_request_test.cpp
  protocol/http_path_test.cpp
  protocol/http_status_test.cpp
  protocol/json_test.cpp
  protocol/pattern_test.cpp
  protocol/response_meta_test.cpp
  protocol/rid_test.cpp
  protocol/service_event_test.cpp
  protocol/service_request_test.cpp
  protocol/service_response_test.cpp
  protocol/shared_text_test.cpp
  protocol/trace_context_test.cpp
  protocol/value_test.cpp
  protocol/version_test.cpp
)
target_link_libraries(protocol_test PRIVATE actorgate_protocol)
