#include "net/nats_syntax.hpp"

#include <doctest/doctest.h>

using namespace actorgate::net;

TEST_CASE("a URL for people has no user, password or token") {
  CHECK(without_credentials("nats://localhost:4222") == "nats://localhost:4222");
  CHECK(without_credentials("nats://user:pa55@localhost:4222") == "nats://localhost:4222");
  CHECK(without_credentials("nats://user:p@55@localhost:4222") == "nats://localhost:4222");
  CHECK(without_credentials("token@localhost") == "localhost");
  CHECK(without_credentials("nats://a:b@one:1,nats://c:d@two:2") == "nats://one:1,nats://two:2");
  CHECK(without_credentials("") == "");
}

TEST_CASE("an entry may name several servers") {
  const auto urls = split_urls({"nats://one:1,nats://two:2", "", "three,"});
  CHECK(urls == std::vector<std::string>{"nats://one:1", "nats://two:2", "three"});
}

TEST_CASE("a subject cannot smuggle a second protocol line") {
  CHECK(is_subject("get.test.model"));
  CHECK(is_subject("get.test.\xc3\xa9"));
  for (auto bad : {"", "get test", "get\ttest", "get.test\r\nPUB x 0\r\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_subject(bad));
  }
  CHECK_FALSE(is_subject(std::string_view("a\0b", 3)));
}

TEST_CASE("a subscription has no empty token, and its last one may be >") {
  for (auto good : {"a", "a.b", "a.*.c", "a.>", ">", "a.b>c"}) {
    CAPTURE(good);
    CHECK(is_subscribable(good));
  }
  for (auto bad : {"", ".", "a.", ".a", "a..b", "a.>.b", "a b"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_subscribable(bad));
  }
}

TEST_CASE("subject, reply and size together fill a control line of 4096 bytes exactly") {
  CHECK(max_subject(0, 0) == 4096 - 2);
  CHECK(max_subject(0, 9) == 4096 - 2);
  CHECK(max_subject(0, 10) == 4096 - 3);
  CHECK(max_subject(20, 123) == 4096 - 20 - 2 - 3);
  CHECK(max_subject(4092, 1) == 1);
  CHECK(max_subject(4093, 1) == 0);
  CHECK(max_subject(100'000, 1) == 0);
}

TEST_CASE("entries of URLs are taken apart at commas, without white space and what is empty") {
  const std::vector<std::string> want{"nats://a", "tls://b:4", "c"};
  CHECK(split_urls({" nats://a , tls://b:4,", "", " , ", "c "}) == want);
  CHECK(for_people({" nats://u:p@a", "tls://token@b"}) == "nats://a,tls://b");
}

TEST_CASE("cnats gets credentials as they are, fit for JSON") {
  CHECK(url_for_cnats("nats://host:1") == "nats://host:1");
  CHECK(url_for_cnats("nats://u:p%40%2Fs%22@host:1") == R"(nats://u:p@/s\"@host:1)");
  CHECK(url_for_cnats(R"(nats://u:a\b%c%4@host%20)") == R"(nats://u:a\\b%c%4@host%20)");
  CHECK(url_for_cnats("nats://t%0a@host") == R"(nats://t\u000a@host)");
}
