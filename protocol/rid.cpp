#include "protocol/rid.hpp"

#include <algorithm>

namespace actorgate::protocol {
namespace {
bool is_part_character(char c) { return c > 32 && c < 127 && c != '*' && c != '>' && c != '?' && c != '.'; }
}  // namespace

rid_parts split_rid(std::string_view rid) {
  const auto mark = rid.find('?');
  if (mark == std::string_view::npos) return {rid, {}};
  return {rid.substr(0, mark), rid.substr(mark + 1)};
}

bool is_valid_part(std::string_view part) {
  return !part.empty() && std::ranges::all_of(part, is_part_character);
}

bool is_valid_name(std::string_view name) {
  bool part_begins = true;
  for (char c : name) {
    if (c == '.') {
      if (part_begins) return false;
      part_begins = true;
    } else {
      if (!is_part_character(c)) return false;
      part_begins = false;
    }
  }
  return !part_begins;
}

bool is_valid_rid(std::string_view rid) { return is_valid_name(split_rid(rid).name); }

std::string_view expand_cid(std::string_view rid, std::string_view cid, std::string& storage) {
  auto tag = rid.find(cid_tag);
  if (tag == std::string_view::npos) return rid;
  storage.clear();
  for (; tag != std::string_view::npos; tag = rid.find(cid_tag)) {
    storage.append(rid.substr(0, tag)).append(cid);
    rid.remove_prefix(tag + cid_tag.size());
  }
  return storage.append(rid);
}

}  // namespace actorgate::protocol
