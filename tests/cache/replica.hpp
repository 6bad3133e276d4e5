#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/document.h>

namespace actorgate::tests {

/// A client as RES-Client describes it, built from nothing but the messages that it is sent: it keeps what it
/// is told, counts its direct subscriptions, and forgets after every message what none of them reaches any
/// more. What no client should ever be sent ends up in `complaints`.
class replica {
public:
  enum class kind { model, collection, error };
  struct resource {
    kind is = kind::error;
    bool dead = false;  ///< a delete event has come
    std::map<std::string, std::string> properties;
    std::vector<std::string> elements;
    std::vector<std::string> references() const;
  };

  // What the client is about to be answered.
  void asks_subscribe(std::uint64_t id, const std::string& rid) {
    requests_[id] = {request::subscribe, rid, 1};
  }
  void asks_get(std::uint64_t id, const std::string& rid) { requests_[id] = {request::get, rid, 1}; }
  void asks_call(std::uint64_t id, const std::string& rid) { requests_[id] = {request::response, rid, 1}; }
  void asks_unsubscribe(std::uint64_t id, const std::string& rid, std::uint64_t count) {
    requests_[id] = {request::unsubscribe, rid, count};
  }

  void on_message(std::string_view text);

  std::size_t unanswered() const { return requests_.size(); }
  std::uint64_t direct(const std::string& rid) const;
  const std::map<std::string, std::uint64_t>& direct() const { return direct_; }
  const std::map<std::string, resource>& known() const { return known_; }
  const std::vector<std::string>& complaints() const { return complaints_; }

private:
  enum class request { subscribe, get, response, unsubscribe };
  struct waiting {
    request what;
    std::string rid;
    std::uint64_t count;
  };
  using resources = std::map<std::string, resource>;

  void on_result(const waiting& asked, const rapidjson::Value& message);
  void on_event(const std::string& rid, const std::string& name, const rapidjson::Value& data);
  resources read_set(const rapidjson::Value& from) const;
  void learn(resources news);
  void expect_complete(const std::string& root, const resources& news);
  void forget_unreachable();
  void complain(const std::string& what) { complaints_.push_back(what); }

  std::map<std::uint64_t, waiting> requests_;
  std::map<std::string, std::uint64_t> direct_;
  resources known_;
  std::vector<std::string> complaints_;
};

}  // namespace actorgate::tests
