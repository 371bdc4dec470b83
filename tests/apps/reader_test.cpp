// tutti-reader's process: what it may still do once it is confined.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>

#include "apps/reader/confine.h"
#include "tests/support/catch.h"

namespace {

/// Whether `act` is true in a confined process; it may not use memory of the heap.
bool confined(const std::function<bool()>& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    tutti::confine(1 << 28);
    ::_exit(act() ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

}  // namespace

TEST_CASE("A confined process reads what is open and takes its memory, no more") {
  const int zeros = ::open("/dev/zero", O_RDONLY);
  CHECK(confined([&] {
    char byte = 1;
    return ::read(zeros, &byte, 1) == 1 && byte == 0;
  }));
  ::close(zeros);
#ifndef TUTTI_SANITIZED
  const auto map = [](std::size_t bytes) {
    return ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  };
  CHECK(confined([&] { return map(1 << 27) != MAP_FAILED; }));
  CHECK(confined([&] { return map(1 << 29) == MAP_FAILED; }));
  CHECK(confined([] { return ::open("/etc/passwd", O_RDONLY) < 0 && errno == EPERM; }));
  CHECK(confined([] { return ::socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM; }));
  CHECK(confined([] { return ::fork() < 0 && errno == EPERM; }));
  CHECK(confined([] { return ::execl("/bin/true", "true", nullptr) < 0 && errno == EPERM; }));
  CHECK(confined([] { return ::kill(::getppid(), 0) < 0 && errno == EPERM; }));
#endif
}

TEST_CASE("tutti-reader says that it is not for the hand") {
  const int status = std::system("'" TUTTI_READER "' 2>/dev/null");
  CHECK(WEXITSTATUS(status) == 2);
}
