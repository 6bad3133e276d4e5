#include "protocol/connection_event.hpp"

#include "protocol/json.hpp"

namespace actorgate::protocol {
namespace {

std::string subject_of(std::string_view cid, std::string_view event) {
  return std::string{"conn."}.append(cid).append(event);
}

}  // namespace

connection_event connected(std::string_view cid, std::string_view node) {
  return {subject_of(cid, ".connect"), R"({"node":)" + quoted(node) + '}'};
}

connection_event disconnected(std::string_view cid, std::string_view node, std::string_view reason) {
  return {subject_of(cid, ".disconnect"),
          R"({"node":)" + quoted(node) + R"(,"reason":)" + quoted(reason) + '}'};
}

}  // namespace actorgate::protocol
