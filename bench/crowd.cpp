#include "bench/crowd.hpp"

#include <algorithm>

namespace actorgate::bench {

void crowd::add(unsigned count) {
  clients_.reserve(clients_.size() + count);
  for (unsigned i = 0; i < count; ++i) {
    clients_.push_back(std::make_unique<client>(loop_, *this, port_, size()));
  }
}

void crowd::open(unsigned count, unsigned at_once) {
  unsigned next = size(), ready = 0;
  add(count);
  opened = [&](client&) {
    ++ready;
    if (next < size()) clients_[next++]->open();
  };
  for (const auto first = std::min(size(), next + at_once); next < first;) clients_[next++]->open();
  loop_.until([&] { return ready == count; }, "connecting");
  opened = {};
}

void crowd::close() {
  unsigned open = 0;
  closed = [&](client&) { --open; };
  for (auto& c : clients_) {
    if (!c->is_open()) continue;
    ++open;
    c->close();
  }
  loop_.until([&] { return open == 0; }, "closing");
  closed = {};
}

void crowd::on_open(client& c) {
  if (opened) opened(c);
}

void crowd::on_message(client& c, std::string_view text) {
  if (!heard) fail("a message that nobody waits for: " + std::string(text.substr(0, 200)));
  heard(c, text);
}

void crowd::on_closed(client& c) {
  if (closed) closed(c);
}

}  // namespace actorgate::bench
