#include "actors/trace.hpp"

#include <doctest/doctest.h>

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
           row{"event.a.token", "not JSON, token", "event.a.token not JSON, token"},
       }) {
    CHECK(shown(subject, payload) == line);
  }
  CHECK(shown(R"({"id":1,"method":"get.a"})") == R"({"id":1,"method":"get.a"})");
  CHECK(shown(R"({"id":1,"method":"auth.a.login","params":{"password":"secret"}})") ==
        "auth request (hidden)");
}
