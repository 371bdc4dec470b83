#pragma once
#include <sys/resource.h>
#include <sys/types.h>

#include <functional>
#include <string>

namespace tutti {

struct Limits {
  rlim_t seconds;  // of processor time
  rlim_t bytes;    // of memory on top of what this process has
};

/// Work done in a child process: a library that crashes or loops for ever on a hostile file does so
/// there, and here it is an Error.
class Isolated {
 public:
  /// Begins it. To be called while no other thread of this process is at work.
  Isolated(const std::function<std::string()>& work, const Limits& limits);
  Isolated(const Isolated&) = delete;
  Isolated& operator=(const Isolated&) = delete;
  ~Isolated();  // stops it if nobody has waited for its result

  /// Waits for what `work` returns or throws; to be called once.
  std::string result();

 private:
  int wait();  // for the child's end: its status

  Limits limits_;
  pid_t child_;
  int answer_;  // the reading end of a pipe
};

}  // namespace tutti
