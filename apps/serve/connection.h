#pragma once
#include <httplib.h>

#include <array>
#include <chrono>
#include <stop_token>
#include <string>

namespace tutti {

/// A client's connection as httplib reads and writes it, with bounds that httplib does not have:
/// the head and the body each arrive within a time as a whole, and only so much of them that is not
/// in a file yet is held in memory.
class Connection final : public httplib::Stream {
 public:
  /// The socket is its own from now on. Nothing more is read once `stop` is asked for.
  Connection(int socket, std::stop_token stop);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override;  // gives the client a moment to read the answer to its end, and closes

  /// The head is there; the body may take so long.
  void expect_body(std::chrono::seconds time);
  /// So many bytes of what was read are in a file now.
  void stored(std::size_t bytes);

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  /// All that is asked for, less at the end or when time is up; -1 if there is nothing.
  ssize_t read(char* to, std::size_t size) override;
  ssize_t write(const char* from, std::size_t size) override;
  void get_remote_ip_and_port(std::string&, int&) const override {}  // nobody asks
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool wait_for(short events, Clock::time_point until) const;
  bool fill();

  int socket_;
  std::stop_token stop_;
  Clock::time_point read_until_;
  std::array<char, 1 << 14> buffer_;
  std::size_t next_ = 0, filled_ = 0;  // what of the buffer is to be read
  bool ended_ = false;
  std::size_t held_ = 0;
};

}  // namespace tutti
