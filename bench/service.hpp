#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace actorgate::bench {

/// The RES service behind the gateway, for every resource whose name begins with `bench.`; on two threads of
/// its own, that answer whatever has come in with one write.
///
///     bench.coll.<k>   a collection of 100 references, to bench.item.<k>.<0-99>
///     bench.page.<k>   a collection of 25 references, to bench.item.<k>.<0-24>
///     anything else    a model of about 130 bytes: number, name, value
class service {
public:
  explicit service(const std::string& nats_url);
  ~service();
  service(const service&) = delete;
  service& operator=(const service&) = delete;

  /// Publishes a change event of `rid`: its property `value` is now `value`. `padding` is text for a further
  /// property.
  void change(std::string_view rid, std::uint64_t value, std::string_view padding = {});

  /// Publishes any message.
  void publish(const std::string& subject, std::string_view data);

  /// From now on, one of a hundred models bench.reset.<k> has another value.
  void change_one_percent() { changed_ = true; }

  /// How many get requests it has answered.
  std::uint64_t gets() const { return gets_; }

  /// Whether all requests before have been answered and all events before are on their way.
  void flush();

private:
  class connection;
  friend class connection;

  void answer(std::string_view subject, const char* reply);
  std::string_view answer_get(std::string_view rid);

  std::atomic<std::uint64_t> gets_{0};
  std::atomic<bool> changed_{false};
  std::string text_;  // of the answer; the delivery thread's
  std::string event_subject_, event_;
  std::unique_ptr<connection> connection_;
};

}  // namespace actorgate::bench
