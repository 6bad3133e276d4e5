#pragma once
#include <string_view>

namespace actorgate::bench {

class stage;

// Each drives one gateway, which has just been started for it, and adds what it measures to the stage's
// report. Any count that is wrong is a failure.
void run_start(stage& s);
void run_idle(stage& s);
void run_large_idle(stage& s);
void run_fanout(stage& s);
void run_large_fanout(stage& s);
void run_growth(stage& s);
void run_many(stage& s);
void run_event(stage& s);
void run_get(stage& s);
void run_subscribe(stage& s);
void run_cache(stage& s);
void run_call(stage& s);
void run_collection(stage& s);
void run_http(stage& s);
void run_churn(stage& s);
void run_long_churn(stage& s);
void run_slow(stage& s);
void run_reset(stage& s);
void run_large_reset(stage& s);

struct scenario {
  std::string_view name;
  void (*run)(stage&);
  bool by_default;
  bool for_limit;
};

}  // namespace actorgate::bench
