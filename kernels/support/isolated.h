#pragma once
#include <sys/resource.h>
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace tutti {

struct Limits {
  rlim_t seconds;  // of processor time; of wall time ten times as much, and half a minute
  rlim_t bytes;    // of memory, on top of what the program takes when it starts
};

/// A program in a process of its own, for work on files that nobody trusts: a library that crashes
/// or loops for ever on a hostile file does so there, and here it is an Error. It gets no other
/// file: stdin and stderr are /dev/null, `files` are open from descriptor 3 on, and its answer goes
/// to stdout, followed by answer_is_result, or by answer_is_error if it is an Error's message.
class Isolated {
 public:
  static constexpr char answer_is_result = '=', answer_is_error = '!';
  static constexpr int first_file = 3;

  /// Starts it; command[0] is its path.
  Isolated(const std::vector<std::string>& command, const std::vector<std::filesystem::path>& files,
           const Limits& limits);
  Isolated(const Isolated&) = delete;
  Isolated& operator=(const Isolated&) = delete;
  ~Isolated();  // stops it if nobody has waited for its result

  /// Waits for its result or throws its error; to be called once.
  std::string result();

 private:
  std::string read_answer();
  int wait();  // for the child's end: its status

  Limits limits_;
  pid_t child_ = 0;
  int answer_;  // the reading end of a pipe
};

/// The command of a job of tutti-reader, the program that reads what nobody trusts; it is looked
/// for beside this program and where it was installed, and an Error says so if it is missing.
std::vector<std::string> reader_command(const std::string& job,
                                        const std::vector<std::string>& words,
                                        const Limits& limits);

}  // namespace tutti
