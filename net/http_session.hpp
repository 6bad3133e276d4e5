#pragma once
#include <memory>
#include <optional>
#include <string>

#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/http_door.hpp"

namespace actorgate::net {

/// One connection to the HTTP door, from its first byte to its end or its upgrade. Reads one request, waits
/// for its answer, writes it, and begins again; a pending operation or somebody's `http_responder_ptr` keeps
/// it alive.
class http_session final : public http_responder, public std::enable_shared_from_this<http_session> {
public:
  http_session(loop& l, tcp_socket socket, std::string remote_address,
               std::shared_ptr<const http_door_options> options, http_door_owner& owner);

  /// Reads the first request. On the loop's thread.
  void start();

  void respond(http_response response) override;
  void accept(http_headers headers) override;

private:
  using message = boost::beast::http::response<boost::beast::http::string_body>;

  void read_header();
  void on_header();
  void read_body();
  void take_request();
  void upgrade();
  void refuse_read(boost::system::error_code error);
  void refuse(unsigned status, std::string_view code, std::string_view text);
  void write();
  void on_written();
  void await_next();
  void drain();

  loop& loop_;
  boost::beast::basic_stream<boost::asio::ip::tcp, executor> stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  http_request request_;
  std::optional<message> answer_;
  std::string remote_address_;
  std::shared_ptr<const http_door_options> options_;
  http_door_owner& owner_;
  bool answering_ = false;   // no answer is wanted any more
  bool keep_alive_ = false;  // after this answer
};

}  // namespace actorgate::net
