#include "inspection/contact.hpp"

#include <set>

#include <caf/atom.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>

#include "inspection/knock.hpp"

namespace actorgate::inspection {
namespace {

/// Both speak the same language: connect, publish.
caf::io::middleman_actor door_of(caf::actor_system& system) {
  return system.has_openssl_manager() ? system.openssl_manager().actor_handle()
                                      : system.middleman().actor_handle();
}

std::string place(const std::string& host, std::uint16_t port) {
  const bool v6 = host.find(':') != host.npos;
  return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

}  // namespace

system_config::system_config(const credentials& who) {
  add_messages(*this);
  load<caf::io::middleman>();
  if (!who.empty()) {
    if (!who.complete()) throw contact_error("TLS takes a certificate, its key and an authority");
    openssl_certificate = who.certificate;
    openssl_key = who.key;
    openssl_cafile = who.authority;
    load<caf::openssl::manager>();
  }
  // One thread that sleeps until there is something to do; the default ones look for it all the time.
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", std::size_t{1});
  set("middleman.workers", std::size_t{0});
}

std::string text_of(const caf::actor_system& system, const caf::error& why) {
  if (why == caf::sec::request_timeout) return "no answer in time";
  if (why == caf::sec::request_receiver_down) return "the gateway is gone";
  if (why.category() == caf::atom("system") && why.context().match_elements<std::string>()) {
    return why.context().get_as<std::string>(0);
  }
  return system.render(why);
}

std::uint16_t publish(caf::actor_system& system, const inspector_actor& whom, const std::string& host,
                      std::uint16_t port) {
  caf::scoped_actor self{system};
  std::uint16_t result = 0;
  caf::error failure;
  self->request(door_of(system), caf::infinite, caf::publish_atom::value, port,
                caf::actor_cast<caf::strong_actor_ptr>(whom), system.message_types<inspector_actor>(), host,
                true)
      .receive([&](std::uint16_t bound) { result = bound; },
               [&](caf::error& why) { failure = std::move(why); });
  if (failure) {
    throw contact_error(
        "cannot be inspected on " + place(host, port) + ": " +
        (failure == caf::sec::cannot_open_port ? "the port cannot be opened" : text_of(system, failure)));
  }
  return result;
}

inspector_actor contact(caf::actor_system& system, const std::string& host, std::uint16_t port,
                        const std::string& node) {
  caf::scoped_actor self{system};
  const auto fail = [&](const std::string& why) { throw contact_error(place(host, port) + ": " + why); };
  if (const auto why = knock(host, port, connect_wait); !why.empty()) fail(why);
  caf::strong_actor_ptr found;
  std::set<std::string> types;
  caf::error failure;
  self->request(door_of(system), answer_wait, caf::connect_atom::value, host, port)
      .receive(
          [&](const caf::node_id&, caf::strong_actor_ptr& who, std::set<std::string>& understands) {
            found = std::move(who);
            types = std::move(understands);
          },
          [&](caf::error& why) { failure = std::move(why); });
  if (failure == caf::sec::cannot_connect_to_node) fail("nobody listens there");
  if (failure == caf::sec::disconnect_during_handshake) {
    fail("the connection was closed at once: TLS on one side only, or a certificate that is not trusted");
  }
  if (failure == caf::sec::malformed_basp_message) fail("that is no inspector of Actorgate");
  if (failure) fail(text_of(system, failure));
  if (!found || !system.assignable(types, system.message_types<greeter_actor>())) {
    fail("that is no inspector of Actorgate");
  }
  welcome told;
  self->request(caf::actor_cast<greeter_actor>(found), answer_wait, hello{interface_version, "actorgate"})
      .receive([&](welcome& w) { told = std::move(w); }, [&](caf::error& why) { failure = std::move(why); });
  if (failure) fail(text_of(system, failure));
  if (told.version != interface_version) {
    fail("it speaks version " + std::to_string(told.version) + " of the inspector's interface (" +
         told.program + "), and this program version " + std::to_string(interface_version));
  }
  // An address of loopback, for one, is another gateway's on another machine.
  if (!node.empty() && told.node != node) fail("another node is met there: " + told.node);
  return caf::actor_cast<inspector_actor>(found);
}

}  // namespace actorgate::inspection
