#include "bench/service.hpp"

#include <vector>

#include <nats/nats.h>

#include "bench/failure.hpp"
#include "bench/nats_pump.hpp"
#include "bench/scan.hpp"

namespace actorgate::bench {
namespace {

constexpr std::string_view name_text = "A resource that is about as long as those of real services are";
constexpr unsigned coll_size = 100, page_size = 25;

void check(natsStatus status, const char* what) {
  if (status != NATS_OK) fail(std::string("NATS, ") + what + ": " + natsStatus_GetText(status));
}

void append_model(std::string& out, std::uint64_t number, std::uint64_t value) {
  out += R"({"result":{"model":{"number":)";
  out += std::to_string(number);
  out += R"(,"name":")";
  out += name_text;
  out += R"(","value":)";
  out += std::to_string(value);
  out += "}}}";
}

void append_wide(std::string& out, std::uint64_t properties) {
  out += R"({"result":{"model":{"value":0)";
  for (std::uint64_t i = 1; i < properties; ++i)
    out += ",\"p" + std::to_string(i) + "\":" + std::to_string(i);
  out += "}}}";
}

void append_collection(std::string& out, std::string_view key, unsigned size) {
  out += R"({"result":{"collection":[)";
  for (unsigned i = 0; i < size; ++i) {
    out += i == 0 ? R"({"rid":"bench.item.)" : R"(,{"rid":"bench.item.)";
    out += key;
    out += '.';
    out += std::to_string(i);
    out += "\"}";
  }
  out += "]}}";
}

}  // namespace

/// The connection to NATS; its messages are delivered by one thread, in order.
class service::connection {
public:
  connection(service& s, const std::string& url) : service_(s) {
    nats_SetMessageDeliveryPoolSize(1);
    natsOptions* options = nullptr;
    check(natsOptions_Create(&options), "options");
    natsOptions_SetURL(options, url.c_str());
    natsOptions_UseGlobalMessageDelivery(options, true);
    natsOptions_SetMaxPendingMsgs(options, 1 << 20);
    natsOptions_SetAllowReconnect(options, false);
    pump_.use_for(options);
    const auto status = natsConnection_Connect(&connection_, options);
    natsOptions_Destroy(options);
    check(status, url.c_str());
    for (const char* subject : {"access.bench.>", "get.bench.>", "call.bench.>"}) subscribe(subject);
    flush();
  }

  ~connection() {
    pump_.stop();
    natsConnection_Close(connection_);
    for (auto* s : subscriptions_) natsSubscription_Destroy(s);
    natsConnection_Destroy(connection_);
  }

  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  void publish(const char* subject, std::string_view data) {
    check(natsConnection_Publish(connection_, subject, data.data(), static_cast<int>(data.size())),
          "publish");
  }

  void flush() { check(natsConnection_FlushTimeout(connection_, 10'000), "flush"); }

private:
  void subscribe(const char* subject) {
    natsSubscription* s = nullptr;
    check(natsConnection_Subscribe(&s, connection_, subject, &on_message, &service_), subject);
    natsSubscription_SetPendingLimits(s, -1, -1);
    subscriptions_.push_back(s);
  }

  static void on_message(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
    const char* reply = natsMsg_GetReply(message);
    if (reply) static_cast<service*>(closure)->answer(natsMsg_GetSubject(message), reply);
    natsMsg_Destroy(message);
  }

  service& service_;
  nats_pump pump_;
  natsConnection* connection_ = nullptr;
  std::vector<natsSubscription*> subscriptions_;
};

service::service(const std::string& nats_url) : connection_(std::make_unique<connection>(*this, nats_url)) {}

service::~service() = default;

void service::answer(std::string_view subject, const char* reply) {
  constexpr std::string_view get = "get.";
  if (subject.starts_with("access.")) {
    connection_->publish(reply, R"({"result":{"get":true,"call":"*"}})");
  } else if (subject.starts_with(get)) {
    connection_->publish(reply, answer_get(subject.substr(get.size())));
    ++gets_;
  } else {
    connection_->publish(reply, R"({"result":null})");
  }
}

std::string_view service::answer_get(std::string_view rid) {
  constexpr std::string_view coll = "bench.coll.", page = "bench.page.", reset = "bench.reset.",
                             wide = "bench.wide.";
  text_.clear();
  if (rid.starts_with(coll)) {
    append_collection(text_, rid.substr(coll.size()), coll_size);
  } else if (rid.starts_with(page)) {
    append_collection(text_, rid.substr(page.size()), page_size);
  } else if (rid.starts_with(wide)) {
    append_wide(text_, number_after(rid, wide).value_or(0));
  } else {
    const auto number = number_after(rid, rid.substr(0, rid.rfind('.') + 1)).value_or(0);
    const bool other = changed_ && number % 100 == 0 && rid.starts_with(reset);
    append_model(text_, number, other ? 1 : 0);
  }
  return text_;
}

void service::change(std::string_view rid, std::uint64_t value, std::string_view padding) {
  event_subject_.assign("event.").append(rid).append(".change");
  event_.assign(R"({"values":{"value":)").append(std::to_string(value));
  if (!padding.empty()) event_.append(R"(,"padding":")").append(padding).append("\"");
  event_ += "}}";
  connection_->publish(event_subject_.c_str(), event_);
}

void service::publish(const std::string& subject, std::string_view data) {
  connection_->publish(subject.c_str(), data);
}

void service::flush() { connection_->flush(); }

}  // namespace actorgate::bench
