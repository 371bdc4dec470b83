#include "apps/serve/connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tutti {
namespace {

using namespace std::chrono_literals;

constexpr auto head_time = 5s, answer_time = 30s, farewell_time = 1s;
constexpr auto glance = 200ms;  // so often a connection that waits looks whether it is to stop
constexpr std::size_t most_held = 1 << 16;

}  // namespace

Connection::Connection(int socket, std::stop_token stop)
    : socket_(socket), stop_(std::move(stop)), read_until_(Clock::now() + head_time) {}

Connection::~Connection() {
  // To close with bytes unread would take the answer away from a client that still sends.
  ::shutdown(socket_, SHUT_WR);
  read_until_ = Clock::now() + farewell_time;
  while (fill()) {
  }
  ::close(socket_);
}

void Connection::expect_body(std::chrono::seconds time) { read_until_ = Clock::now() + time; }

void Connection::stored(std::size_t bytes) { held_ -= std::min(held_, bytes); }

bool Connection::wait_for(short events, Clock::time_point until) const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  pollfd ready{socket_, events, 0};
  ::poll(&ready, 1, static_cast<int>(std::clamp(left, 0ms, glance).count()));
  return left > 0ms;
}

bool Connection::fill() {
  while (!stop_.stop_requested() && wait_for(POLLIN, read_until_)) {
    const ssize_t size = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    ended_ = size == 0;
    next_ = 0, filled_ = static_cast<std::size_t>(std::max<ssize_t>(size, 0));
    return size > 0;
  }
  return false;
}

ssize_t Connection::read(char* to, std::size_t size) {
  std::size_t got = 0;
  while (got < size && (next_ < filled_ || fill())) {
    const auto part = std::min(size - got, filled_ - next_);
    std::memcpy(to + got, buffer_.data() + next_, part);
    next_ += part, got += part;
  }
  held_ += got;
  if (held_ > most_held) return -1;
  return got > 0 || ended_ ? static_cast<ssize_t>(got) : -1;
}

ssize_t Connection::write(const char* from, std::size_t size) {
  const auto until = Clock::now() + answer_time;
  std::size_t sent = 0;
  while (sent < size && wait_for(POLLOUT, until)) {
    const ssize_t part = ::send(socket_, from + sent, size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (part < 0 && errno != EAGAIN && errno != EINTR) return -1;
    sent += static_cast<std::size_t>(std::max<ssize_t>(part, 0));
  }
  return sent == size ? static_cast<ssize_t>(sent) : -1;
}

}  // namespace tutti
