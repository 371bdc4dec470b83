#pragma once
#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "kernels/support/questions.h"

namespace tutti {

/// A program in a process of its own, for work on files that nobody trusts: a library that crashes
/// or loops forever on a hostile file does so there, and here it is an Error. It is asked one
/// question after another through a socket, its descriptor 3, and answers through its stdout, as
/// questions.h says; stdin and stderr are /dev/null. It can open no file: those that a question is
/// about come with it.
class Isolated {
 public:
  static constexpr int questions = 3;  // the descriptor

  /// Starts it; command[0] is its path.
  explicit Isolated(const std::vector<std::string>& command);
  Isolated(const Isolated&) = delete;
  Isolated& operator=(const Isolated&) = delete;
  ~Isolated();  // stops it

  /// Asks something. The answer may take so many seconds of processor time; of wall time ten times
  /// as much, and half a minute.
  void ask(const std::vector<std::string>& words, const std::vector<std::filesystem::path>& files,
           rlim_t seconds);
  /// Waits for the answer to what was asked, and returns it or throws it, if it is an Error.
  std::string answer();

 private:
  void allow_processor_time();
  void read_answer(Answer& answer);
  int wait();  // for the child's end: its status

  pid_t owner_;  // this process: a fork of it leaves the child alone
  pid_t child_ = 0;
  int questions_, answers_;  // our ends of a socket and of a pipe
  rlim_t seconds_ = 0;       // for the answer
};

/// The command that starts tutti-reader, the program that reads what nobody trusts, in so many
/// bytes of memory on top of what it takes when it starts. It is looked for beside this program and
/// where it was installed, and an Error says so if it is missing.
std::vector<std::string> reader_command(std::uint64_t bytes);

}  // namespace tutti
