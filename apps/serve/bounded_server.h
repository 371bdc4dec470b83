#pragma once
#include <httplib.h>

#include <chrono>
#include <stop_token>
#include <string>
#include <thread>

namespace tutti {

/// httplib's server, with one request a connection, each on a thread of its own, and so many of
/// them at most: others are told at once to come again.
class BoundedServer : public httplib::Server {
 public:
  explicit BoundedServer(std::size_t connections);

  /// The port: the one asked for, or a free one for 0. An Error if it cannot be had.
  int bind(const std::string& host, int port);
  /// Answers until it is to stop, and what is in work then.
  void run(std::stop_token stop);

 private:
  virtual std::chrono::seconds body_time(const httplib::Request& request) const = 0;
  bool process_and_close_socket(socket_t socket) override;

  std::stop_token stop_;
  std::thread::id accepting_;
};

}  // namespace tutti
