#pragma once
#include <string>
#include <string_view>

namespace actorgate::protocol {

/// What services that ask for it are told of a WebSocket that comes and goes: messages on
/// `conn.<cid>.connect` and `conn.<cid>.disconnect`. No part of RES-Service 1.2.3.
struct connection_event {
  std::string subject;
  std::string payload;
};

/// `{"node":<id of the gateway's node>}`
connection_event connected(std::string_view cid, std::string_view node);
/// `{"node":<id of the gateway's node>,"reason":<a word>}`
connection_event disconnected(std::string_view cid, std::string_view node, std::string_view reason);

}  // namespace actorgate::protocol
