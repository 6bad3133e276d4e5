#pragma once
#include <string_view>

#include <rapidjson/error/error.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "protocol/json.hpp"

namespace actorgate::fuzz {

/// Ends the run with what libFuzzer takes for a crash.
inline void require(bool good) {
  if (!good) __builtin_trap();
}

/// What RapidJSON thinks of a text, and how deep that is.
struct judgement {
  bool accepted;
  bool is_unable;  ///< to read what is JSON: numbers with huge exponents, and lone surrogates
  int depth;
};

inline judgement judge(std::string_view text) {
  struct depth_meter : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, depth_meter> {
    int now = 0, most = 0;
    bool open() { return most = std::max(most, ++now), true; }
    bool StartObject() { return open(); }
    bool StartArray() { return open(); }
    bool EndObject(rapidjson::SizeType) { return --now, true; }
    bool EndArray(rapidjson::SizeType) { return --now, true; }
  };
  constexpr unsigned flags = rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag;
  rapidjson::MemoryStream stream{text.data(), text.size()};
  rapidjson::Reader reader;
  depth_meter meter;
  const auto result = reader.Parse<flags>(stream, meter);
  const bool is_unable = result.Code() == rapidjson::kParseErrorStringUnicodeSurrogateInvalid ||
                         result.Code() == rapidjson::kParseErrorNumberTooBig;
  return {!result.IsError(), is_unable, meter.most};
}

/// We and RapidJSON take the same for JSON, but for what RapidJSON is unable to read, and what is too deep
/// for us.
inline void compare_with_rapidjson(std::string_view text) {
  const bool ours = protocol::is_json(text);
  const auto theirs = judge(text);
  if (ours) require(theirs.accepted || theirs.is_unable);
  // RapidJSON takes a zero byte for the end.
  const bool ends_early = text.find('\0') != std::string_view::npos;
  if (theirs.accepted && !ends_early) require(ours || theirs.depth > protocol::max_json_depth);
}

}  // namespace actorgate::fuzz
