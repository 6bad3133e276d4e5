#include "main/inspecting.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>
#include <unistd.h>

#include "inspection/contact.hpp"
#include "main/inspect_output.hpp"
#include "main/inspect_words.hpp"

namespace actorgate {
namespace {

namespace i = inspection;
using i::named;

/// All pages of a list together.
template <class Row>
struct whole_list {
  std::vector<Row> items;
  bool complete = true;  ///< false: it has changed too much meanwhile
  bool cut = false;      ///< there is more than was asked for

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"items", x.items}, named{"complete", x.complete}, named{"cut", x.cut});
  }
};

/// Actors of one kind between two answers.
struct busy_row {
  std::string kind;
  std::uint64_t count = 0;
  double messages_per_s = 0;
  double mean_queue = 0;      ///< messages that were there when one of them had its turn
  std::uint64_t deepest = 0;  ///< the most of them
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;

  template <class Self, class F>
  static auto each(Self& x, F f) {
    return f(named{"kind", x.kind}, named{"count", x.count}, named{"messages_per_s", x.messages_per_s},
             named{"mean_queue", x.mean_queue}, named{"deepest", x.deepest}, named{"messages", x.messages},
             named{"bytes", x.bytes});
  }
};

std::uint16_t to_port(const std::string& text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0)
    throw i::contact_error("it tells no port");
  return port;
}

class client {
public:
  explicit client(const inspect_order& o)
      : order_(o),
        config_(o.who),
        system_(config_),
        self_(system_),
        inspector_(i::contact(system_, o.host, o.port)) {}

  void run() {
    if (order_.command == "trace") return trace();
    do {
      const auto begin = std::chrono::steady_clock::now();
      const auto text = order_.cluster ? answer_of_all() : answer();
      if (order_.watch > 0 && !order_.json && ::isatty(STDOUT_FILENO)) print("\x1b[H\x1b[2J");
      print(text);
      if (order_.watch > 0) std::this_thread::sleep_until(begin + std::chrono::seconds{order_.watch});
    } while (order_.watch > 0);
  }

private:
  template <class Question>
  auto ask(Question q) {
    return i::ask(self_, inspector_, std::move(q));
  }
  const std::string& argument(std::size_t index) const {
    static const std::string none;
    return index < order_.arguments.size() ? order_.arguments[index] : none;
  }
  static void print(const std::string& text) {
    if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
      throw i::contact_error("the answer cannot be written");
    }
  }

  template <class T>
  std::string shown(const T& told) const {
    return order_.json ? to_json(told) + '\n' : to_sheet(told);
  }
  template <class Row>
  std::string shown(const whole_list<Row>& told) const {
    if (order_.json) return to_json(told) + '\n';
    return to_table(told.items) + notes(told.complete, told.cut);
  }
  std::string shown(const i::connection_detail& told) const {
    return order_.json ? to_json(told) + '\n' : to_sheet(told) + notes(told.complete, told.more);
  }
  static std::string notes(bool complete, bool cut) {
    std::string text;
    if (!complete) text += "(the list has changed meanwhile; something may be missing)\n";
    if (cut) text += "(there is more: --limit)\n";
    return text;
  }
  std::string shown(const i::done& told) const {
    return order_.json ? to_json(told) + '\n' : plain(told.what) + '\n';
  }

  /// Asks for page after page.
  template <class Row, class Question>
  whole_list<Row> all_of(Question q) {
    whole_list<Row> list;
    for (bool more = true; more && !list.cut;) {
      auto page = ask(q);
      list.complete = list.complete && page.complete;
      for (auto& row : page.items) {
        list.cut = order_.limit > 0 && list.items.size() == order_.limit;
        if (list.cut) break;
        list.items.push_back(std::move(row));
      }
      more = page.more;
      q.from = std::move(page.next);
    }
    return list;
  }

  std::string answer();
  std::string answer_of_all();
  i::inspector_actor reach(const i::node_row& node);
  std::string headed(const i::node_row& node, std::string text) const;
  std::string connection();
  std::string actors();
  std::string why();
  void trace();
  void print_line(const i::trace_line& line) const;

  const inspect_order& order_;
  i::system_config config_;
  caf::actor_system system_;
  caf::scoped_actor self_;
  i::inspector_actor inspector_;
};

std::string client::answer() {
  const auto& what = order_.command;
  if (what == "summary") return shown(ask(i::get_summary{}));
  if (what == "nodes") return shown(whole_list<i::node_row>{ask(i::list_nodes{}).items});
  if (what == "actors") return actors();
  if (what == "connections") return shown(all_of<i::connection_row>(i::list_connections{{}, 0, argument(0)}));
  if (what == "connection") return connection();
  if (what == "entries") return shown(all_of<i::entry_row>(i::list_entries{{}, 0, argument(0)}));
  if (what == "entry") return shown(ask(i::get_entry{argument(0)}));
  if (what == "subscriptions") return shown(all_of<i::nats_row>(i::list_subscriptions{{}, 0, argument(0)}));
  if (what == "requests") return shown(all_of<i::request_row>(i::list_requests{}));
  if (what == "why") return why();
  if (what == "close") return shown(ask(i::close_connection{argument(0), argument(1)}));
  if (what == "drop") return shown(ask(i::drop_entry{argument(0)}));
  if (what == "refetch") return shown(ask(i::refetch_entry{argument(0)}));
  return shown(ask(i::set_log_level{argument(0)}));
}

