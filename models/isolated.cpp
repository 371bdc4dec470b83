#include "models/isolated.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <new>

#include "engine/error.h"

namespace tutti {
namespace {

// The first byte of a child's answer.
constexpr char result = '=', failure = '!';

/// Both ends of a pipe, closed at the end.
struct Pipe {
  Pipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0) throw Error("no pipe: ", std::strerror(errno));
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    ::close(ends[0]);
    close_writing();
  }
  void close_writing() {
    if (ends[1] >= 0) ::close(ends[1]);
    ends[1] = -1;
  }
  int ends[2];  // reading, writing
};

void limit(__rlimit_resource resource, rlim_t most) {
  rlimit limits;
  if (::getrlimit(resource, &limits) != 0) return;
  limits.rlim_cur = std::min(limits.rlim_cur, most);
  ::setrlimit(resource, &limits);
}

rlim_t address_space() {
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

/// Makes a crash silent and an excess of time or memory the end of the process.
void confine(const Limits& limits) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU, SIGPIPE})
    std::signal(signal, SIG_DFL);
  ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, limits.seconds);
  limit(RLIMIT_AS, address_space() + limits.bytes);
}

std::string answer_of(const std::function<std::string()>& read) {
  try {
    return result + read();
  } catch (const std::bad_alloc&) {
    return failure + std::string("it takes too much memory");
  } catch (const std::exception& problem) {
    return failure + std::string(problem.what());
  }
}

[[noreturn]] void serve(int fd, const std::function<std::string()>& read) {
  const std::string answer = answer_of(read);
  for (std::size_t sent = 0; sent < answer.size();) {
    const ssize_t count = ::write(fd, answer.data() + sent, answer.size() - sent);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) ::_exit(EXIT_FAILURE);
    sent += static_cast<std::size_t>(count);
  }
  ::_exit(EXIT_SUCCESS);
}

std::string read_all(int fd) {
  std::string text;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Error("lost a child process: ", std::strerror(errno));
    if (count == 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

/// Waits for the child and throws an Error unless it came to a good end.
void expect_success(pid_t child, const Limits& limits) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw Error("lost a child process: ", std::strerror(errno));
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
    throw Error("it is damaged: its reader took more than ", limits.seconds, " s");
  if (WIFSIGNALED(status))
    throw Error("it is damaged: its reader crashed (", ::strsignal(WTERMSIG(status)), ")");
  if (WEXITSTATUS(status) != EXIT_SUCCESS) throw Error("it is damaged: its reader crashed");
}

}  // namespace

std::string isolated(const std::function<std::string()>& read, const Limits& limits) {
  Pipe pipe;
  const pid_t child = ::fork();
  if (child < 0) throw Error("cannot start a process: ", std::strerror(errno));
  if (child == 0) {
    confine(limits);
    serve(pipe.ends[1], read);
  }
  pipe.close_writing();
  std::string answer = read_all(pipe.ends[0]);
  expect_success(child, limits);
  if (answer.front() == failure) throw Error(answer.substr(1));
  return answer.substr(1);
}

}  // namespace tutti
