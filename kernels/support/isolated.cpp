#include "kernels/support/isolated.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include "kernels/support/error.h"

namespace tutti {
namespace fs = std::filesystem;
using std::chrono::steady_clock;

namespace {

constexpr rlim_t least_wall_seconds = 30, wall_per_processor = 10;

/// What the system does in the child before the program begins: no memory is allocated there, which
/// other threads' locks could forbid.
class Start {
 public:
  Start(int answer, const std::vector<fs::path>& files) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, answer, STDOUT_FILENO);
    open(STDIN_FILENO, "/dev/null", O_RDONLY);
    open(STDERR_FILENO, "/dev/null", O_WRONLY);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, Isolated::first_file);
    for (int fd = Isolated::first_file; const auto& file : files)
      open(fd++, file.c_str(), O_RDONLY);

    ::posix_spawnattr_init(&attributes_);
    sigset_t all, none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    // Its own process group, so that Ctrl-C is for its parent to answer.
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  Start(const Start&) = delete;
  Start& operator=(const Start&) = delete;
  ~Start() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  /// 0, or the number of the error.
  int run(const std::vector<std::string>& command, pid_t& child) const {
    std::vector<char*> words;
    for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    return ::posix_spawn(&child, words[0], &actions_, &attributes_, words.data(), environ);
  }

 private:
  void open(int fd, const char* path, int flags) {
    ::posix_spawn_file_actions_addopen(&actions_, fd, path, flags, 0);
  }

  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

void limit(pid_t child, __rlimit_resource resource, const rlimit& limits) {
  ::prlimit(child, resource, &limits, nullptr);
}

/// An Error unless a child of this status came to a good end.
void expect_success(int status, const Limits& limits) {
  if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGALRM))
    throw Error("it is damaged: its reader took more than ", limits.seconds, " s");
  if (WIFSIGNALED(status))
    throw Error("it is damaged: its reader crashed (", ::strsignal(WTERMSIG(status)), ")");
  if (WEXITSTATUS(status) != EXIT_SUCCESS) throw Error("it is damaged: its reader crashed");
}

}  // namespace

Isolated::Isolated(const std::vector<std::string>& command, const std::vector<fs::path>& files,
                   const Limits& limits)
    : limits_(limits) {
  int ends[2];  // reading, writing
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error("no pipe: ", std::strerror(errno));
  const int error = Start(ends[1], files).run(command, child_);
  ::close(ends[1]);
  answer_ = ends[0];
  if (error != 0) {
    ::close(answer_);
    throw Error("cannot start ", command[0], ": ", std::strerror(error));
  }
  limit(child_, RLIMIT_CORE, {0, 0});
  limit(child_, RLIMIT_CPU, {limits.seconds, limits.seconds + 1});  // SIGXCPU, then SIGKILL
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

std::string Isolated::read_answer() {
  const auto end = steady_clock::now() +
                   std::chrono::seconds(least_wall_seconds + wall_per_processor * limits_.seconds);
  std::string text;
  char buffer[1 << 16];
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
    pollfd ready{answer_, POLLIN, 0};
    const int count =
        ::poll(&ready, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000)));
    if (count == 0 && left.count() <= 0) {
      ::kill(child_, SIGALRM);
      return text;
    }
    if (count <= 0) continue;
    const ssize_t size = ::read(answer_, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw Error("lost a child process: ", std::strerror(errno));
    if (size == 0) return text;
    text.append(buffer, static_cast<std::size_t>(size));
  }
}

std::string Isolated::result() {
  std::string answer = read_answer();
  expect_success(wait(), limits_);
  if (answer.empty()) throw Error("it is damaged: its reader gave no answer");
  const char end = answer.back();
  answer.pop_back();
  if (end == answer_is_error) throw Error(answer);
  return answer;
}

}  // namespace tutti
