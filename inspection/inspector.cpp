#include "inspection/inspector.hpp"

#include <string>

namespace actorgate::inspection {
namespace {

template <class Message>
void add(caf::actor_system_config& to, const char* name) {
  to.add_message_type<Message>(std::string{"actorgate.inspection."} + name);
}

}  // namespace

void add_messages(caf::actor_system_config& to) {
  add<hello>(to, "hello");
  add<welcome>(to, "welcome");
  add<get_summary>(to, "get_summary");
  add<summary>(to, "summary");
  add<list_nodes>(to, "list_nodes");
  add<node_list>(to, "node_list");
  add<list_actors>(to, "list_actors");
  add<actor_list>(to, "actor_list");
  add<list_connections>(to, "list_connections");
  add<connection_page>(to, "connection_page");
  add<list_entries>(to, "list_entries");
  add<entry_page>(to, "entry_page");
  add<list_subscriptions>(to, "list_subscriptions");
  add<nats_page>(to, "nats_page");
  add<list_requests>(to, "list_requests");
  add<request_page>(to, "request_page");
  add<get_connection>(to, "get_connection");
  add<connection_detail>(to, "connection_detail");
  add<get_entry>(to, "get_entry");
  add<entry_detail>(to, "entry_detail");
  add<explain>(to, "explain");
  add<reason>(to, "reason");
  add<close_connection>(to, "close_connection");
  add<drop_entry>(to, "drop_entry");
  add<refetch_entry>(to, "refetch_entry");
  add<set_log_level>(to, "set_log_level");
  add<start_trace>(to, "start_trace");
  add<trace_line>(to, "trace_line");
  add<trace_ended>(to, "trace_ended");
  add<done>(to, "done");
}

}  // namespace actorgate::inspection
