#include "net/send_batch.hpp"

#include <array>
#include <fcntl.h>
#include <functional>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

using actorgate::net::flushable;
using actorgate::net::send_batch;
using actorgate::net::send_ring;
using actorgate::net::transfer;
using actorgate::net::transferred;

namespace {

/// Two ends of a connection.
class duct {
public:
  duct() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()) == 0); }
  duct(const duct&) = delete;
  duct& operator=(const duct&) = delete;
  ~duct() {
    ::close(ends_[0]);
    hang_up();
  }
  int near() const { return ends_[0]; }
  void hang_up() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  std::string arrived() {
    std::string all;
    std::array<char, 4096> buffer;
    for (;;) {
      const auto size = ::recv(ends_[1], buffer.data(), buffer.size(), 0);
      if (size <= 0) return all;
      all.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }

private:
  std::array<int, 2> ends_{-1, -1};
};

struct sender final : flushable {
  void flush() override {}
  void on_sent(transferred sent) override {
    ++told;
    last = sent;
    if (then) then();
  }
  int told = 0;
  transferred last{};
  std::function<void()> then;
};

bool is(const transferred& sent, transfer what, std::size_t bytes) {
  return sent.what == what && sent.bytes == bytes;
}

}  // namespace

TEST_CASE("Everything of a batch is sent in its order, and everybody told once") {
  // One write, a few, what one call of the ring takes, and what needs several.
  for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{40},
                                  std::size_t{send_ring::size}, std::size_t{2 * send_ring::size + 3}}) {
    CAPTURE(count);
    std::array<duct, 7> ducts;
    std::vector<sender> senders(count);
    std::vector<std::string> texts, expected(ducts.size());
    for (std::size_t i = 0; i < count; ++i) {
      texts.push_back(std::to_string(i) + ";");
      expected[i % ducts.size()] += texts.back();
    }
    send_batch batch;
    for (std::size_t i = 0; i < count; ++i) batch.add(ducts[i % ducts.size()].near(), texts[i], senders[i]);
    batch.run();
    for (std::size_t i = 0; i < ducts.size(); ++i) CHECK(ducts[i].arrived() == expected[i]);
    for (std::size_t i = 0; i < count; ++i) {
      CHECK(senders[i].told == 1);
      CHECK(is(senders[i].last, transfer::done, texts[i].size()));
    }
    batch.run();
    for (const auto& s : senders) CHECK(s.told == 1);
  }
}

TEST_CASE("One socket that is full, has room for a part, or has gone, does not hinder the others") {
  duct good, full, nearly, gone;
  const std::string filling(1000, 'f'), large(1u << 20, 'l');
  while (::send(full.near(), filling.data(), filling.size(), MSG_NOSIGNAL) > 0) continue;
  gone.hang_up();
  std::array<sender, 5> s;
  send_batch batch;
  batch.add(full.near(), "a", s[0]);
  batch.add(nearly.near(), large, s[1]);
  batch.add(gone.near(), "b", s[2]);
  batch.add(-1, "c", s[3]);
  batch.add(good.near(), "d", s[4]);
  batch.run();
  CHECK(is(s[0].last, transfer::wait_write, 0));
  CHECK(s[1].last.what == transfer::wait_write);
  CHECK(s[1].last.bytes > 0);
  CHECK(nearly.arrived().size() == s[1].last.bytes);
  CHECK(is(s[2].last, transfer::failed, 0));
  CHECK(is(s[3].last, transfer::failed, 0));
  CHECK(is(s[4].last, transfer::done, 1));
  CHECK(good.arrived() == "d");
}

TEST_CASE("The ring tells of each write what a write by itself tells") {
  auto ring = send_ring::open();
  if (!ring) return;  // where there is none, everything is written one by one
  const std::string large(1u << 20, 'l');
  for (const auto& text : {std::string("short"), large}) {
    duct by_ring, alone;
    std::array<actorgate::net::sending, 3> all{{{by_ring.near(), text}, {by_ring.near(), text}, {-1, text}}};
    REQUIRE(ring->send(all) == all.size());
    for (const auto& each : all) {
      actorgate::net::sending one{each.socket < 0 ? -1 : alone.near(), text};
      one.send();
      CHECK(is(each.sent, one.sent.what, one.sent.bytes));
    }
    CHECK(by_ring.arrived() == alone.arrived());
  }
}

TEST_CASE("Who has been forgotten sends nothing, and is told nothing") {
  duct one, other;
  std::array<sender, 4> s;
  send_batch batch;
  batch.add(one.near(), "a", s[0]);
  batch.add(one.near(), "b", s[1]);
  batch.add(other.near(), "c", s[2]);
  batch.add(other.near(), "d", s[3]);
  batch.forget(s[1]);
  s[2].then = [&] { batch.forget(s[3]); };
  batch.run();
  CHECK(one.arrived() == "a");
  CHECK(s[1].told == 0);
  CHECK(other.arrived() == "cd");
  CHECK(s[2].told == 1);
  CHECK(s[3].told == 0);

  // They may come again.
  batch.forget(s[1]);
  s[2].then = nullptr;
  batch.add(one.near(), "e", s[1]);
  batch.add(other.near(), "f", s[3]);
  batch.run();
  CHECK(one.arrived() == "e");
  CHECK(other.arrived() == "f");
  CHECK(s[1].told == 1);
  CHECK(s[3].told == 1);
}
