#include "actors/trace.hpp"

#include <doctest/doctest.h>

using actorgate::actors::cut_at;
using actorgate::actors::on_one_line;
using actorgate::actors::shown;

TEST_CASE("logs show no tokens, and nothing of authentication") {
  struct row {
    const char *subject, *payload, *line;
  };
  for (const auto& [subject, payload, line] : {
           row{"access.a", R"({"cid":"x","token":{"user":1},"query":"q"})",
               R"(access.a {"cid":"x","token":"***","query":"q"})"},
           row{"access.a", R"({"cid":"x","token":null})", R"(access.a {"cid":"x","token":null})"},
           row{"conn.x.token", R"({"token":"secret","tid":"1"})",
               R"(conn.x.token {"token":"***","tid":"1"})"},
           row{"call.a.b", R"({"params":{"n":1}})", R"(call.a.b {"params":{"n":1}})"},
           row{"auth.a.login", R"({"params":{"password":"secret"},"header":{}})", "auth.a.login (hidden)"},
           row{"event.a.token", "not JSON, token", "event.a.token (hidden)"},
           row{"conn.x.token", R"({"token":"secret",})", "conn.x.token (hidden)"},
       }) {
    CHECK(shown(subject, payload) == line);
  }
  CHECK(shown(R"({"id":1,"method":"get.a"})") == R"({"id":1,"method":"get.a"})");
  CHECK(shown(R"({"id":1,"method":"auth.a.login","params":{"password":"secret"}})") ==
        "auth request (hidden)");
}

TEST_CASE("what others say stays on one line of a log, and is cut between characters") {
  CHECK(on_one_line("a b\xc3\xa4") == "a b\xc3\xa4");
  CHECK(on_one_line("a\n2026 [INF] b\x1b[31m\x7f") == "a?2026 [INF] b?[31m?");
  CHECK(on_one_line(std::string(1000, 'x')) == std::string(100, 'x'));
  CHECK(cut_at("ab", 2) == 2);
  CHECK(cut_at("ab", 1) == 1);
  CHECK(cut_at("a\xc3\xa4", 2) == 1);
  CHECK(cut_at("\xf0\x9f\x98\x80", 3) == 0);
}
