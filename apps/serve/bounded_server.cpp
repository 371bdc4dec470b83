#include "apps/serve/bounded_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <list>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>

#include "apps/serve/connection.h"
#include "kernels/support/error.h"

namespace tutti {
namespace {

constexpr int backlog = 128;
constexpr std::string_view full =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    "Connection: close\r\n\r\n";

/// A thread for each connection. One for which there is no room is served on the thread that
/// accepts them.
class ConnectionThreads final : public httplib::TaskQueue {
 public:
  explicit ConnectionThreads(std::size_t most) : most_(most) {}

  /// Nothing in older versions of httplib.
  using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue({}));

  Enqueued enqueue(std::function<void()> serve) override {
    if (!start(serve)) serve();
    return Enqueued(true);
  }

  void shutdown() override {
    std::unique_lock lock(mutex_);
    none_open_.wait(lock, [&] { return open_.empty(); });
    join_ended();
  }

 private:
  bool start(const std::function<void()>& serve) {
    const std::lock_guard lock(mutex_);
    join_ended();
    if (open_.size() == most_) return false;
    const auto own = open_.emplace(open_.end());
    try {
      *own = std::thread([this, serve, own] {
        serve();
        const std::lock_guard last(mutex_);
        ended_.splice(ended_.end(), open_, own);
        none_open_.notify_all();
      });
    } catch (const std::system_error&) {
      open_.erase(own);
      return false;
    }
    return true;
  }

  void join_ended() {
    for (auto& thread : ended_) thread.join();
    ended_.clear();
  }

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable none_open_;
  std::list<std::thread> open_, ended_;
};

}  // namespace

BoundedServer::BoundedServer(std::size_t connections) {
  new_task_queue = [connections] { return new ConnectionThreads(connections); };
  set_socket_options([](socket_t socket) {  // httplib's own let two servers share a port
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
}

int BoundedServer::bind(const std::string& host, int port) {
  errno = 0;
  if (port == 0)
    port = bind_to_any_port(host);
  else if (!bind_to_port(host, port))
    port = -1;
  if (port < 0 || ::listen(svr_sock_, backlog) != 0)
    throw Error("cannot listen at ", host, ": ",
                errno ? std::strerror(errno) : "there is no such address of this machine");
  return port;
}

void BoundedServer::run(std::stop_token stop) {
  stop_ = stop;
  accepting_ = std::this_thread::get_id();
  const int socket = svr_sock_;
  const std::stop_callback on_stop(stop, [&] {
    svr_sock_ = INVALID_SOCKET;
    ::shutdown(socket, SHUT_RDWR);  // wakes accept
  });
  if (!listen_after_bind()) throw Error("cannot accept connections any more");
  ::close(socket);
}

bool BoundedServer::process_and_close_socket(socket_t socket) {
  if (std::this_thread::get_id() == accepting_) {
    ::send(socket, full.data(), full.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    ::shutdown(socket, SHUT_WR);
    ::close(socket);
    return false;
  }
  Connection connection(socket, stop_);
  const auto begin_body = [&](httplib::Request& request) {
    connection.expect_body(body_time(request));
    // A field of httplib's clients; here it tells the connection what has been stored.
    request.progress = [&](std::uint64_t bytes, std::uint64_t) {
      connection.stored(bytes);
      return true;
    };
    request.ranges.clear();
    request.headers.erase("Accept-Encoding");  // nothing is worth compressing
  };
  bool closed = false;
  const auto process = [&](auto& stream) {  // addresses, which nobody asks for, in newer httplib
    if constexpr (requires { process_request(stream, true, closed, begin_body); })
      return process_request(stream, true, closed, begin_body);
    else
      return process_request(stream, "", 0, "", 0, true, closed, begin_body);
  };
  try {
    return process(connection);
  } catch (const std::exception&) {  // of a head that is too much for httplib
    return false;
  }
}

}  // namespace tutti
