#include "bench/report.hpp"

#include <cstdio>

#include "bench/latency.hpp"

namespace actorgate::bench {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return out + '"';
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

}  // namespace

void report::add(const std::string& name, double value) { figures_.emplace_back(name, value); }

void report::add(const std::string& name, latency& times) {
  add(name + ".p50_us", times.percentile_us(0.5));
  add(name + ".p99_us", times.percentile_us(0.99));
  add(name + ".p999_us", times.percentile_us(0.999));
}

std::string report::json(const std::string& gateway, const std::string& scenario,
                         const std::string& failure) const {
  std::string out =
      "{\"gateway\":" + quoted(gateway) + ",\"scenario\":" + quoted(scenario) + ",\"figures\":{";
  for (std::size_t i = 0; i < figures_.size(); ++i) {
    out += (i == 0 ? "" : ",") + quoted(figures_[i].first) + ":" + number(figures_[i].second);
  }
  out += "},\"notes\":[";
  for (std::size_t i = 0; i < notes_.size(); ++i) out += (i == 0 ? "" : ",") + quoted(notes_[i]);
  out += "]";
  if (!failure.empty()) out += ",\"failure\":" + quoted(failure);
  return out + "}";
}

}  // namespace actorgate::bench
