#include "main/inspect_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace actorgate {
namespace {

struct command_words {
  std::string_view name;
  std::size_t least, most;  ///< arguments
  std::string_view arguments, help;
};

constexpr std::array commands{
    command_words{"summary", 0, 0, "", "the gateway, its shards, and what inspection costs"},
    command_words{"nodes", 0, 0, "", "the gateways of its cluster, by their heartbeats"},
    command_words{"actors", 0, 0, "", "actors by kind: count, messages, queues, memory"},
    command_words{"connections", 0, 1, "[FILTER]", "clients, by cid, address or token id"},
    command_words{"connection", 1, 1, "CID", "one client, with its subscriptions"},
    command_words{"entries", 0, 1, "[FILTER]", "what is cached, by name"},
    command_words{"entry", 1, 1, "NAME", "one name: queries, subscribers, requests"},
    command_words{"subscriptions", 0, 1, "[FILTER]", "NATS subscriptions"},
    command_words{"requests", 0, 0, "", "what services have not answered"},
    command_words{"why", 2, 2, "CID RID", "why a client has a resource, and what it waits for"},
    command_words{"close", 1, 2, "CID [REASON]", "close a client: closed_by_operator, normal, going_away,"},
    command_words{"", 0, 0, "", "policy_violation or try_again_later"},
    command_words{"drop", 1, 1, "NAME", "forget a cached name that nobody uses"},
    command_words{"refetch", 1, 1, "NAME", "ask the service again for a cached name"},
    command_words{"log-level", 1, 1, "LEVEL", "trace, debug, info, warning, error, critical or off"},
    command_words{"trace", 1, 1, "CID|NAME", "show the messages of a client or a resource"},
};

/// Those that do something.
constexpr std::array<std::string_view, 5> acts{"close", "drop", "refetch", "log-level", "trace"};

struct option_words {
  std::string_view name, argument, help;
};

constexpr std::array options{
    option_words{"--host", "ADDRESS", "where the gateway is inspected (127.0.0.1)"},
    option_words{"--port", "PORT", "and on which port: its inspectPort"},
    option_words{"--tls-cert", "FILE", "certificate, for a gateway that asks for one"},
    option_words{"--tls-key", "FILE", "private key of the certificate"},
    option_words{"--tls-ca", "FILE", "authority that the gateway's certificate is from"},
    option_words{"--cluster", "", "ask all gateways that this one knows of"},
    option_words{"--json", "", "JSON, for programs"},
    option_words{"--watch", "SECONDS", "answer again and again"},
    option_words{"--limit", "COUNT", "at most so many of a list; 0: all (1000)"},
    option_words{"--seconds", "COUNT", "how long to trace (10)"},
    option_words{"--lines", "COUNT", "at most so many lines of a trace (1000)"},
    option_words{"--help", "", "print this"},
};

template <class Integer>
Integer to_number(const std::string& name, const std::string& text) {
  Integer result{};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, result);
  if (error != std::errc{} || stop != end || text.empty()) {
    throw inspect_usage_error(name + ": \"" + text + "\" is no number that fits");
  }
  return result;
}

void set(inspect_order& o, const std::string& name, const std::string& value) {
  if (name == "--host") o.host = value;
  if (name == "--port") o.port = to_number<std::uint16_t>(name, value);
  if (name == "--tls-cert") o.who.certificate = value;
  if (name == "--tls-key") o.who.key = value;
  if (name == "--tls-ca") o.who.authority = value;
  if (name == "--cluster") o.cluster = true;
  if (name == "--json") o.json = true;
  if (name == "--watch") o.watch = to_number<std::uint32_t>(name, value);
  if (name == "--limit") o.limit = to_number<std::uint32_t>(name, value);
  if (name == "--seconds") o.seconds = to_number<std::uint32_t>(name, value);
  if (name == "--lines") o.lines = to_number<std::uint32_t>(name, value);
  if (name == "--help") o.help = true;
}

void set_by(inspect_order& o, const environment& variables) {
  constexpr std::array<std::pair<const char*, const char*>, 5> names{{
      {"ACTORGATE_INSPECT_HOST", "--host"},
      {"ACTORGATE_INSPECT_PORT", "--port"},
      {"ACTORGATE_INSPECT_TLS_CERT", "--tls-cert"},
      {"ACTORGATE_INSPECT_TLS_KEY", "--tls-key"},
      {"ACTORGATE_INSPECT_TLS_CA", "--tls-ca"},
  }};
  for (const auto& [variable, option] : names) {
    const auto found = variables.find(variable);
    if (found != variables.end() && !found->second.empty()) set(o, option, found->second);
  }
  // Where it listens to all is no place to connect to.
  if (o.host == "0.0.0.0" || o.host == "::") o.host = o.host == "::" ? "::1" : "127.0.0.1";
}

void check(const inspect_order& o) {
  if (o.command.empty()) throw inspect_usage_error("a command is missing");
  const auto found = std::ranges::find(commands, o.command, &command_words::name);
  if (found == commands.end()) throw inspect_usage_error("unknown command " + o.command);
  if (o.arguments.size() < found->least || o.arguments.size() > found->most) {
    throw inspect_usage_error("usage: actorgate inspect " + o.command + " " + std::string(found->arguments));
  }
  if (o.port == 0) throw inspect_usage_error("--port is missing: the gateway's inspectPort");
  if (o.cluster && o.command == "trace") throw inspect_usage_error("a trace is of one gateway: no --cluster");
  if (o.watch > 0 && std::ranges::find(acts, o.command) != acts.end()) {
    throw inspect_usage_error("--watch repeats questions: not with " + o.command);
  }
  if (!o.who.empty() && !o.who.complete()) {
    throw inspect_usage_error("TLS takes --tls-cert, --tls-key and --tls-ca");
  }
}

std::string line(const std::string& words, std::string_view help) {
  constexpr std::size_t column = 30;
  auto text = "  " + words;
  text.resize(std::max(column, text.size() + 1), ' ');
  return text.append(help) + '\n';
}

}  // namespace

inspect_order read_inspect_order(const std::vector<std::string>& arguments, const environment& variables) {
  inspect_order o;
  set_by(o, variables);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& word = arguments[i];
    if (!word.starts_with("-")) {
      (o.command.empty() ? o.command : o.arguments.emplace_back()) = word;
      continue;
    }
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    const auto found = std::ranges::find(options, word == "-h" ? "--help" : name, &option_words::name);
    if (found == options.end()) throw inspect_usage_error("unknown option " + name);
    const bool needs = !found->argument.empty();
    if (needs && equals == word.npos && i + 1 == arguments.size()) {
      throw inspect_usage_error("option " + name + " needs a value: " + std::string(found->argument));
    }
    set(o, std::string(found->name),
        !needs                ? ""
        : equals == word.npos ? arguments[++i]
                              : word.substr(equals + 1));
  }
  if (!o.help) check(o);
  return o;
}

std::string inspect_usage() {
  std::string text = "Usage: actorgate inspect [options] COMMAND [ARGUMENTS]\n\nCommands:\n";
  for (const auto& c : commands) {
    text += line(std::string(c.name) + (c.arguments.empty() ? "" : " ") + std::string(c.arguments), c.help);
  }
  text += "\nOptions:\n";
  for (const auto& o : options) {
    text += line(std::string(o.name) + (o.argument.empty() ? "" : " ") + std::string(o.argument), o.help);
  }
  return text +
         "\nHost, port and files are taken from ACTORGATE_INSPECT_HOST, _PORT, _TLS_CERT, _TLS_KEY and\n"
         "_TLS_CA as well, which configure a gateway.\n";
}

}  // namespace actorgate
