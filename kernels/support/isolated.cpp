#include "kernels/support/isolated.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>

#include "kernels/support/companion.h"
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
  Start(int questions, int answers) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, answers, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, questions, Isolated::questions);
    open(STDIN_FILENO, "/dev/null", O_RDONLY);
    open(STDERR_FILENO, "/dev/null", O_WRONLY);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, Isolated::questions + 1);

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

/// What became of a child of this status that gave no answer.
[[noreturn]] void fail(int status, rlim_t seconds) {
  if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGALRM))
    throw Error("it is damaged: its reader took more than ", seconds, " s");
  if (WIFSIGNALED(status))
    throw Error("it is damaged: its reader crashed (", ::strsignal(WTERMSIG(status)), ")");
  if (WEXITSTATUS(status) != EXIT_SUCCESS) throw Error("it is damaged: its reader crashed");
  throw Error("it is damaged: its reader gave no answer");
}

class OpenFiles {
 public:
  explicit OpenFiles(const std::vector<fs::path>& paths) {
    for (const auto& path : paths) {
      // Nothing that waits: a pipe in the place of a file has nobody at its other end.
      const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
      if (file < 0) throw Error("cannot be read: ", std::strerror(errno));
      files.push_back(file);
    }
  }
  OpenFiles(const OpenFiles&) = delete;
  OpenFiles& operator=(const OpenFiles&) = delete;
  ~OpenFiles() {
    for (const int file : files) ::close(file);
  }

  std::vector<int> files;
};

}  // namespace

Isolated::Isolated(const std::vector<std::string>& command) : owner_(::getpid()) {
  int pipe[2], socket[2];  // reading, writing; ours, the child's
  if (::pipe2(pipe, O_CLOEXEC) != 0) throw Error("no pipe: ", std::strerror(errno));
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, socket) != 0) {
    ::close(pipe[0]), ::close(pipe[1]);
    throw Error("no socket: ", std::strerror(errno));
  }
  const int error = Start(socket[1], pipe[1]).run(command, child_);
  ::close(pipe[1]), ::close(socket[1]);
  answers_ = pipe[0], questions_ = socket[0];
  if (error != 0) {
    ::close(answers_), ::close(questions_);
    throw Error("cannot start ", command[0], ": ", std::strerror(error));
  }
  ::fcntl(answers_, F_SETPIPE_SZ, 1 << 20);
  limit(child_, RLIMIT_CORE, {0, 0});
}

Isolated::~Isolated() {
  ::close(answers_), ::close(questions_);
  if (child_ == 0 || owner_ != ::getpid()) return;
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

void Isolated::allow_processor_time() {
  clockid_t clock;
  timespec used{};
  if (::clock_getcpuclockid(child_, &clock) == 0) ::clock_gettime(clock, &used);
  const auto until = static_cast<rlim_t>(used.tv_sec) + 1 + seconds_;
  rlimit limits;
  ::prlimit(child_, RLIMIT_CPU, nullptr, &limits);
  limits.rlim_cur = std::min(until, limits.rlim_max);
  limit(child_, RLIMIT_CPU, limits);  // SIGXCPU, which nobody catches
}

void Isolated::ask(const std::vector<std::string>& words, const std::vector<fs::path>& paths,
                   rlim_t seconds) {
  const OpenFiles open(paths);
  seconds_ = seconds;
  allow_processor_time();
  send_question(questions_, {words, open.files});  // if nobody is there, there is no answer either
}

void Isolated::read_answer(Answer& answer) {
  const auto end = steady_clock::now() +
                   std::chrono::seconds(least_wall_seconds + wall_per_processor * seconds_);
  while (!answer.complete()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
    pollfd ready{answers_, POLLIN, 0};
    const int count =
        ::poll(&ready, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000)));
    if (count == 0 && left.count() <= 0) {
      ::kill(child_, SIGALRM);
      return;
    }
    if (count <= 0) continue;
    const auto room = answer.room();
    const ssize_t size = ::read(answers_, room.data(), room.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw Error("lost a child process: ", std::strerror(errno));
    if (size == 0) return;
    answer.got(static_cast<std::size_t>(size));
  }
}

std::string Isolated::answer() {
  Answer answer;
  read_answer(answer);
  if (!answer.complete()) fail(wait(), seconds_);
  if (!answer.is_result()) throw Error(answer.text());
  return answer.text();
}

std::vector<std::string> reader_command(std::uint64_t bytes) {
  static const std::string program = companion("tutti-reader");
  return {program, std::to_string(bytes)};
}

}  // namespace tutti