/// That of each gateway, or why it has none: a client, for one, is only at one of them.
std::string client::answer_of_all() {
  const auto first = inspector_;
  std::string all;
  const auto nodes = ask(i::list_nodes{}).items;
  for (const auto& node : nodes) {
    try {
      // The one that tells of the others heads the list.
      inspector_ = &node == &nodes.front() ? first : reach(node);
      all += headed(node, answer());
    } catch (const i::contact_error& e) {
      std::fprintf(stderr, "node %s: %s\n", plain(node.node).c_str(), plain(e.what()).c_str());
    }
    inspector_ = first;
  }
  if (all.empty()) throw i::contact_error("no gateway has an answer");
  return all;
}

i::inspector_actor client::reach(const i::node_row& node) {
  if (node.inspect.empty()) throw i::contact_error("it has no inspector");
  const auto colon = node.inspect.rfind(':');
  auto host = node.inspect.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  // Where it listens to all is no place to connect to.
  if (host == "0.0.0.0" || host == "::") host = node.host;
  return i::contact(system_, host, to_port(node.inspect.substr(colon + 1)), node.node);
}

std::string client::headed(const i::node_row& node, std::string text) const {
  if (!order_.json)
    return "== " + plain(node.node) + ", clients at " + plain(node.clients) + '\n' + text + '\n';
  text.pop_back();
  std::string line = R"({"node":)";
  append_json(line, node.node);
  return line + R"(,"answer":)" + text + "}\n";
}

/// With all its subscriptions.
std::string client::connection() {
  i::get_connection q{argument(0), {}, 0};
  auto told = ask(q);
  const auto is_full = [&] { return order_.limit > 0 && told.items.size() >= order_.limit; };
  while (told.more && !is_full()) {
    q.from = told.next;
    auto page = ask(q);
    for (auto& row : page.items) told.items.push_back(std::move(row));
    told.next = std::move(page.next);
    told.more = page.more;
    told.complete = told.complete && page.complete;
  }
  if (is_full()) {
    told.more = told.more || told.items.size() > order_.limit;
    told.items.resize(order_.limit);
  }
  return shown(told);
}

/// Two answers make a rate.
std::string client::actors() {
  constexpr std::chrono::milliseconds between{500};
  const auto before = ask(i::list_actors{});
  std::this_thread::sleep_for(between);
  const auto after = ask(i::list_actors{});
  const auto seconds = static_cast<double>(after.uptime_ms - before.uptime_ms) / 1000;
  whole_list<busy_row> list;
  for (std::size_t k = 0; k < after.items.size() && k < before.items.size(); ++k) {
    const auto& now = after.items[k];
    const auto& then = before.items[k];
    const auto messages = static_cast<double>(now.messages - then.messages);
    const auto runs = static_cast<double>(now.runs - then.runs);
    list.items.push_back({now.kind, now.count, messages / seconds, runs > 0 ? messages / runs : 0,
                          std::max(now.deepest, then.deepest), now.messages, now.bytes});
  }
  return shown(list);
}

std::string client::why() {
  const auto told = ask(i::explain{argument(0), argument(1)});
  if (!told.subscribed) throw i::contact_error(told.cid + " has no " + plain(told.rid));
  return shown(told);
}

void client::print_line(const i::trace_line& line) const {
  if (order_.json) return print(to_json(line) + '\n');
  const auto seconds = static_cast<std::time_t>(line.time_us / 1'000'000);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  char time[16];
  std::strftime(time, sizeof time, "%H:%M:%S", &parts);
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%06d", static_cast<int>(line.time_us % 1'000'000));
  print(time + std::string(fraction) + ' ' + plain(line.text) + '\n');
}

/// Prints what comes until the inspector says that this was all.
void client::trace() {
  const auto listener =
      caf::actor_cast<i::trace_listener>(caf::actor_cast<caf::strong_actor_ptr>(self_.ptr()));
  self_->monitor(inspector_);
  ask(i::start_trace{argument(0), order_.seconds, order_.lines, listener});
  bool running = true, lost = false;
  self_->receive_while(running)([this](const i::trace_line& line) { print_line(line); },
                                [&](const i::trace_ended& end) {
                                  std::fprintf(stderr, "(%s)\n", plain(end.why).c_str());
                                  running = false;
                                },
                                [&](const caf::down_msg&) {
                                  lost = true;
                                  running = false;
                                });
  if (lost) throw i::contact_error("the gateway is gone");
}

}  // namespace

int inspect(const std::vector<std::string>& arguments, const environment& variables) {
  try {
    const auto order = read_inspect_order(arguments, variables);
    if (order.help) return std::fputs(inspect_usage().c_str(), stdout) >= 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    client(order).run();
    return EXIT_SUCCESS;
  } catch (const inspect_usage_error& e) {
    std::fprintf(stderr, "actorgate inspect: %s\n\n%s", e.what(), inspect_usage().c_str());
  } catch (const std::exception& e) {
    std::fprintf(stderr, "actorgate inspect: %s\n", plain(e.what()).c_str());
  }
  return EXIT_FAILURE;
}

}  // namespace actorgate
