#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_message.hpp"

namespace actorgate::actors {

/// A file that browsers may have.
struct page_file {
  std::string name;
  std::string content;
};

/// The page that shows the cluster, served from memory below `/inspect/`: `index.html` as the folder itself,
/// the other files by their names, and `config.json`, which says where the WebSocket is and how to log in.
class admin_page {
public:
  static constexpr std::string_view root = "/inspect/";

  /// `ws_path` is that of the WebSocket; `login` the auth method that takes name and password, empty if there
  /// is none.
  admin_page(const std::vector<page_file>& files, std::string_view ws_path, std::string_view login);

  /// Nothing if the request is for something else.
  std::optional<net::http_response> answer(const net::http_request& request) const;

  /// The Content-Type by the name; empty if files of that kind are not served.
  static std::string_view type_of(std::string_view name);

private:
  struct entry {
    std::string_view type;
    std::string content;
  };
  std::map<std::string, entry, std::less<>> files_;  ///< by what stands behind the root
};

}  // namespace actorgate::actors
