#include "kernels/support/isolated.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <new>
#include <string_view>

#include "kernels/support/error.h"

namespace tutti {
namespace {

// The last byte of a child's answer.
constexpr char success = '=', failure = '!';

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

void send(int fd, std::string_view text, char end) {
  for (const std::string_view part : {text, std::string_view(&end, 1)})
    for (std::size_t sent = 0; sent < part.size();) {
      const ssize_t count = ::write(fd, part.data() + sent, part.size() - sent);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) ::_exit(EXIT_FAILURE);
      sent += static_cast<std::size_t>(count);
    }
}

[[noreturn]] void serve(int fd, const std::function<std::string()>& work) {
  try {
    send(fd, work(), success);
  } catch (const std::bad_alloc&) {
    send(fd, "it takes too much memory", failure);
  } catch (const std::exception& problem) {
    send(fd, problem.what(), failure);
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

/// An Error unless a child of this status came to a good end.
void expect_success(int status, const Limits& limits) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
    throw Error("it is damaged: its reader took more than ", limits.seconds, " s");
  if (WIFSIGNALED(status))
    throw Error("it is damaged: its reader crashed (", ::strsignal(WTERMSIG(status)), ")");
  if (WEXITSTATUS(status) != EXIT_SUCCESS) throw Error("it is damaged: its reader crashed");
}

}  // namespace

Isolated::Isolated(const std::function<std::string()>& work, const Limits& limits)
    : limits_(limits) {
  int ends[2];  // reading, writing
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error("no pipe: ", std::strerror(errno));
  child_ = ::fork();
  if (child_ == 0) {
    confine(limits);
    serve(ends[1], work);
  }
  ::close(ends[1]);
  answer_ = ends[0];
  if (child_ > 0) return;
  ::close(answer_);
  throw Error("cannot start a process: ", std::strerror(errno));
}

Isolated::~Isolated() {
  ::close(answer_);
  if (child_ == 0) return;
  ::kill(child_, SIGKILL);
  wait();
}

int Isolated::wait() {
  int status = 0;
  while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  child_ = 0;
  return status;
}

std::string Isolated::result() {
  std::string answer = read_all(answer_);
  expect_success(wait(), limits_);
  if (answer.empty()) throw Error("it is damaged: its reader gave no answer");
  const char end = answer.back();
  answer.pop_back();
  if (end == failure) throw Error(answer);
  return answer;
}

}  // namespace tutti
